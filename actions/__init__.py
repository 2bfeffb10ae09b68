"""Rasa's custom actions: slots → case → answer → messages, and nothing else."""

from actions.respond import ActionRespond

__all__ = ["ActionRespond"]
