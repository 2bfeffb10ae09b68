"""Logging of the processes that run Rasa: our own lines at the chosen level, Rasa's only from warnings up.

Rasa writes whole messages of people at its lower levels.
"""

from __future__ import annotations

import logging

from bot.settings import Settings


def configure(settings: Settings) -> None:
    """Sets levels and format; to be called before anything of Rasa is imported."""
    from rasa.utils.log_utils import configure_structlog

    own = getattr(logging, settings.log_level.upper())
    theirs = own if settings.log_level == "debug" else logging.WARNING
    logging.basicConfig(level=theirs, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for name in ("bot", "actions"):
        logging.getLogger(name).setLevel(own)
    configure_structlog(theirs)
