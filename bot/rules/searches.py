"""Named gaps: what was looked for in vain, by whom it concerns, on which day and where.

They stand under `gaps:` in the files of a country. A gap of a lookup that was looked for says so, with
the day; one that nobody has looked for yet does not.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from bot.rules.case import Case
from bot.rules.reading import FileReader, LawFile
from bot.rules.vocabulary import SECTORS, STATUSES, TOPICS
from bot.rules.yamlfile import Map

# Topics on which mainly the home country gives something: a search there says what is missing.
HOME_TOPICS = frozenset(("welfare_fund", "voluntary_insurance", "pre_departure", "death_abroad"))
KEYS = ("topics", "sectors", "status", "deadline", "home", "looked", "where")


@dataclass(frozen=True)
class Search:
    """A search that found nothing. `home`: about the country's own schemes for its people abroad."""

    id: str  # COUNTRY-NUMBER, in the order of the files
    country: str
    topics: tuple[str, ...]
    sectors: tuple[str, ...]
    status: tuple[str, ...]
    deadline: bool  # it was about the time to claim
    home: bool
    looked: str  # the day
    where: str

    def concerns(self, case: Case) -> bool:
        """Whether it was about people like the one of a case."""
        return _within(self.sectors, "all", case.sector) and _within(self.status, "any", case.status)


def _within(named: tuple[str, ...], everyone: str, mine: str | None) -> bool:
    return named == (everyone,) or mine in named


class Searches:
    """All searches, found by what they are about."""

    def __init__(self, searches: Iterable[Search] = ()) -> None:
        self.all = tuple(searches)
        self._held: dict[tuple[str, str, bool, bool], list[Search]] = {}
        for search in self.all:
            for topic in search.topics:
                key = (search.country, topic, search.home, search.deadline)
                self._held.setdefault(key, []).append(search)

    def last(self, topic: str, case: Case, deadline: bool = False) -> Search | None:
        """The latest search for what a case asks on a topic (or for the time to claim on it)."""
        sides = [(case.destination, False)]
        if topic in HOME_TOPICS or case.destination is None:
            sides.append((case.origin, True))
        found = [
            search
            for country, home in sides
            if country is not None
            for search in self._held.get((country, topic, home, deadline), ())
            if search.concerns(case)
        ]
        return max(found, key=lambda each: each.looked, default=None)


class SearchReader(FileReader):
    """Reads the items under `gaps:` of one country's file."""

    def read(self, file: LawFile, found: dict[str, Search]) -> None:
        """Adds what one file lists; complains of what is wrong with it."""
        self._file, self._found = file, found
        self._each("gaps", self._search)

    def _search(self, body: Map) -> None:
        self._known(body, KEYS)
        looked, where = self._date(body, "looked"), self._text(body, "where")
        if looked is None or len(looked) != len("2026-11-21"):
            self._say(body, "looked", "A search has its day.", "Write looked: '2026-11-21'.")
        if not where:
            self._say(body, "where", "A search says where was looked.", "Name the pages in short English.")
        if "topics" not in body:
            self._say(body, "topics", "A gap is about topics.", "Write topics: [medical_care].")
        country = str(self._file.content.get("country"))
        number = sum(each.country == country for each in self._found.values()) + 1
        search = Search(
            f"{country}-{number}",
            country,
            self._list(body, "topics", (), TOPICS, "topic"),
            self._list(body, "sectors", ("all",), SECTORS, "sector"),
            self._list(body, "status", ("any",), STATUSES, "status"),
            bool(self._boolean(body, "deadline")),
            bool(self._boolean(body, "home")),
            looked or "",
            where or "",
        )
        self._found[search.id] = search


def search_to_json(search: Search) -> str:
    """A search as canonical JSON."""
    return json.dumps(asdict(search), sort_keys=True, ensure_ascii=False)


def search_from_json(text: str) -> Search:
    """The inverse of `search_to_json`."""
    body = json.loads(text)
    lists = {name: tuple(body[name]) for name in ("topics", "sectors", "status")}
    return Search(**{**body, **lists})
