"""Strict YAML: duplicate keys refused, lines remembered, nothing guessed.

Scalars follow YAML 1.2: only true, false, null, integers and decimals are special. So `NO` is
Norway, `12:30` is a time and `2021-03-20` stays the text that it is; decimals are exact.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?[0-9]{1,40}")  # a longer one is no number of a law
_DECIMAL = re.compile(r"[-+]?[0-9]{1,40}\.[0-9]{1,40}")
_BRACKETS = re.compile(r"[\[\]{}]")
_STAIRS = re.compile(r"^ *(?:[-?:][ \t]+){20}|^ {200}", re.MULTILINE)  # `- - - -`, or a step too far in
_DEEPEST = 50
_CONSTANTS = {"true": True, "false": False, "null": None, "~": None, "": None}

Complain = Callable[[int, str, str, str], None]


class Map(dict[str, Any]):
    """A YAML mapping that remembers the line of each key (1-based)."""

    line: int
    lines: dict[str, int]

    def line_of(self, key: str) -> int:
        """The line of a key, or of the mapping where the key is missing."""
        return self.lines.get(key, self.line)


class Seq(list[Any]):
    """A YAML sequence that remembers its line and those of its items."""

    line: int
    lines: list[int]


def read(path: Path, complain: Complain) -> Map | None:
    """The mapping that a YAML file holds; complains (line, field, problem, mend) and gives None
    when it holds none."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        complain(1, "(file)", "The file is not UTF-8 text.", "Save it as UTF-8.")
        return None
    return parse(text, complain)


def parse(text: str, complain: Complain) -> Map | None:
    """As `read`, for the text of a file."""
    if _is_deep(text):
        complain(1, "(file)", "The file has too many parts within parts.", "Mend the brackets.")
        return None
    if _holds_copies(text):
        complain(1, "(file)", "The file has a part that stands for another (`&` and `*`).", "Write it out.")
        return None
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        complain(
            line, "(file)", f"This is not YAML: {error.problem}.", "Mend the indentation or quotes here."
        )
        return None
    except yaml.YAMLError as error:
        complain(1, "(file)", f"This is not YAML: {error}.", "Mend the file.")
        return None
    value = _value(node, complain) if node is not None else None
    if not isinstance(value, Map):
        complain(1, "(file)", "The file holds no mapping.", "Start it with the key `law:`.")
        return None
    return value


def _is_deep(text: str) -> bool:
    """Whether parts stand in parts as in no law: the library would go down until the process ends."""
    depth = 0
    for bracket in _BRACKETS.findall(text):
        depth = max(depth + (1 if bracket in "[{" else -1), 0)
        if depth > _DEEPEST:
            return True
    return _STAIRS.search(text) is not None


def _holds_copies(text: str) -> bool:
    """Whether a part is a copy of another: copies of copies grow without end, and one may hold itself."""
    if "*" not in text:
        return False
    try:
        return any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=_Loader))
    except yaml.YAMLError:
        return False  # told when it is read


def _value(node: yaml.Node, complain: Complain) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, complain)
    if isinstance(node, yaml.SequenceNode):
        items = Seq(_value(item, complain) for item in node.value)
        items.line = node.start_mark.line + 1
        items.lines = [item.start_mark.line + 1 for item in node.value]
        return items
    assert isinstance(node, yaml.ScalarNode)
    return node.value if node.style in ("'", '"', "|", ">") else scalar(node.value)


def _mapping(node: yaml.MappingNode, complain: Complain) -> Map:
    result = Map()
    result.line = node.start_mark.line + 1
    result.lines = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        line = key_node.start_mark.line + 1
        if key in result:
            complain(
                line, key, f"The key stands twice (first in line {result.lines[key]}).", "Keep one of them."
            )
            continue
        result[key] = _value(value_node, complain)
        result.lines[key] = line
    return result


def scalar(text: str) -> Any:
    """What a plain word of a file means: itself, unless it is a number, true, false or nothing."""
    if text.lower() in _CONSTANTS:
        return _CONSTANTS[text.lower()]
    if _INTEGER.fullmatch(text) and not (len(text) > 1 and text.lstrip("+-").startswith("0")):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return Decimal(text)
    return text
