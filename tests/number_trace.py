"""Every number that a worker reads comes from somewhere: a rule, the case, a contact, the emergency table.

`untraced(text, rule, contacts, case, emergency)` gives the numbers of a text that come from nowhere; a
test of a whole conversation uses it too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.rules.case import Case
from bot.rules.emergency import MOBILE_FALLBACK, EmergencyNumber
from bot.rules.model import Contact, Provenance, Rule

_NUMBER = re.compile(r"\d+(?:[ \u00a0\u202f,.'’]\d+)*")
_FIXED = frozenset(MOBILE_FALLBACK) | {"24"}  # round the clock
_DIRECTION = re.compile("[\u2066-\u2069]")
# Vietnamese numbers its days of the week: "Thứ 6" is Friday.
_WEEKDAY = re.compile(r"\bTh(?:ứ)? [2-7]\b")


def numbers(text: str) -> list[str]:
    """The numbers of a text as they are written, marks of direction left out; native digits as 0-9."""
    plain = "".join(
        str(int(each)) if each.isdecimal() else each for each in _WEEKDAY.sub("", _DIRECTION.sub("", text))
    )
    return _NUMBER.findall(plain)


def untraced(
    text: str,
    rule: Rule | Iterable[Rule] | None = None,
    contacts: Iterable[Contact] = (),
    case: Case | None = None,
    emergency: Iterable[EmergencyNumber | str] = (),
    choices: int = 0,
    days: Iterable[str] = (),
) -> list[str]:
    """The numbers of a text that come from none of these.

    The numbers of choices up to `choices` count too, those of the items of a list value, and those of
    `days` (on which a gap was looked for).
    """
    rules = [rule] if isinstance(rule, Rule) else list(rule or ())
    known = set(_FIXED) | {str(number) for number in range(1, choices + 1)}
    for each in rules:
        known |= _of_rule(each)
    for contact in contacts:
        known |= _parts(contact.name)
        for value in contact.values:
            # A number that no source was seen for may not be sent, so it accounts for nothing.
            if value.provenance.evidence == "seen":
                known |= (
                    _parts(value.value)
                    | _parts(value.text or "")
                    | _parts(value.hours or "")
                    | _of(value.provenance)
                )
    if case is not None:
        for word in (case.on.isoformat(), case.region or "", case.scheme or "", *case.facts.values()):
            known |= _parts(word)
    for number in emergency:
        known |= _parts(number if isinstance(number, str) else number.number)
    for day in days:
        known |= _parts(day)
    return [number for number in numbers(text) if not _forms(number) & known]


def _of_rule(rule: Rule) -> set[str]:
    found = set().union(*(_parts(each) for each in _texts(rule.values)), _of(rule.provenance))
    for word in (rule.start, rule.end, *rule.key.schemes, *rule.key.destinations):
        found |= _parts(word or "")
    for condition in rule.key.when:
        for word in (condition.min, condition.below, condition.max):
            found |= _parts(word or "")
    for value in rule.values.values():
        if isinstance(value, list):  # steps are numbered
            found |= {str(number) for number in range(1, len(value) + 1)}
    return found


def _of(provenance: Provenance) -> set[str]:
    source = provenance.source
    words = [provenance.legal_basis, provenance.as_of]
    words += [source.title, source.publisher, source.url] if source else []
    return set().union(*(_parts(word or "") for word in words))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
    elif not isinstance(value, bool):
        yield str(value)


def _parts(text: str) -> set[str]:
    """The numbers that a text accounts for."""
    return set().union(*(_forms(number) for number in numbers(text)))


def _forms(number: str) -> set[str]:
    """What a written number may mean, in plain digits with a decimal point.

    A comma before three digits groups thousands (1,000), else it begins the decimals (17,92); a point before
    three digits may do either.
    """
    digits = re.sub(r"[ \u00a0\u202f'’]", "", number)
    forms = {number}
    if re.fullmatch(r"[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?", digits):  # 1.000 or 1.000,50
        forms |= {digits, _plain(digits.replace(".", "").replace(",", "."))}
    elif re.fullmatch(r"\d+\.\d+", digits):
        forms.add(_plain(digits))
    elif re.fullmatch(r"\d+,\d{1,2}|\d+,\d{4,}|0,\d+", digits):
        forms.add(_plain(digits.replace(",", ".")))
    elif re.fullmatch(r"\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?", digits):  # also 1,00,000
        forms.add(_plain(digits.replace(",", "")))
    elif digits.isdecimal():
        forms.add(_plain(digits))
    return forms


def _plain(digits: str) -> str:
    whole, _, part = digits.partition(".")
    whole, part = whole.lstrip("0") or "0", part.rstrip("0")
    return f"{whole}.{part}" if part else whole
