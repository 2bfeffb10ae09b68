"""How much of the protection map is filled for the corridors that are looked up first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import yaml

from bot.rules.case import Case, make_case
from bot.rules.errors import CaseError
from bot.rules.lawbase import LawBase, LawReader
from bot.rules.lookup import look_up
from bot.rules.model import ANY
from bot.rules.protection import COLUMNS, GAP, ProtectionMap, map_in
from bot.rules.resolution import resolve
from bot.rules.searches import Search
from bot.rules.vocabulary import BRANCHES

LETTERS = {"yes": "y", "unconfirmed": "u", "conditional": "c", "no": "n", "absent": "a", "gap": "·"}


@dataclass(frozen=True)
class Corridor:
    """From where to where, and why it is among the first."""

    origin: str
    destination: str
    why: str

    @property
    def name(self) -> str:
        """As `NP-QA`."""
        return f"{self.origin}-{self.destination}"


# What a worker asks first: the name of the question, and the topics of which one answers it.
QUESTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("wages", ("wages", "minimum_wage")),
    ("injury", ("employment_injury",)),
    ("medical care", ("medical_care",)),
    ("passport", ("document_retention",)),
    ("job change", ("job_change",)),
    ("end of service", ("end_of_service",)),
    ("complaint", ("complaint",)),
    ("deadline", ()),  # a rule of the kind, on whatever topic
    ("emergency", ("emergency",)),
    ("welfare fund", ("welfare_fund", "voluntary_insurance")),
    ("agreement", ("social_security_agreement",)),
)
ANSWERED, LOOKED, HOLE = "answered", "looked", "hole"
_HOUSEHOLD = "domestic_work"


@dataclass(frozen=True)
class Coverage:
    """The cells of one corridor's map: 45 of them; and the questions that workers ask first."""

    corridor: Corridor
    seen: int  # cells filled from a source that was seen
    filled: int  # cells that are no gap
    letters: tuple[str, ...]  # a word of nine letters a column, capital where seen
    gaps: tuple[tuple[str, str], ...]  # (branch, column)
    questions: tuple[str, ...] = ()  # for each of QUESTIONS: answered, looked (a named gap) or hole
    household: tuple[str, ...] = ()  # the same for work in private homes


def read_corridors(file: Path) -> list[Corridor]:
    """The corridors of a file. Raises CaseError when it does not list any."""
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    try:
        return [Corridor(each["from"], each["to"], each["why"]) for each in content["corridors"]]
    except (TypeError, KeyError):
        raise CaseError(
            f"{file} lists no corridors. Write `corridors:` and `- {{from: NP, to: QA, why: ...}}`."
        ) from None


def coverage(base: LawBase, corridors: list[Corridor], today: date) -> Iterator[Coverage]:
    """The coverage of each corridor for a person of whom nothing else is known.

    Raises EmptyLawBase or LawBaseUnavailable.
    """
    with base.reading() as reader:
        for each in corridors:
            case = make_case(today=today, origin=each.origin, destination=each.destination)
            household = make_case(
                today=today, origin=each.origin, destination=each.destination, sector=_HOUSEHOLD
            )
            yield replace(
                _measure(each, map_in(reader, case)),
                questions=_questions(reader, case),
                household=_questions(reader, household),
            )


def _measure(corridor: Corridor, found: ProtectionMap) -> Coverage:
    return Coverage(
        corridor,
        sum(cell.seen for cell in found.cells),
        sum(cell.state != GAP for cell in found.cells),
        tuple("".join(_letter(found, branch, column) for branch in BRANCHES) for column in COLUMNS),
        tuple((cell.branch, cell.column) for cell in found.cells if cell.state == GAP),
    )


def _questions(reader: LawReader, case: Case) -> tuple[str, ...]:
    """Whether each question is answered, was looked for in vain, or is a hole."""
    topics = [topic for _, named in QUESTIONS for topic in named]
    found = look_up(reader, case, topics)
    missing = {gap.topic: gap for gap in found.gaps if gap.reason != "deadline_not_found"}
    looked = any(search.deadline and _about(search, case) for search in reader.searches.all)
    states = []
    for _name, named in QUESTIONS:
        if not named:
            rules = reader.candidates(None, case.destination, case.origin)
            results = resolve(rules, case, reader.context, reader.catalogue.types).results
            rules = [each.rule for each in results if each.rule.kind == "deadline"]
            held = any(rule.key.destinations != (ANY,) for rule in rules)
            states.append(ANSWERED if held else LOOKED if looked else HOLE)
        elif not set(named) <= missing.keys():
            states.append(ANSWERED)
        else:
            states.append(LOOKED if any(missing[topic].looked for topic in named) else HOLE)
    return tuple(states)


def _about(search: Search, case: Case) -> bool:
    return search.country == (case.origin if search.home else case.destination) and search.concerns(case)


def _letter(found: ProtectionMap, branch: str, column: str) -> str:
    cell = found.cell(branch, column)
    letter = LETTERS[cell.state]
    return letter.upper() if cell.seen else letter


def read_searches(file: Path) -> list[tuple[str, str, str]]:
    """Where gaps were looked for: (places, what, where) as the file of corridors lists it."""
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    return [(", ".join(each["places"]), each["what"], each["where"]) for each in content.get("looked", ())]


def markdown(rows: list[Coverage], day: date, searches: Sequence[tuple[str, str, str]] = ()) -> Iterator[str]:
    """The page docs/corridors.md, as things stand on a day."""
    cells = len(BRANCHES) * len(COLUMNS) * len(rows)
    seen = sum(row.seen for row in rows)
    filled = sum(row.filled for row in rows)
    yield "# The corridors that are looked up first"
    yield ""
    yield (
        f"Made by `haq rules corridors --markdown --on {day}`; do not edit by hand. The list and its reasons "
        "stand in `data/corridors.yml`."
    )
    yield ""
    yield (
        f"{len(rows)} corridors × {len(BRANCHES)} branches × {len(COLUMNS)} columns. Of {cells} cells {seen} "
        f"({seen / cells:.0%}) rest on a source that was seen, {filled - seen} more are filled but not "
        f"confirmed, {cells - filled} are named gaps."
    )
    yield ""
    yield "A column is a word of nine letters, one a branch, in this order:"
    yield f"{', '.join(BRANCHES)}."
    yield (
        "`y` yes, `u` not confirmed, `c` under conditions, `n` no, `a` no such insurance in the country, "
        "`·` nothing in our data; a capital letter: from a source that was seen."
    )
    yield "The case is a person of whom nothing but the two countries is known."
    yield ""
    heads = ("corridor", *(column.replace("_", " ") for column in COLUMNS), "seen", "why")
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        words = " | ".join(f"`{word}`" for word in row.letters)
        yield f"| {row.corridor.name} | {words} | {row.seen}/45 | {row.corridor.why} |"
    yield ""
    yield "## What a worker asks first"
    yield ""
    yield (
        "`y` answered, `o` looked for in public sources and not found (a named gap), `·` a hole; first for a "
        "person of whom only the countries are known, then for work in a private home."
    )
    yield ""
    heads = ("corridor", *(name for name, _ in QUESTIONS))
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    marks = {ANSWERED: "y", LOOKED: "o", HOLE: "·"}
    for row in rows:
        both = (
            f"{marks[one]}{marks[other]}" for one, other in zip(row.questions, row.household, strict=True)
        )
        yield f"| {row.corridor.name} | {' | '.join(both)} |"
    yield ""
    yield "## Gaps"
    yield ""
    yield "What was looked for in public sources and not found, by corridor:"
    yield ""
    for row in rows:
        by_column = {column: [branch for branch, where in row.gaps if where == column] for column in COLUMNS}
        said = "; ".join(
            f"{column.replace('_', ' ')}: {', '.join(branches)}"
            for column, branches in by_column.items()
            if branches
        )
        yield f"- {row.corridor.name}: {said or 'none'}"
    if searches:
        yield ""
        yield "## Where was looked"
        yield ""
        yield "| countries | what was not found | where |"
        yield "|---|---|---|"
        yield from (f"| {places} | {what} | {where} |" for places, what, where in searches)
