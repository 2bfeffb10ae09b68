"""Options of commands, made from their declarations in `bot/answers/options.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

import click

from bot.answers.options import Option, Told

F = TypeVar("F", bound=Callable[..., Any])


def asks(options: Iterable[Option]) -> Callable[[F], F]:
    """Gives a command these options, under their own names."""
    made = [_click_option(option) for option in options]

    def give(function: F) -> F:
        for each in reversed(made):
            function = each(function)
        return function

    return give


def told_by(given: Mapping[str, Any]) -> Told:
    """What a command line told."""
    values: dict[str, tuple[str, ...]] = {}
    for name, value in given.items():
        if value is not None:
            values[name] = value if isinstance(value, tuple) else (value,)
    return Told(values, date.today())


def _click_option(option: Option) -> Callable[[F], F]:
    return click.option(
        option.flag, option.name, metavar=option.metavar, help=option.help, required=option.required,
        multiple=option.many, default=option.default, show_default=option.default is not None,
    )  # fmt: skip
