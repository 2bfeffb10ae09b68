"""Keys of what is kept in memory: the very objects that it was made from."""

from __future__ import annotations

from operator import is_
from typing import Any


class Same:
    """A key that stands for the very objects in it, which need no hash of their own."""

    __slots__ = ("_hash", "objects")

    def __init__(self, *objects: Any) -> None:
        self.objects = objects
        self._hash = hash(tuple(map(id, objects)))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Same)
            and len(self.objects) == len(other.objects)
            and all(map(is_, self.objects, other.objects))
        )
