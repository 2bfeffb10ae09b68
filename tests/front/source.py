"""What each module of ours imports, read from its source: nothing is run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from bot.settings import ROOT


@cache
def modules() -> dict[str, Path]:
    """Every module of `bot` and `actions`, by its name."""
    paths = (path for package in ("bot", "actions") for path in (ROOT / package).rglob("*.py"))
    return {_name(path.relative_to(ROOT)): path for path in paths}


def naming(words: tuple[str, ...]) -> set[str]:
    """The modules in whose source one of some words stands."""
    sources = ((name, path.read_text(encoding="utf-8")) for name, path in modules().items())
    return {name for name, source in sources if any(word in source for word in words)}


def imports(module: str, *, at_once: bool = False) -> set[str]:
    """The names that a module imports. `at_once`: without what functions import when they are called.

    Of `from a import b` both `a` and `a.b` are given. What only the type checker sees is left out.
    """
    return set(_imports(_tree(module), at_once))


def reached(roots: set[str]) -> dict[str, str]:
    """The modules of ours that are imported when these are, each with one that imports it."""
    found = dict.fromkeys(roots, "")
    waiting = list(roots)
    while waiting:
        module = waiting.pop()
        packages = {module.rsplit(".", depth)[0] for depth in range(1, module.count(".") + 1)}
        for name in (imports(module, at_once=True) | packages) & modules().keys():
            if name not in found:
                found[name] = module
                waiting.append(name)
    return found


def below(package: str) -> set[str]:
    """The modules of a package."""
    return {name for name in modules() if name == package or name.startswith(f"{package}.")}


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse(modules()[module].read_text(encoding="utf-8"))


def _imports(node: ast.AST, at_once: bool) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (each.name for each in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield str(child.module)
            yield from (f"{child.module}.{each.name}" for each in child.names)
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        elif not (at_once and isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)):
            yield from _imports(child, at_once)


def _name(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")
