"""A calculation is a list of steps, each with what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.rules.units import Duration, Money


@dataclass(frozen=True)
class Step:
    """One step: a named sentence (its words stand in bot/answers), its values, its ground."""

    name: str
    values: tuple[tuple[str, Any], ...]
    ground: str | None = None  # the rule or agreement that the step follows

    def to_json(self) -> dict[str, Any]:
        """As plain JSON."""
        return {
            "step": self.name,
            "values": {key: _plain(value) for key, value in self.values},
            "ground": self.ground,
        }


def step(name: str, ground: str | None = None, **values: Any) -> Step:
    """A step, written shortly."""
    return Step(name, tuple(values.items()), ground)


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Money | Duration):
        return value.to_json()
    return value if isinstance(value, str | int | bool | None.__class__) else str(value)
