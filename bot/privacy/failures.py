"""Failures for the log: what kind and where, never what a person said."""

from __future__ import annotations

import traceback
from pathlib import Path


def where(error: BaseException) -> str:
    """The kinds of an error and its causes, with the place of each, without their messages.

    >>> try:
    ...     int("my phone is 12345")
    ... except ValueError as error:
    ...     print(where(error).split(" at ")[0])
    ValueError
    """
    parts = []
    current: BaseException | None = error
    while current is not None:
        frames = traceback.extract_tb(current.__traceback__)
        place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
        parts.append(f"{type(current).__name__}{place}")
        current = current.__cause__ or current.__context__
    return " from ".join(parts)
