"""The API described for programs: OpenAPI 3.1, made from the operations and schemas."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from bot.answers.options import LARGEST, Option
from bot.answers.translations import available_languages
from bot.desk.api.operations import MOST_LETTERS, MOST_VALUES, PREFIX, Operation
from bot.desk.api.schemas import PROBLEM_CONTENT, SCHEMAS, Schema, ref
from bot.people.questions import PERIODS
from bot.rules.vocabulary import LANGUAGES

_ABOUT = """\
What the law gives a migrant worker, by country of origin, country of work and kind of work: every statement
with its law, its source and the date of the information. Information, not legal advice.

Open without a key, within a limit for each address; a key (`Authorization: Bearer KEY`) lifts it. Answers
carry an ETag and may be kept for five minutes. What is refused is said as RFC 9457 has it. Parameters that
are not listed are refused: a misspelt one would silently widen the question."""

_PATTERNS = {
    "country": r"^[A-Za-z]{2}(-[A-Za-z0-9]{1,3})?$",
    "money": r"^[A-Z]{3} \d+(\.\d+)?$",
    "fact": r"^[a-z_]+=.+$",
    "amount_of_country": r"^[A-Za-z]{2}=\d+(\.\d+)?$",
    "period": r"^[A-Za-z]{2}:\d{4}-\d{2}\.\.\d{4}-\d{2}(/uninsured)?$",
}
_REFUSALS = {
    "401": "The key is not known.",
    "422": "A parameter is unknown, missing, or makes no sense; `detail` says what would do.",
    "429": "Too many questions from one address; `Retry-After` says when to ask again.",
    "500": "A fault of ours; it was noted.",
    "503": "The law cannot be read now.",
}


_COUNTS: dict[str, Any] = {
    "get": {
        "operationId": "counts",
        "summary": "What people ask, as counts; a key with the scope `counts` is needed.",
        "security": [{"key": []}],
        "parameters": [
            {
                "name": "weeks", "in": "query", "description": "So many weeks until now; 0: all.",
                "schema": {"type": "integer", "enum": list(PERIODS)},
            },
            {
                "name": "country", "in": "query", "description": "Where people come from or work.",
                "schema": {"type": "string", "pattern": "^[A-Z]{2}$"},
            },
            {
                "name": "language", "in": "query", "description": "In which people ask.",
                "schema": {"type": "string", "enum": list(LANGUAGES)},
            },
        ],
        "responses": {
            "200": {
                "description": "Tables of rounded counts; null stands for fewer than five.",
                "content": {"application/json": {"schema": ref("Counts")}},
            },
            "403": {"description": "The key has another scope.", "content": PROBLEM_CONTENT},
            **{
                code: {"description": why, "content": PROBLEM_CONTENT}
                for code, why in _REFUSALS.items()
                if code != "429"
            },
        },
    }
}  # fmt: skip
"""Made by the desk's page of the same name (`bot/desk/pages/questions.py`), not by a lookup of the law."""


@cache
def described(operations: tuple[Operation, ...]) -> dict[str, Any]:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Haq",
            "version": "1.0.0",
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": PREFIX}],
        "security": [{}, {"key": []}],
        "paths": {**{each.path: {"get": _operation(each)} for each in operations}, "/counts": _COUNTS},
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {
        "200": {
            "description": "The answer.",
            "headers": {"ETag": {"schema": {"type": "string"}, "required": True}},
            "content": {"application/json": {"schema": ref(operation.schema)}},
        },
        "304": {"description": "What `If-None-Match` names is still the answer."},
    }
    if operation.placed:
        found["404"] = {"description": operation.missing, "content": PROBLEM_CONTENT}
    for code, why in _REFUSALS.items():
        found[code] = {"description": why, "content": PROBLEM_CONTENT}
    found["429"]["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "required": True}}
    return {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": [*_parameters(operation.placed, "path"), *_parameters(operation.options, "query")],
        "responses": found,
    }


def _parameters(options: Iterable[Option], place: str) -> list[dict[str, Any]]:
    return [
        {
            "name": option.name,
            "in": place,
            "required": option.required,
            "description": option.help,
            "schema": _list_of(option) if option.many else _value(option),
            **({"style": "form", "explode": True} if option.many else {}),
        }
        for option in options
    ]


def _list_of(option: Option) -> Schema:
    least = {"minItems": 1} if option.required else {}
    return {"type": "array", "items": _value(option), "maxItems": MOST_VALUES, **least}


def _value(option: Option) -> Schema:
    found = _kind(option)
    if option.default is not None:
        is_number = found["type"] in ("integer", "number")
        found["default"] = int(option.default) if is_number else option.default
    if option.example is not None:
        is_number = found["type"] in ("integer", "number")
        found["examples"] = [int(option.example) if is_number else option.example]
    return found


def _kind(option: Option) -> Schema:
    if option.kind == "language":
        return {"type": "string", "enum": list(available_languages())}
    if option.choices:
        return {"type": "string", "enum": list(option.choices)}
    if option.kind == "day":
        return {"type": "string", "format": "date"}
    if option.kind in ("number", "whole"):
        type_ = "integer" if option.kind == "whole" else "number"
        return {"type": type_, "minimum": 0, "maximum": int(LARGEST)}
    found: Schema = {"type": "string", "maxLength": MOST_LETTERS}
    if option.kind in _PATTERNS:
        found["pattern"] = _PATTERNS[option.kind]
    return found
