"""Logs: one line an event, readable or JSON (HAQ_LOG_FORMAT), with the id of the message it belongs to.

An error stands in the log by its kind and place alone: its message may quote what a person wrote. At the
level debug, which is never for where people write, the whole trace does.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import datetime, timezone
from types import TracebackType
from typing import Final

from bot.observability import correlation
from bot.observability.marks import count
from bot.observability.redaction import redacted
from bot.privacy.failures import where
from bot.settings import Settings

OWN: Final = ("bot", "actions")
"""Our loggers; those of libraries are heard from warnings up, for Rasa writes whole messages below."""

_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")
_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def configure(settings: Settings, process: str) -> None:
    """Sets levels and format for this process, in place of whatever was set before."""
    own = getattr(logging, settings.log_level.upper())
    handler = logging.StreamHandler()
    makes = JsonFormatter if settings.log_format == "json" else TextFormatter
    handler.setFormatter(makes(process, whole=settings.log_level == "debug"))
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.addHandler(ErrorCounter())
    root.setLevel(own if settings.log_level == "debug" else logging.WARNING)
    for name in OWN:
        logging.getLogger(name).setLevel(own)
    logging.captureWarnings(True)
    # What Python warns of is for whoever writes code, and libraries quote what they were given.
    logging.getLogger("py.warnings").setLevel(own if settings.log_level == "debug" else logging.ERROR)


class _Formatter(logging.Formatter):
    """What both formats have in common."""

    def __init__(self, process: str, *, whole: bool) -> None:
        super().__init__()
        self._process, self._whole = process, whole

    def formatException(self, ei: _ExcInfo) -> str:
        """Kind and place of an error, or the whole trace."""
        if self._whole or ei[1] is None:
            return super().formatException(ei)
        return where(ei[1])

    def failure(self, record: logging.LogRecord) -> str:
        """The error that a line is about; empty when it is about none."""
        found = record.exc_info
        return self.formatException(found) if found and found[1] is not None else ""


class TextFormatter(_Formatter):
    """`time LEVEL logger: message [id]`."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, or more where a message has them."""
        trace = correlation.current()
        failure = self.failure(record)
        parts = (
            f"{self.formatTime(record)} {record.levelname} {record.name}: {said(record)}",
            f" ({redacted(failure)})" if failure else "",
            f" [{trace}]" if trace else "",
        )
        return "".join(parts)


class JsonFormatter(_Formatter):
    """One JSON object a line: time (UTC), level, logger, process, message; trace and error if any."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        at = datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds")
        line = {
            "time": at.replace("+00:00", "Z"), "level": record.levelname.lower(), "logger": record.name,
            "process": self._process, "message": said(record),
        }  # fmt: skip
        trace, failure = correlation.current(), self.failure(record)
        line |= {"trace": trace} if trace else {}
        line |= {"error": redacted(failure)} if failure else {}
        return json.dumps(line, ensure_ascii=False)


def said(record: logging.LogRecord) -> str:
    """What a line says, without colours and without what looks personal."""
    return redacted(_COLOUR.sub("", record.getMessage()).strip())


class ErrorCounter(logging.Handler):
    """Counts errors by the part that told of them."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)

    def emit(self, record: logging.LogRecord) -> None:
        """Counts one."""
        count("errors", part_of(record.name))


def part_of(logger: str) -> str:
    """The part of the program to which a logger belongs: at most two names, libraries all as one.

    >>> part_of("bot.channels.office"), part_of("actions.respond"), part_of("rasa.core.agent")
    ('channels.office', 'actions', 'library')
    """
    first, *rest = logger.split(".")
    if first == "actions":
        return first
    return ".".join(rest[:2]) or first if first == "bot" else "library"
