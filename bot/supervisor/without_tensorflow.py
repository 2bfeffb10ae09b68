"""Leaves TensorFlow out of a process whose pipeline does not use it.

Rasa always imports it, for components that we do not use: 4 s of each start and 350 MB of memory. In its
place stand modules that have every name, as a class that can be derived from and annotated with, and that
says so when anything is made of it.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

LEFT_OUT = ("tensorflow", "tensorflow_addons", "tensorflow_hub", "tensorflow_text", "keras", "jax")
OURS = "bot."
WITHOUT_IT = {"RulePolicy", "MemoizationPolicy", "AugmentedMemoizationPolicy", "WhitespaceTokenizer"}
"""Components of Rasa known to work without; any other brings TensorFlow in."""


def leave_out_if_unused(config: Path) -> bool:
    """To be called before anything of Rasa is imported; whether TensorFlow is left out from now on."""
    content = yaml.safe_load(config.read_text(encoding="utf-8"))
    names = {part["name"] for key in ("pipeline", "policies") for part in content.get(key) or ()}
    unused = all(name.startswith(OURS) or name in WITHOUT_IT for name in names)
    if unused and "tensorflow" not in sys.modules:
        sys.meta_path.insert(0, _Finder())
    return unused


class _AnyName(type):
    """The class of classes that have every attribute."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _absent(name, cls.__module__)

    def __or__(cls, _other: Any) -> Any:
        return object

    __ror__ = __or__


class _Absent(metaclass=_AnyName):
    def __init__(self, *_: Any, **__: Any) -> None:
        raise RuntimeError(
            "TensorFlow is left out of this process (see bot/supervisor/without_tensorflow.py)."
        )

    def __class_getitem__(cls, _item: Any) -> Any:
        return cls


def _absent(name: str, module: str) -> type:
    return _AnyName(name, (_Absent,), {"__module__": module})


class _Module(types.ModuleType):
    __path__: list[str] = []  # noqa: RUF012
    __version__ = "0"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = _absent(name, self.__name__)
        setattr(self, name, value)
        return value


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] not in LEFT_OUT:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _Module(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing to run."""
