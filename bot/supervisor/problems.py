"""What can go wrong with the processes; `bot.cli` shows the message alone."""

from __future__ import annotations


class ProcessError(Exception):
    """A process of Haq could not be started, trained or kept; the message says what to do."""
