"""Values of rules in a form: each unit as one or more controls, and back.

`split` takes a value as a law file writes it apart into the texts of its controls, `join` puts it together
again; neither judges it. What is wrong with a value is said by whoever reads the law.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from bot.rules.units import Unit

Texts = dict[str, list[str]]  # by the control's name (empty for a unit that has one), what stands in it

_INTEGER = re.compile(r"[1-9][0-9]*|0")
_DECIMAL = re.compile(r"[0-9]+\.[0-9]+")
NUMBERS = ("percent", "times", "number", "celsius")
MANY = ("terms", "countries", "sectors", "names")
TICKED = ("terms", "sectors")  # boxes stand in the order of the vocabulary, a rule's terms in its own


def split(unit: Unit, raw: Any) -> Texts:
    """The texts of a value's controls; none for no value.

    >>> split(Unit("pay"), "QAR 1000 / month")
    {'currency': ['QAR'], 'amount': ['1000'], 'per': ['month']}
    """
    if raw is None:
        return {}
    if unit.name in MANY:
        return {"": [str(item) for item in (raw if isinstance(raw, list | tuple) else [raw])]}
    if unit.name == "flag":
        return {"": [str(raw).lower()]}
    text = str(raw)
    if unit.name == "money":
        currency, _, amount = text.partition(" ")
        return {"currency": [currency], "amount": [amount]}
    if unit.name == "pay":
        money, _, per = text.rpartition(" / ")
        currency, _, amount = money.partition(" ")
        return {"currency": [currency], "amount": [amount], "per": [per]}
    if unit.name == "duration":
        amount, _, length = text.partition(" ")
        return {"amount": [amount], "unit": [length.removesuffix("s").replace(" ", "_")]}
    return {"": [text]}


def join(unit: Unit, texts: Mapping[str, Sequence[str]]) -> Any:
    """The value as a law file writes it; None where nothing was filled in."""
    said = {name: [text.strip() for text in each if text.strip()] for name, each in texts.items()}
    if unit.name in MANY:
        items = said.get("", [])
        if unit.name == "countries":
            items = words(" ".join(items))
        elif unit.name == "names":
            items = [line.strip() for item in items for line in item.splitlines() if line.strip()]
        return items or None
    if unit.name in ("money", "pay", "duration"):
        return _measured(unit, {name: each[0] if each else "" for name, each in said.items()})
    text = next(iter(said.get("", [])), None)
    if text is None:
        return None
    if unit.name == "flag":
        return {"true": True, "false": False}.get(text, text)
    if unit.name in NUMBERS or unit.name == "count":
        return _number(text)
    return text


def _measured(unit: Unit, said: Mapping[str, str]) -> str | None:
    amount = said.get("amount", "").replace("\u00a0", " ")
    if not amount:
        return None
    if unit.name == "duration":
        length = said.get("unit", "").replace("_", " ")
        return f"{amount} {length if amount == '1' else length + 's'}"
    currency = said.get("currency", "").upper()
    return f"{currency} {amount}" if unit.name == "money" else f"{currency} {amount} / {said.get('per', '')}"


def _number(text: str) -> int | Decimal | str:
    if _INTEGER.fullmatch(text):
        return int(text)
    return Decimal(text) if _DECIMAL.fullmatch(text) else text


def words(text: str) -> list[str]:
    """Codes and ids that stand in one line, apart by commas or spaces.

    >>> words("QA, sa eu")
    ['QA', 'sa', 'eu']
    """
    return [word for word in re.split(r"[\s,;،]+", text) if word]


# -- names of controls ----------------------------------------------------------------------------


def texts_under(posted: Mapping[str, Sequence[str]], name: str) -> Texts:
    """What was filled in under a name: `NAME` itself, and `NAME:control`."""
    found: Texts = {}
    for key, texts in posted.items():
        if key == name:
            found[""] = list(texts)
        elif key.startswith(f"{name}:"):
            found[key[len(name) + 1 :]] = list(texts)
    return found


def posted_value(unit: Unit, posted: Mapping[str, Sequence[str]], name: str, before: Any = None) -> Any:
    """The value that a form holds under a name; the one before it, where the form says nothing new."""
    if unit.is_list:
        return _posted_rows(unit, posted, name, before)
    value = join(unit, texts_under(posted, name))
    if unit.name in TICKED and isinstance(before, list) and value is not None:
        value = [*(each for each in before if each in value), *(each for each in value if each not in before)]
    if value is not None and before is not None and split(unit, value) == split(unit, before):
        return before
    return value


def _posted_rows(unit: Unit, posted: Mapping[str, Sequence[str]], name: str, before: Any) -> Any:
    """The rows of a list: `NAME.0.FIELD`; a row without anything in it falls away."""
    pattern = re.compile(re.escape(name) + r"\.(\d{1,3})\.")
    numbers = sorted({int(match[1]) for key in posted if (match := pattern.match(key))})
    old = before if isinstance(before, list) else []
    rows = []
    for number in numbers:
        was = old[number] if number < len(old) and isinstance(old[number], Mapping) else {}
        row = {
            key: posted_value(field, posted, f"{name}.{number}.{key}", was.get(key))
            for key, field in unit.fields
        }
        row = {key: value for key, value in row.items() if value is not None}
        if row:
            rows.append(row)
    return rows or None
