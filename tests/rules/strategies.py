"""Cases and small law books for property tests."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from bot.rules.case import Case
from bot.rules.errors import LawMistakes
from bot.rules.lawfiles import LawBook, read_law
from bot.rules.vocabulary import EMPLOYMENTS, SECTORS, STATUSES

HERE = Path(__file__).parent
JOBS = ("domestic_work", "construction", "agriculture")
DAYS = ("2019-12-31", "2020-01-01", "2020-06-15", "2024-02-29", "2025-01-28", "2025-01-29", "2026-11-21")
DATES = ("2019", "2020", "2020-06", "2020-06-15", "2024-02-29", "2025-01", "2026")
LENGTHS = ("0 days", "30 days", "89 days", "3 months", "1 year", "5 years", "20 years")
GROUP = {
    "law": "region",
    "group": "west",
    "name": "West",
    "members": [{"country": "SN", "start": "2000"}, {"country": "ML", "start": "2000", "end": "2025-01-28"}],
}
RANGES: tuple[dict[str, str], ...] = (
    {"min": "3 months"},
    {"below": "1 year"},
    {"min": "30 days", "below": "1 year"},
    {"max": "3 months"},
    {"min": "3 months", "max": "5 years"},
)
SCOPE = {
    "id": "ca-scope",
    "to": "CA",
    "jobs": ["agriculture"],
    "private_household": "yes",
    "legal_sector": "domestic_work",
    "source": "s",
    "as_of": "2019",
    "evidence": "seen",
    "confidence": "high",
}

some = st.sampled_from


def part_of(words: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    """Some of the words, at least one."""
    return st.lists(some(words), min_size=1, max_size=len(words), unique=True)


@st.composite
def rule_bodies(draw: st.DrawFn) -> dict[str, Any]:
    """A rule as it is written, without its id; it may be senseless only in that nobody is left."""
    kind = draw(some(("working_hours", "working_hours", "leave", "fine")))
    body: dict[str, Any] = {
        "type": kind,
        "to": draw(some(("any", "any", "QA", "QA", "CA", "CA-QC", "west", ["QA", "CA-ON"]))),
        "evidence": draw(some(("seen", "known"))),
        "confidence": "high",
        "source": "s",
    }
    if kind == "working_hours":
        names = draw(part_of(("max_per_day", "max_per_week")))
        body["values"] = {name: f"{draw(st.integers(7, 9))} hours" for name in names}
    elif kind == "leave":
        body["values"] = {"days": draw(some(("2 weeks", "14 days", "21 days", "1 month")))}
    else:
        body |= {"values": {"amount": "QAR 100"}, "topics": ["wages"]}
        body["kind"] = draw(some(("penalty", "complaint_channel", "warning")))
    optional: dict[str, st.SearchStrategy[Any]] = {
        "from": some(("NP", "west", ["NP", "ML"], "ML")),
        "except_from": some((["NP"], ["west"])),
        "sectors": part_of(JOBS),
        "status": part_of(STATUSES),
        "employment": part_of(EMPLOYMENTS),
        "schemes": part_of(("E-8", "E-9")),
        "start": some(DATES),
        "end": some(DATES),
        "as_of": some(DATES),
        "expected": st.just(True),
        "except_sectors": part_of(JOBS),
        "sex": some((["female"], ["male"])),
        "service": some(RANGES),
    }
    # Few restrictions a rule, so that rules meet and can rival each other.
    chosen = draw(st.lists(some(sorted(optional)), max_size=2, unique=True))
    body |= {name: draw(optional[name]) for name in chosen}
    if "sectors" in body:
        body.pop("except_sectors", None)
    conditions = {name: body.pop(name) for name in ("sex", "service") if name in body}
    return body | ({"when": conditions} if conditions else {})


@st.composite
def law_books(draw: st.DrawFn) -> LawBook:
    """A small law book that the loader accepts: what it finds undecided or senseless is left out."""
    bodies = draw(st.lists(rule_bodies(), min_size=1, max_size=9))
    rules = {f"r-{number}": body for number, body in enumerate(bodies)}
    for number, body in enumerate(bodies[1:], 1):
        if body["type"] == bodies[number - 1]["type"] and draw(st.integers(0, 4)) == 0:
            body["displaces"] = [f"r-{number - 1}"]
    with_scope = draw(st.booleans())
    with tempfile.TemporaryDirectory() as name:
        law = Path(name) / "law"
        law.mkdir()
        shutil.copy(HERE / "good" / "types.yml", law)
        (law / "west.yml").write_text(json.dumps(GROUP), encoding="utf-8")
        while True:
            content = {
                "law": "country",
                "country": "QA",
                "sources": {"s": {"title": "Law", "publisher": "State"}},
                "scope": [SCOPE] if with_scope else [],
                "rules": [{"id": key, **body} for key, body in rules.items()],
            }
            (law / "qa.yml").write_text(json.dumps(content, indent=0), encoding="utf-8")
            try:
                return read_law(law)
            except LawMistakes as error:
                text = (law / "qa.yml").read_text(encoding="utf-8").splitlines()
                for mistake in error.mistakes:
                    rules.pop(_rule_at(text, mistake.line), None)


def _rule_at(lines: list[str], line: int) -> str:
    ids = re.findall(r'^"id": "(r-\d+)"', "\n".join(lines[:line]), re.MULTILINE)
    return ids[-1]


@st.composite
def full_cases(draw: st.DrawFn) -> Case:
    """A case of which everything is known that the small law books ask for."""
    on = date.fromisoformat(draw(some(DAYS)))
    place, region = draw(
        some(
            (
                ("QA", None),
                ("QA", None),
                ("QA", None),
                ("CA", "CA-QC"),
                ("CA", "CA-ON"),
                ("CA", "CA-AB"),
                ("SN", None),
                ("ML", None),
            )
        )
    )
    return Case(
        on=on,
        today=draw(some((on, date(2026, 11, 21)))),
        destination=place,
        region=region,
        origin=draw(some(("NP", "ML", "SN", "PH"))),
        sector=draw(some((*JOBS, "mining"))),
        status=draw(some(STATUSES)),
        employment=draw(some(EMPLOYMENTS)),
        scheme=draw(some(("E-8", "E-9", "H-2A"))),
        facts={
            "service": draw(some(LENGTHS)),
            "sex": draw(some(("female", "male"))),
            "private_household": draw(some(("yes", "no"))),
        },
    )


DIMENSIONS = ("destination", "region", "origin", "sector", "status", "employment", "scheme")


@st.composite
def blanked(draw: st.DrawFn, case: Case) -> Case:
    """The case with some things unknown."""
    return without(
        case, draw(st.lists(some((*DIMENSIONS, *sorted(case.facts))), min_size=1, max_size=4, unique=True))
    )


def each_blanked(case: Case) -> list[Case]:
    """The case with one thing unknown, for each thing."""
    return [without(case, [name]) for name in (*DIMENSIONS, *sorted(case.facts))]


def without(case: Case, names: list[str]) -> Case:
    """The case with these things unknown; a region goes with its country."""
    gone = set(names)
    if "destination" in gone:
        gone.add("region")
    facts = {name: value for name, value in case.facts.items() if name not in gone}
    return replace(case, facts=facts, **{name: None for name in DIMENSIONS if name in gone})


REAL_PLACES = (
    ("QA", None),
    ("SA", None),
    ("MY", None),
    ("ZA", None),
    ("IT", None),
    ("CA", "CA-QC"),
    ("CA", "CA-ON"),
    ("AE", None),
    ("KR", None),
    ("BH", None),
    ("KW", None),
    ("OM", None),
    ("NP", None),
    ("SN", None),
    ("FR", None),
    ("RU", None),
)


@st.composite
def real_cases(draw: st.DrawFn, book: LawBook) -> Case:
    """A case of the real world of which everything is known."""
    place, region = draw(some(REAL_PLACES))
    homes = [home for home in ("NP", "PH", "KE", "LS", "MA", "ID", "GH", "ML", "UA", "KG") if home != place]
    starts = sorted({rule.start for rule in book.rules.values() if rule.start and len(rule.start) == 10})
    on = date.fromisoformat(draw(st.one_of(some(starts), st.just("2026-11-21"))))
    facts = {}
    for name, fact in sorted(book.catalogue.facts.items()):
        if fact.options:
            facts[name] = draw(some(fact.options))
        elif fact.unit is not None and fact.unit.name == "duration":
            facts[name] = draw(some(LENGTHS))
        elif fact.unit is not None and fact.unit.name == "count":
            facts[name] = draw(some(("1", "4", "5", "50")))
        elif fact.unit is not None and fact.unit.name == "money":
            facts[name] = draw(some(("SGD 2600", "SGD 4501", "MYR 1700", "QAR 1000")))
    schemes = sorted({scheme for rule in book.rules.values() for scheme in rule.key.schemes})
    return Case(
        on=on,
        today=date(2026, 11, 21),
        destination=place,
        region=region,
        origin=draw(some(homes)),
        sector=draw(some(SECTORS)),
        status=draw(some(STATUSES)),
        employment=draw(some(EMPLOYMENTS)),
        scheme=draw(some(schemes)),
        facts=facts,
    )
