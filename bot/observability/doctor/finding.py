"""What the doctor finds: what is so, why it matters, what to do."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

Level = Literal["well", "warning", "wrong"]
WELL: Final = "well"
WARNING: Final = "warning"
WRONG: Final = "wrong"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. Nothing secret or personal stands in it."""

    level: Level
    about: str  # one or two words: "settings", "rules database"
    what: str  # what is so
    why: str = ""  # why it matters; empty where all is well
    do: str = ""  # what to do about it

    def to_json(self) -> dict[str, Any]:
        """As plain JSON."""
        return asdict(self)


def well(about: str, what: str) -> Finding:
    """All is well with something."""
    return Finding(WELL, about, what)


def warning(about: str, what: str, why: str, do: str) -> Finding:
    """Something may become wrong, or is only unusual."""
    return Finding(WARNING, about, what, why, do)


def wrong(about: str, what: str, why: str, do: str) -> Finding:
    """Something is wrong."""
    return Finding(WRONG, about, what, why, do)
