"""Slots → case → answer → messages, and nothing else.

`respond.py` alone knows Rasa: its action server finds the action there by itself.
"""
