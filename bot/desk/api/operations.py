"""An operation of the API, declared once: how it is asked, what answers, and what it gives.

Reading a request and describing it (OpenAPI) both follow from the declaration.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from unicodedata import category

from starlette.requests import Request

from bot.answers.options import Option, Told, tell
from bot.rules.errors import CaseError
from bot.rules.lawbase import LawReader

PREFIX = "/api/v1"
MOST_LETTERS = 200  # of one value
MOST_VALUES = 60  # of one parameter


@dataclass(frozen=True)
class Operation:
    """One address of the API. `answer` gives plain JSON, or None where there is nothing of that name.

    It runs in a thread and may raise RulesError.
    """

    name: str
    path: str  # below PREFIX; what stands in braces is in `placed`
    summary: str
    answer: Callable[[LawReader, Told], Mapping[str, Any] | None]
    schema: str  # of the answer: a name in schemas.py
    options: tuple[Option, ...] = ()
    placed: tuple[Option, ...] = ()  # read from the path
    kept: bool = True  # the law's version, the day and the question settle the answer
    missing: str = "There is nothing of that name."


def told_by(request: Request, operation: Operation, today: date) -> Told:
    """What a request asks. Raises CaseError for what is unknown, missing, doubled or cannot be meant."""
    given: dict[str, Sequence[str]] = {}
    for name, value in request.query_params.multi_items():
        given[name] = (*given.get(name, ()), value)
    told = tell(operation.options, given, today)
    placed = {option.name: (request.path_params[option.name],) for option in operation.placed}
    values = {**told.values, **placed}
    for option in (*operation.options, *operation.placed):
        _check(option, values[option.name])
    return Told(values, today)


def _check(option: Option, found: Sequence[str]) -> None:
    name = option.name
    if len(found) > MOST_VALUES:
        raise CaseError(f"{name!r} is given {len(found)} times. {MOST_VALUES} is the most.")
    for value in found:
        if not value and option.kind != "text":  # else it would widen the question in silence
            raise CaseError(f"{name!r} is empty. Leave it out where you do not know it.")
        if len(value) > MOST_LETTERS:
            raise CaseError(f"{name!r} is too long: {MOST_LETTERS} letters are the most.")
        if not value.isprintable() and any(category(letter) in ("Cc", "Cs") for letter in value):
            raise CaseError(f"{name!r} holds characters that cannot be meant.")
