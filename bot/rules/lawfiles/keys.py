"""Reads whom a rule, a contact or a scope reaches: the places, the sectors, the conditions."""

from __future__ import annotations

import re
from typing import Any

from bot.rules.errors import Complaints
from bot.rules.keys import measure
from bot.rules.lawfiles.book import LawBook
from bot.rules.model import ANY, Condition, Key
from bot.rules.reading import FileReader
from bot.rules.ruletypes import Catalogue
from bot.rules.units import UnitError, Vocabularies
from bot.rules.vocabulary import COUNTRIES, EMPLOYMENTS, SECTORS, STATUSES
from bot.rules.yamlfile import Map

_REGION = re.compile(r"([A-Z]{2})-([A-Z0-9]{1,3})")
_RANGES = ({"min"}, {"below"}, {"max"}, {"min", "below"}, {"min", "max"})


class KeyReader(FileReader):
    """Reads keys, against what the book declares so far."""

    def __init__(self, complaints: Complaints, catalogue: Catalogue) -> None:
        super().__init__(complaints)
        self._book = LawBook(catalogue)
        self._words = Vocabularies({})

    def _where(self, body: Map, key: str, default: tuple[str, ...] | None) -> tuple[str, ...]:
        if key not in body:
            if default is None:
                self._say(
                    body, key, f"The rule does not say `{key}`.", f"Write `{key}: any`, a country or a group."
                )
            return default or (ANY,)
        raw = body[key]
        places = tuple(str(item) for item in (raw if isinstance(raw, list) else [raw]))
        for place in places:
            region = _REGION.fullmatch(place)
            country = region[1] if region else place
            if place != ANY and country not in COUNTRIES and place not in self._book.groups:
                self._say(
                    body,
                    key,
                    f"{place!r} is no country, region or group.",
                    "Use ISO 3166 codes, `CA-QC`, the name of a group, or any.",
                )
        if ANY in places and len(places) > 1:
            self._say(body, key, "`any` stands alone.", "Leave the others out.")
        return places

    def _key(self, body: Map, only: tuple[str, ...]) -> Key:
        if only:
            self._known(body, only)
        sectors = self._list(body, "sectors", ("all",), SECTORS, "sector")
        excluded = self._list(body, "except_sectors", (), SECTORS, "sector")
        if sectors != ("all",) and set(excluded) & set(sectors):
            self._say(
                body, "except_sectors", "A sector is both reached and excluded.", "Keep it in one list."
            )
        return Key(
            self._where(body, "to", (ANY,) if only else None),
            self._where(body, "from", (ANY,)),
            self._where(body, "except_from", (ANY,)) if "except_from" in body else (),
            sectors,
            excluded,
            self._list(body, "status", (ANY,), STATUSES, "status"),
            self._list(body, "employment", (ANY,), EMPLOYMENTS, "employment"),
            self._list(body, "schemes", (), None, "scheme"),
            tuple(self._conditions(body)),
        )

    def _conditions(self, body: Map) -> list[Condition]:
        raw = body.get("when", Map())
        if not isinstance(raw, Map):
            self._say(body, "when", "Conditions are a mapping.", "Write `when: {service: {min: 3 months}}`.")
            return []
        found = []
        for name, wanted in sorted(raw.items()):
            fact = self._book.catalogue.facts.get(name)
            if fact is None:
                self._say(
                    raw,
                    name,
                    "There is no such fact.",
                    f"Known: {', '.join(sorted(self._book.catalogue.facts))}.",
                )
            elif fact.options:
                options = tuple(
                    str(item) for item in (wanted if isinstance(wanted, list) else [_yes_no(wanted)])
                )
                if not options:
                    self._say(raw, name, "No value is named.", f"Use {', '.join(fact.options)}.")
                for option in options:
                    if option not in fact.options:
                        self._say(
                            raw, name, f"{option!r} is no value of {name}.", f"Use {', '.join(fact.options)}."
                        )
                found.append(Condition(name, options))
            elif isinstance(wanted, Map) and set(wanted) in _RANGES:
                try:
                    bounds = {key: str(value) for key, value in wanted.items()}
                    ends = {key: measure(fact, value) for key, value in wanted.items()}
                    if ("below" in ends and ends.get("min", -1) >= ends["below"]) or (
                        "max" in ends and ends.get("min", -1) > ends["max"]
                    ):
                        self._say(
                            raw,
                            name,
                            "The range is empty.",
                            "Write {min: 3 months, below: 5 years}, the smaller first.",
                        )
                    said = {1: next(iter(bounds)), 2: "between" if "max" in bounds else "both"}[len(bounds)]
                    if said not in fact.texts:
                        self._say(
                            raw,
                            name,
                            f"The fact {name} does not say `{said}`.",
                            "Add the sentence to the fact.",
                        )
                    found.append(Condition(name, (), **bounds))
                except UnitError as error:
                    self._say(
                        raw,
                        name,
                        str(error),
                        "Write {min: 3 months, below: 5 years} (or max: the end is in).",
                    )
            else:
                self._say(
                    raw,
                    name,
                    f"{wanted!r} is no range.",
                    "Write {min: 3 months, below: 5 years} (or max: the end is in).",
                )
        return found


def _yes_no(raw: Any) -> str:
    return {True: "yes", False: "no"}.get(raw, str(raw)) if isinstance(raw, bool) else str(raw)
