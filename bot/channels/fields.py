"""Reads JSON that somebody else wrote: each field by its type, or Malformed with the field's name."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from bot.channels.platform import Malformed

_MOST = 2**63 - 1  # what a database keeps as a whole number


class Fields:
    """A JSON object. A field that is null counts as missing; errors never say what stood in it."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def __contains__(self, name: str) -> bool:
        return self._values.get(name) is not None

    def text(self, name: str, missing: str | None = None) -> str:
        """A text, fit to be kept and sent on."""
        return clean(self._read(name, str, missing))

    def whole(self, name: str, missing: int | None = None) -> int:
        """A whole number."""
        value = self._read(name, int, missing)
        if isinstance(value, bool) or abs(value) > _MOST:
            raise Malformed(f"`{name}` is not a whole number.")
        return value

    def number(self, name: str, missing: float | None = None) -> float:
        """A finite number."""
        value = self._read(name, (int, float), missing)
        if isinstance(value, bool) or not -_MOST <= value <= _MOST:  # false for NaN too
            raise Malformed(f"`{name}` is not a number.")
        return float(value)

    def flag(self, name: str) -> bool:
        """Whether it is true; missing is false."""
        return self._values.get(name) is True

    def place(self) -> tuple[float, float]:
        """Its `latitude` and `longitude`."""
        latitude, longitude = self.number("latitude"), self.number("longitude")
        if math.fabs(latitude) > 90 or math.fabs(longitude) > 180:
            raise Malformed("`latitude` and `longitude` are no place on Earth.")
        return latitude, longitude

    def items(self, name: str) -> list[Any]:
        """A list; empty where it is missing."""
        found: list[Any] = self._read(name, list, [])
        return found

    def object(self, name: str) -> Fields:
        """An object within it."""
        return Fields(self._read(name, dict, None))

    def optional(self, name: str) -> Fields:
        """An object within it; one without fields where it is missing."""
        return Fields(self._read(name, dict, {}))

    def _read(self, name: str, kind: type | tuple[type, ...], missing: Any) -> Any:
        value = self._values.get(name)
        if value is None:
            value = missing
        if not isinstance(value, kind):
            raise Malformed(f"`{name}` is missing or not of its type.")
        return value


def fields_of(value: Any, name: str) -> Fields:
    """An item of a list as an object."""
    if not isinstance(value, dict):
        raise Malformed(f"`{name}` is not an object.")
    return Fields(value)


def parse(body: bytes) -> Fields:
    """The JSON object that is the body."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed("The body is not JSON.") from None  # the cause would carry the body along
    return fields_of(value, "body")


def clean(text: str) -> str:
    """The text without what no database keeps: NUL, and halves of a surrogate pair."""
    return text.replace("\0", "").encode(errors="replace").decode()
