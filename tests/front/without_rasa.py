"""`python -m tests.front.without_rasa MODULE ...`: runs a module where nothing of Rasa can be imported."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

MISSING = ("rasa", "rasa_sdk", "sanic", "sanic_routing", "tensorflow", "keras")


class Missing(MetaPathFinder):
    """Has some packages missing, installed or not."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.split(".", maxsplit=1)[0] in MISSING:
            raise ModuleNotFoundError(f"{fullname} is missing here, on purpose", name=fullname)
        return None


def hide() -> None:
    """From now on they are missing."""
    assert not set(MISSING) & set(sys.modules)
    sys.meta_path.insert(0, Missing())


if __name__ == "__main__":
    hide()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
