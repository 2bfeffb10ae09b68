"""What a lookup, a map or a calculator can be told, declared once: for the command line, the API and forms.

Nothing heavy is imported here: the help of a command needs these declarations alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from bot.rules.case import Case, make_case, parse_day
from bot.rules.errors import CaseError
from bot.rules.vocabulary import EMPLOYMENTS, SECTORS, STATUSES, TOPICS

if TYPE_CHECKING:
    from bot.rules.ruletypes import Fact
    from bot.rules.units import Money

LARGEST = Decimal(10) ** 15  # more than any wage or pension in any money
_MOST_DIGITS = 40  # no number that can be meant is written longer
_EXPONENTS = range(-6, 16)  # `1e-999999999` is a small text and a huge number, once it is written out

_METAVARS = {
    "country": "CC", "sector": "SECTOR", "topic": "TOPIC", "status": "STATUS", "employment": "EMPLOYMENT",
    "branch": "BRANCH", "yes_no": "yes|no", "day": "DATE", "money": "MONEY", "fact": "NAME=VALUE",
    "number": "NUMBER", "whole": "NUMBER", "amount_of_country": "CC=AMOUNT", "language": "LANGUAGE",
    "period": "CC:YYYY-MM..YYYY-MM", "who": "WHO", "text": "NAME", "event": "EVENT",
    "start": "START",
}  # fmt: skip


@dataclass(frozen=True)
class Option:
    """One thing that can be told. Its value is a text, which is read when it is used."""

    name: str  # in an address: `private_household`; on a command line: `--private-household`
    kind: str  # what is written: a key of `_METAVARS`
    help: str
    required: bool = False
    many: bool = False
    default: str | None = None
    choices: tuple[str, ...] = ()
    example: str | None = None

    @property
    def flag(self) -> str:
        """As a command line has it."""
        return "--" + self.name.replace("_", "-")

    @property
    def metavar(self) -> str:
        """What a help text puts for the value."""
        return _METAVARS[self.kind]


def needed(option: Option) -> Option:
    """The same option where it must be told."""
    return replace(option, required=True)


ORIGIN = Option("from", "country", "Country of origin, such as NP.", example="NP")
DESTINATION = Option("to", "country", "Country of work, such as QA; a region as CA-QC.", example="QA")
SECTOR = Option("sector", "sector", f"What the person does: {', '.join(SECTORS)}.", choices=SECTORS)
TOPIC_LIST = Option(
    "topic", "topic", "May be given several times; all topics without it.", many=True, choices=TOPICS
)
STATUS = Option("status", "status", f"Migration status: {', '.join(STATUSES)}.", choices=STATUSES)
EMPLOYMENT = Option("employment", "employment", f"{', '.join(EMPLOYMENTS)}.", choices=EMPLOYMENTS)
PRIVATE_HOUSEHOLD = Option(
    "private_household", "yes_no", "Whether the work is in a private home.", choices=("yes", "no")
)
SCHEME = Option("scheme", "text", "Permit scheme, such as E-9.", example="E-9")
FACTS = Option(
    "fact", "fact", "A fact that conditions ask for, such as service='3 years'; several times.", many=True
)
ON = Option("on", "day", "The date that the question is about (2023-05-01); today without it.")
LANGUAGE = Option("lang", "language", "Language of the text.", default="en")

LOOKUP = (
    ORIGIN, DESTINATION, SECTOR, TOPIC_LIST, STATUS, EMPLOYMENT, PRIVATE_HOUSEHOLD, SCHEME, FACTS, ON,
    LANGUAGE,
)  # fmt: skip
MAP = (needed(ORIGIN), needed(DESTINATION), SECTOR, STATUS, ON, LANGUAGE)


@dataclass(frozen=True)
class Told:
    """What was told, by the names of options; what was left out is not known."""

    values: Mapping[str, Sequence[str]]
    today: date

    def get(self, name: str) -> str | None:
        """The one value of an option."""
        return next(iter(self.values.get(name, ())), None)

    def need(self, name: str) -> str:
        """The one value of an option that is there. Raises CaseError when it is not."""
        found = self.get(name)
        if found is None:
            raise CaseError(f"{name!r} is missing.")
        return found

    def many(self, name: str) -> tuple[str, ...]:
        """All values of an option."""
        return tuple(self.values.get(name, ()))

    def day(self, name: str) -> date | None:
        """An option that is a day. Raises CaseError."""
        return parse_day(self.get(name))

    @property
    def language(self) -> str:
        """The language of the text."""
        return self.get(LANGUAGE.name) or "en"


def tell(options: Iterable[Option], given: Mapping[str, Sequence[str]], today: date) -> Told:
    """What a program or a form gives, with what stands without it.

    Raises CaseError for an option that is not there, is missing, or is given twice.
    """
    known = {option.name: option for option in options}
    strange = sorted(set(given) - set(known))
    if strange:
        raise CaseError(f"{strange[0]!r} is not known here. Known: {', '.join(known)}.")
    values: dict[str, Sequence[str]] = {}
    for name, option in known.items():
        found = given.get(name, ())
        if option.required and not found:
            raise CaseError(f"{name!r} is missing: {option.help}")
        if len(found) > 1 and not option.many:
            raise CaseError(f"{name!r} is given {len(found)} times. Give it once.")
        values[name] = found or (() if option.default is None else (option.default,))
    return Told(values, today)


def lookup_case(told: Told, facts: Mapping[str, Fact]) -> Case:
    """The case of a lookup or a map. Raises CaseError."""
    return make_case(
        today=told.today, on=told.day("on"), destination=told.get("to"), origin=told.get("from"),
        sector=told.get("sector"), status=told.get("status"), employment=told.get("employment"),
        private_household=told.get("private_household"), scheme=told.get("scheme"),
        facts=facts_told(told.many("fact"), facts),
    )  # fmt: skip


def facts_told(given: Iterable[str], known: Mapping[str, Fact]) -> dict[str, str]:
    """Facts written as NAME=VALUE, checked against those that the law declares. Raises CaseError."""
    from bot.rules.keys import measure
    from bot.rules.units import UnitError

    found: dict[str, str] = {}
    for item in given:
        name, separator, value = item.partition("=")
        fact = known.get(name)
        if not separator or fact is None:
            raise CaseError(f"{item!r} is no fact. Write NAME=VALUE with one of: {', '.join(sorted(known))}.")
        if fact.options and value not in fact.options:
            raise CaseError(f"{value!r} is no value of {name}. Use {', '.join(fact.options)}.")
        if not fact.options:
            try:
                measure(fact, value)
            except UnitError as error:
                raise CaseError(f"{name}: {error}") from None
        found[name] = value
    return found


# -- values, as they are written -------------------------------------------------------------------


def number(text: str) -> Decimal:
    """A number from zero up. Raises CaseError."""
    if len(text) > _MOST_DIGITS:
        raise CaseError(f"{text[:_MOST_DIGITS]!r}... is too long for a number that can be meant.")
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise CaseError(f"{text!r} is no number. Write digits, such as 1500.50.") from None
    if not found.is_finite() or not 0 <= found <= LARGEST or found.as_tuple().exponent not in _EXPONENTS:
        raise CaseError(f"{text!r} is no number from zero up that can be meant.")
    return found


def whole(text: str) -> int:
    """A whole number from zero up. Raises CaseError."""
    found = number(text)
    if found != int(found):
        raise CaseError(f"{text!r} is no whole number. Write digits, such as 120.")
    return int(found)


def money(text: str) -> Money:
    """An amount such as `QAR 1500`. Raises CaseError."""
    from bot.rules.units import Money, Unit, UnitError, Vocabularies, parse_value

    try:
        found = parse_value(Unit("money"), text.strip(), Vocabularies({}))
    except UnitError as error:
        raise CaseError(str(error)) from None
    assert isinstance(found, Money)
    number(str(found.amount))  # within the same bounds
    return found
