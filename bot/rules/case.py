"""A case: what is known of the person who asks. What is not known is None, never guessed."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from bot.rules.errors import CaseError
from bot.rules.keys import measure
from bot.rules.ruletypes import Fact
from bot.rules.units import UnitError
from bot.rules.vocabulary import COUNTRIES, EMPLOYMENTS, SECTORS, STATUSES, TOPICS

_REGION = re.compile(r"([A-Z]{2})-([A-Z0-9]{1,3})")


@dataclass(frozen=True)
class Case:
    """One corridor of one person at one date. None is unknown.

    `on` is the date that the question is about; `today` is when it is asked: law is matched
    against the first, channels of help against the second.
    """

    on: date
    today: date
    destination: str | None = None
    region: str | None = None
    origin: str | None = None
    sector: str | None = None
    status: str | None = None
    employment: str | None = None
    scheme: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def papers_may_be_missing(self) -> bool:
        """Whether a channel of help needs its immigration-risk line."""
        return self.status != "regular"

    def to_json(self) -> dict[str, Any]:
        """What is known, under the names that the commands use."""
        return {
            "origin": self.origin,
            "destination": self.region or self.destination,
            "sector": self.sector,
            "status": self.status,
            "employment": self.employment,
            "scheme": self.scheme,
            "private_household": self.facts.get("private_household"),
            "facts": {key: value for key, value in self.facts.items() if key != "private_household"},
            "on": self.on.isoformat(),
        }


def make_case(
    *,
    today: date,
    on: date | None = None,
    destination: str | None = None,
    origin: str | None = None,
    sector: str | None = None,
    status: str | None = None,
    employment: str | None = None,
    scheme: str | None = None,
    private_household: str | None = None,
    facts: Mapping[str, str] | None = None,
) -> Case:
    """A case from what a person or a program says. Raises CaseError with what would do.

    >>> make_case(today=date(2026, 11, 1), origin="np", destination="QA").origin
    'NP'
    """
    place, region = _place(destination, "country of work")
    home, _ = _place(origin, "country of origin")
    if place is not None and place == home:
        raise CaseError(
            f"The country of origin and the country of work are both {place}. "
            "Haq answers for people who work in another country."
        )
    known = dict(facts or {})
    if private_household is not None:
        known["private_household"] = _word(private_household, ("yes", "no"), "answer for private household")
    return Case(
        on=on or today,
        today=today,
        destination=place,
        region=region,
        origin=home,
        sector=sector and _word(sector, SECTORS, "sector"),
        status=status and _word(status, STATUSES, "status"),
        employment=employment and _word(employment, EMPLOYMENTS, "employment"),
        scheme=scheme,
        facts=known,
    )


def parse_day(text: str | None) -> date | None:
    """A day as a person writes it in a command; None stays None. Raises CaseError."""
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise CaseError(f"{text!r} is no date. Write it as 2023-05-01.") from None


def check_country(raw: str | None) -> str | None:
    """The country's code; None stays None. Raises CaseError for a place that is no country."""
    return _place(raw, "country")[0]


def check_topic(topic: str) -> str:
    """The topic itself. Raises CaseError for one that is not in the vocabulary."""
    return _word(topic, TOPICS, "topic")


def check_facts(case: Case, facts: Mapping[str, Fact]) -> None:
    """Raises CaseError for a fact that no law file declares, or a value that it does not take."""
    for name, value in case.facts.items():
        fact = facts.get(_word(name, facts, "fact about the case"))
        assert fact is not None
        if fact.options:
            _word(value, fact.options, f"value of {name}")
            continue
        try:
            measure(fact, value)
        except UnitError as error:
            raise CaseError(f"{name}: {error}") from None


def with_changes(case: Case, **changes: Any) -> Case:
    """The same case with some things known otherwise."""
    return replace(case, **changes)


def _place(raw: str | None, what: str) -> tuple[str | None, str | None]:
    if raw is None:
        return None, None
    code = raw.strip().upper()
    region = _REGION.fullmatch(code)
    country = region[1] if region else code
    if country not in COUNTRIES:
        raise CaseError(
            f"{raw!r} is no {what}. Write its two-letter code, such as NP for Nepal or QA for Qatar."
        )
    return country, code if region else None


def _word(raw: str, allowed: Iterable[str], what: str) -> str:
    words = list(allowed)
    if raw in words:
        return raw
    near = difflib.get_close_matches(raw, words, 1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise CaseError(f"{raw!r} is no {what}.{hint} Known: {', '.join(words)}.")
