"""Reads the law files of treaties: `law: instruments`, `law: ratifications`, `law: agreements`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from bot.rules.reading import PROVENANCE, FileReader, LawFile
from bot.rules.treaties.model import (
    AGREEMENT_STATUSES,
    RATIFICATION_STATUSES,
    Agreement,
    Instrument,
    NoAgreement,
    Ratification,
)  # fmt: skip
from bot.rules.vocabulary import BRANCHES, COUNTRIES, PRINCIPLES, SECTORS
from bot.rules.yamlfile import Map

LAW_KINDS = ("instruments", "ratifications", "agreements")
_FILE = (
    "law",
    "instrument",
    "sources",
    "instruments",
    "ratifications",
    "agreements",
    "no_agreement",
    "owner",
    "review_every_months",
)
_INSTRUMENT = ("id", "kind", "title", "year", "seed", "reciprocal", "principles", "note", *PROVENANCE)
_RATIFICATION = ("country", "status", "ratified", "start", "end", "branches", "note", *PROVENANCE)
_AGREEMENT = (
    "id", "kind", "title", "parties", "group", "since", "hub", "regions", "status", "signed", "start", "end",
    "branches", "totalization", "export", "posting_months", "min_months", "institutions", "claim", "origin",
    "destination", "sector", "seen", "note", *PROVENANCE,
)  # fmt: skip
_NONE = ("parties", "note", *PROVENANCE)
_KINDS = ("bilateral_ssa", "multilateral_ssa", "bilateral_labour_agreement")
_INSTRUMENT_ID = re.compile(r"[A-Z]+[0-9]*(?:_[A-Z0-9]+)*")


@dataclass
class TreatyBook:
    """Everything that the law files say of treaties."""

    instruments: dict[str, Instrument] = field(default_factory=dict)
    ratifications: dict[str, Ratification] = field(default_factory=dict)  # by INSTRUMENT/COUNTRY
    agreements: dict[str, Agreement] = field(default_factory=dict)
    none_known: dict[str, NoAgreement] = field(default_factory=dict)  # by ONE-OTHER, in order


class TreatyReader(FileReader):
    """Reads treaty files into a book."""

    def read(self, file: LawFile, book: TreatyBook) -> None:
        """Adds what one file holds."""
        self._file, self._book = file, book
        self._known(file.content, _FILE)
        self._each("instruments", self._instrument)
        self._each("ratifications", self._ratification)
        self._each("agreements", self._agreement)
        self._each("no_agreement", self._none)

    def _instrument(self, body: Map) -> None:
        self._known(body, _INSTRUMENT)
        name = str(body.get("id"))
        if not _INSTRUMENT_ID.fullmatch(name) or name in self._book.instruments:
            self._say(body, "id", f"{name!r} is no new instrument.", "Write C118, R202 or MLC, each once.")
            return
        principles = body.get("principles") or Map()
        for key in principles:
            if key not in PRINCIPLES:
                self._say(
                    principles, key, "This is none of the five principles.", f"Use {', '.join(PRINCIPLES)}."
                )
        self._book.instruments[name] = Instrument(
            name,
            self._one_of(body, "kind", ("convention", "recommendation", "other"), "kind of instrument"),
            str(body.get("title")),
            self._whole(body, "year") or 0,
            tuple((key, bool(self._boolean(principles, key))) for key in PRINCIPLES if key in principles),
            bool(self._boolean(body, "reciprocal")),
            bool(self._boolean(body, "seed")),
            self._provenance(body, source_needed=False),
            self._text(body, "note"),
        )

    def _ratification(self, body: Map) -> None:
        self._known(body, _RATIFICATION)
        instrument = str(self._file.content.get("instrument"))
        country = self._one_of(body, "country", COUNTRIES, "country code")
        key = f"{instrument}/{country}"
        if key in self._book.ratifications:
            self._say(body, "country", f"{country} stands twice for {instrument}.", "Keep one of them.")
            return
        self._book.ratifications[key] = Ratification(
            instrument,
            country,
            self._one_of(body, "status", RATIFICATION_STATUSES, "status of a ratification"),
            self._provenance(body),
            self._date(body, "ratified"),
            self._date(body, "start"),
            self._date(body, "end"),
            self._list(body, "branches", (), BRANCHES, "branch"),
            self._text(body, "note"),
        )

    def _agreement(self, body: Map) -> None:
        self._known(body, _AGREEMENT)
        name = self._id(body, self._book.agreements, "agreement")
        if name is None:
            return
        parties = self._list(body, "parties", (), COUNTRIES, "country code")
        if len(set(parties)) < 2:
            self._say(body, "parties", "An agreement has at least two parties.", "List their country codes.")
        self._book.agreements[name] = Agreement(
            id=name,
            kind=self._one_of(body, "kind", _KINDS, "kind of agreement"),
            parties=parties,
            status=self._one_of(body, "status", AGREEMENT_STATUSES, "status of an agreement"),
            provenance=self._provenance(body),
            title=self._text(body, "title"),
            group=self._text(body, "group"),
            since=self._pairs(body, "since", parties),
            hub=self._text(body, "hub"),
            regions=self._list(body, "regions", (), None, "region"),
            signed=self._date(body, "signed"),
            start=self._date(body, "start"),
            end=self._date(body, "end"),
            branches=self._list(body, "branches", (), BRANCHES, "branch"),
            totalization=self._boolean(body, "totalization"),
            export=self._boolean(body, "export"),
            posting_months=self._whole(body, "posting_months"),
            min_months=self._whole(body, "min_months"),
            institutions=self._pairs(body, "institutions", None),
            claim=self._text(body, "claim"),
            origin=self._text(body, "origin"),
            destination=self._text(body, "destination"),
            sector=self._one_of(body, "sector", SECTORS, "sector") if body.get("sector") else None,
            seen=self._list(body, "seen", (), None, "field"),
            note=self._text(body, "note"),
        )

    def _none(self, body: Map) -> None:
        self._known(body, _NONE)
        parties = tuple(sorted(self._list(body, "parties", (), COUNTRIES, "country code")))
        if len(parties) != 2 or "-".join(parties) in self._book.none_known:
            self._say(
                body, "parties", "A pair of two countries, each pair once, belongs here.", "Mend the pair."
            )
            return
        self._book.none_known["-".join(parties)] = NoAgreement(
            parties, self._provenance(body), self._text(body, "note")
        )

    def _whole(self, body: Map, key: str) -> int | None:
        raw = body.get(key)
        if raw is not None and (isinstance(raw, bool) or not isinstance(raw, int) or raw < 0):
            self._say(body, key, f"{raw!r} is not a whole number.", "Write digits.")
            return None
        return raw

    def _pairs(self, body: Map, key: str, allowed: tuple[str, ...] | None) -> tuple[tuple[str, str], ...]:
        raw: Any = body.get(key)
        if raw is None:
            return ()
        if not isinstance(raw, Map):
            self._say(body, key, "A mapping by country belongs here.", "Write {ES: ...}.")
            return ()
        for country in raw:
            if country not in (allowed or COUNTRIES):
                self._say(raw, country, f"{country!r} is no party.", "Use the parties' country codes.")
        return tuple((country, str(value)) for country, value in raw.items())
