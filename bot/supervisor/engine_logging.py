"""Logging of the processes that run Rasa: our own lines at the chosen level, Rasa's only from warnings up.

Rasa writes whole messages of people at its lower levels.
"""

from __future__ import annotations

import logging

from bot.observability import logs
from bot.settings import Settings


def configure(settings: Settings, process: str) -> None:
    """Sets levels and format; to be called before anything of Rasa is imported."""
    from rasa.utils.log_utils import configure_structlog

    logs.configure(settings, process)
    configure_structlog(logging.DEBUG if settings.log_level == "debug" else logging.WARNING)
