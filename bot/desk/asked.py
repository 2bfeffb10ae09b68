"""The case in an address: what a page was asked, and addresses that ask the same of another page.

The names are those of the HTTP API, so that a link of the desk is a question to the API as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from bot.answers.translations import available_languages
from bot.desk.pickers import Kind, Suggestion, label, resolve
from bot.rules.case import Case, make_case, parse_day
from bot.rules.errors import CaseError
from bot.rules.vocabulary import EMPLOYMENTS, STATUSES, TOPICS

_PICKED: Final[tuple[tuple[str, str, Kind], ...]] = (
    ("origin", "from", "country"),
    ("destination", "to", "country"),
    ("sector", "sector", "sector"),
)
_CHOSEN: Final = {"status": STATUSES, "employment": EMPLOYMENTS, "private_household": ("yes", "no")}
_FACT: Final = "fact."  # a form cannot write NAME=VALUE in one field: it sends fact.NAME=VALUE


@dataclass(frozen=True)
class Asked:
    """What somebody asks: what is known of the case, the topics, and the language of the answer."""

    origin: str | None = None
    destination: str | None = None  # with its region, if one is known: CA-QC
    sector: str | None = None
    status: str | None = None
    employment: str | None = None
    private_household: str | None = None
    scheme: str | None = None
    facts: tuple[tuple[str, str], ...] = ()
    on: str | None = None
    topics: tuple[str, ...] = ()
    language: str | None = None

    @property
    def nothing(self) -> bool:
        """Whether no country is named, so that nothing can be looked up."""
        return self.origin is None and self.destination is None

    @property
    def corridor(self) -> bool:
        """Whether both countries are named."""
        return self.origin is not None and self.destination is not None

    def pairs(self) -> list[tuple[str, str]]:
        """As parameters of an address."""
        single = (
            ("from", self.origin), ("to", self.destination), ("sector", self.sector), ("status", self.status),
            ("employment", self.employment), ("private_household", self.private_household),
            ("scheme", self.scheme), ("on", self.on),
        )  # fmt: skip
        found = [(name, value) for name, value in single if value]
        found += [("fact", f"{name}={value}") for name, value in self.facts]
        found += [("topic", topic) for topic in self.topics]
        return [*found, *([("lang", self.language)] if self.language else [])]

    def query(self, also: Iterable[tuple[str, str]] = (), **changes: Any) -> str:
        """The parameters of an address that asks this, or this with changes; `also`: those of one page."""
        more = [(name, value) for name, value in also if value]
        return urlencode([*replace(self, **changes).pairs(), *more])

    def knowing(self, name: str, value: str) -> Asked:
        """The same with one thing more that is known: a part of the case, or a fact."""
        changes: dict[str, Any] = {name: value}
        if name in self.__dataclass_fields__:
            return replace(self, **changes)
        facts = {**dict(self.facts), name: value}
        return replace(self, facts=tuple(facts.items()))

    def case(self, today: date) -> Case:
        """The case itself. Raises CaseError for what makes no sense."""
        return make_case(
            today=today, on=parse_day(self.on), destination=self.destination, origin=self.origin,
            sector=self.sector, status=self.status, employment=self.employment, scheme=self.scheme,
            private_household=self.private_household, facts=dict(self.facts),
        )  # fmt: skip


@dataclass(frozen=True)
class Question:
    """What came in an address, as far as it could be read, and what has to be asked again."""

    asked: Asked
    written: Mapping[str, str]  # what stands in the fields
    unclear: Mapping[str, tuple[Suggestion, ...]] = field(default_factory=dict)  # by field; (): not known
    canonical: bool = True  # whether the address says it by codes, so that it can be passed on

    @property
    def clear(self) -> bool:
        """Whether everything was understood."""
        return not self.unclear

    def choosing(self, parameter: str, code: str) -> str:
        """The address of the same question with one unclear field settled; the others stay as written."""
        others = [(name, text) for name, text in self.written.items() if name in self.unclear]
        pairs = [*self.asked.pairs(), *(each for each in others if each[0] != parameter), (parameter, code)]
        return urlencode(pairs)


def read_question(params: QueryParams, interface: str) -> Question:
    """Reads a form or a link: codes as they are, other words through the type-ahead's lists.

    Raises CaseError for a status, a topic or a language that there is not.
    """
    known: dict[str, Any] = {}
    written: dict[str, str] = {}
    unclear: dict[str, tuple[Suggestion, ...]] = {}
    canonical = all(value.strip() and not name.startswith(_FACT) for name, value in params.multi_items())
    for name, parameter, kind in _PICKED:
        text = (params.get(parameter) or "").strip()
        if not text:
            continue
        found = resolve(kind, text, interface)
        if found.code is None:
            unclear[parameter], written[parameter] = found.choices, text
            continue
        canonical = canonical and found.code == text
        known[name], written[parameter] = found.code, label(kind, found.code, interface)
    for name, choices in _CHOSEN.items():
        known[name] = next(iter(_checked([params.get(name, "")], choices, name.replace("_", " "))), None)
    known["scheme"] = (params.get("scheme") or "").strip() or None
    on = (params.get("on") or "").strip()
    try:
        day = parse_day(on or None)
    except CaseError:
        unclear["on"], written["on"] = (), on
    else:
        known["on"] = day and day.isoformat()
    asked = Asked(
        **known,
        facts=_facts(params),
        topics=_checked(params.getlist("topic"), TOPICS, "topic"),
        language=next(iter(_checked(params.getlist("lang"), available_languages(), "language")), None),
    )
    return Question(asked, written, unclear, canonical)


def with_second_country(
    question: Question, params: QueryParams, interface: str
) -> tuple[Question, str | None]:
    """The question, and the second country of work to compare with (`to2`), if one is named."""
    text = (params.get("to2") or "").strip()
    if not text:
        return question, None
    found = resolve("country", text, interface)
    if found.code is None:
        unclear, written = {**question.unclear, "to2": found.choices}, {**question.written, "to2": text}
        return replace(question, unclear=unclear, written=written), None
    written = {**question.written, "to2": label("country", found.code, interface)}
    return replace(question, written=written, canonical=question.canonical and found.code == text), found.code


def _facts(params: QueryParams) -> tuple[tuple[str, str], ...]:
    """Facts as the API writes them, and as a form sends them."""
    found: dict[str, str] = {}
    for text in params.getlist("fact"):
        name, _, value = text.partition("=")
        if name.strip():
            found[name.strip()] = value.strip()
    for parameter, value in params.multi_items():
        if parameter.startswith(_FACT) and value.strip():
            found[parameter.removeprefix(_FACT)] = value.strip()
    return tuple(found.items())


def _checked(given: Iterable[str], known: Iterable[str], what: str) -> tuple[str, ...]:
    words = list(known)
    wanted = tuple(dict.fromkeys(word.strip() for word in given if word.strip()))
    for word in wanted:
        if word not in words:
            raise CaseError(f"{word!r} is no {what}. Known: {', '.join(words)}.")
    return wanted
