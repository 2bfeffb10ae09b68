"""Reads the law files of treaties: instruments, their provisions, ratifications, agreements."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bot.rules.reading import PROVENANCE, FileReader, LawFile
from bot.rules.treaties.model import (
    AGREEMENT_STATUSES,
    METHODS,
    PERSONAL_SCOPES,
    RATIFICATION_STATUSES,
    SEA_LAWS,
    Agreement,
    AgreementList,
    Certificate,
    Instrument,
    NoAgreement,
    PensionMethod,
    Provision,
    Ratification,
)  # fmt: skip
from bot.rules.vocabulary import BRANCHES, COUNTRIES, PRINCIPLES, PROTECTION, SECTORS, STATUSES, TOPICS
from bot.rules.yamlfile import Map

LAW_KINDS = ("instruments", "provisions", "ratifications", "agreements")
_FILE = (
    "law", "instrument", "sources", "instruments", "provisions", "ratifications", "agreements",
    "no_agreement", "lists", "certificates", "methods", "owner", "review_every_months",
)  # fmt: skip
_INSTRUMENT = (
    "id", "kind", "title", "year", "seed", "reciprocal", "principles", "in_force", "binds_after",
    "binds_on_first", "note", *PROVENANCE,
)  # fmt: skip
_RATIFICATION = ("country", "status", "ratified", "start", "end", "branches", "regions", "note", *PROVENANCE)
_AGREEMENT = (
    "id", "kind", "title", "parties", "group", "since", "hub", "regions", "status", "signed", "start", "end",
    "branches", "totalization", "export", "equal_treatment", "personal_scope", "refugees", "posting_months",
    "posting_extension_months", "self_employed", "seafarers", "certificate", "certificate_from", "method",
    "min_months", "institutions", "claim", "origin", "destination", "sector", "seen", "note", *PROVENANCE,
)  # fmt: skip
_NONE = ("parties", "note", *PROVENANCE)
_CERTIFICATE = ("country", "certificate", "office", "note", *PROVENANCE)
_METHOD = ("country", "method", "shortest_months", "note", *PROVENANCE)
_LIST = ("country", "names", "note", *PROVENANCE)
_PROVISION = (
    "id", "instrument", "article", "principle", "topics", "bound", "accepted", "status", "if_status",
    "sectors", "stated", "conditions", "reciprocity", "what", "note", *PROVENANCE,
)  # fmt: skip
_KINDS = ("bilateral_ssa", "multilateral_ssa", "bilateral_labour_agreement", "framework")
_INSTRUMENT_ID = re.compile(r"[A-Z]+[0-9]*(?:_[A-Z0-9]+)*")


@dataclass
class TreatyBook:
    """Everything that the law files say of treaties."""

    instruments: dict[str, Instrument] = field(default_factory=dict)
    ratifications: dict[str, Ratification] = field(default_factory=dict)  # by INSTRUMENT/COUNTRY
    agreements: dict[str, Agreement] = field(default_factory=dict)
    none_known: dict[str, NoAgreement] = field(default_factory=dict)  # by ONE-OTHER, in order
    lists: dict[str, AgreementList] = field(default_factory=dict)  # by country
    certificates: dict[str, Certificate] = field(default_factory=dict)  # by country
    methods: dict[str, PensionMethod] = field(default_factory=dict)  # by country
    provisions: dict[str, Provision] = field(default_factory=dict)
    places: dict[str, tuple[Path, int]] = field(default_factory=dict)  # file and line of a record


def settle(book: TreatyBook) -> None:
    """Tells each ratification when its instrument entered into force, and after how long it binds."""
    for key, ratification in book.ratifications.items():
        instrument = book.instruments.get(ratification.instrument)
        if instrument is not None:
            book.ratifications[key] = replace(
                ratification,
                earliest=instrument.in_force,
                binds_after=instrument.binds_after,
                binds_on_first=instrument.binds_on_first,
            )


class TreatyReader(FileReader):
    """Reads treaty files into a book."""

    def read(self, file: LawFile, book: TreatyBook) -> None:
        """Adds what one file holds."""
        self._file, self._book = file, book
        self._known(file.content, _FILE)
        self._each("instruments", self._instrument)
        self._each("provisions", self._provision)
        self._each("ratifications", self._ratification)
        self._each("agreements", self._agreement)
        self._each("no_agreement", self._none)
        self._each("lists", self._agreement_list)
        self._each("certificates", self._certificate)
        self._each("methods", self._method)

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
            self._date(body, "in_force"),
            12 if body.get("binds_after") is None else self._whole(body, "binds_after") or 0,
            bool(self._boolean(body, "binds_on_first")),
        )

    def _ratification(self, body: Map) -> None:
        self._known(body, _RATIFICATION)
        instrument = str(self._file.content.get("instrument"))
        country = self._one_of(body, "country", COUNTRIES, "country code")
        key = f"{instrument}/{country}"
        if key in self._book.ratifications:
            self._say(body, "country", f"{country} stands twice for {instrument}.", "Keep one of them.")
            return
        self._book.places[key] = (self._file.path, body.line_of("country"))
        self._book.ratifications[key] = Ratification(
            instrument,
            country,
            self._one_of(body, "status", RATIFICATION_STATUSES, "status of a ratification"),
            self._provenance(body),
            self._date(body, "ratified"),
            self._date(body, "start"),
            self._date(body, "end"),
            self._list(body, "branches", (), BRANCHES, "branch"),
            self._list(body, "regions", (), None, "region"),
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
        self._book.places[name] = (self._file.path, body.line_of("id"))
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
            totalization=self._given(body, "totalization"),
            export=self._given(body, "export"),
            equal_treatment=self._boolean(body, "equal_treatment"),
            personal_scope=self._optional(body, "personal_scope", PERSONAL_SCOPES, "personal scope"),
            refugees=self._boolean(body, "refugees"),
            posting_months=self._whole(body, "posting_months"),
            posting_extension_months=self._whole(body, "posting_extension_months"),
            self_employed=self._boolean(body, "self_employed"),
            seafarers=self._optional(body, "seafarers", SEA_LAWS, "law at sea"),
            certificate=self._text(body, "certificate"),
            certificate_from=self._pairs(body, "certificate_from", None),
            method=self._optional(body, "method", METHODS, "method"),
            min_months=self._whole(body, "min_months"),
            institutions=self._pairs(body, "institutions", None),
            claim=self._text(body, "claim"),
            origin=self._text(body, "origin"),
            destination=self._text(body, "destination"),
            sector=self._optional(body, "sector", SECTORS, "sector"),
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

    def _agreement_list(self, body: Map) -> None:
        self._known(body, _LIST)
        country = self._one_of(body, "country", COUNTRIES, "country code")
        if country in self._book.lists:
            self._say(body, "country", f"{country} has two lists.", "Keep the newer one.")
            return
        self._book.lists[country] = AgreementList(
            country,
            self._list(body, "names", (), COUNTRIES, "country code"),
            self._provenance(body),
            self._text(body, "note"),
        )

    def _certificate(self, body: Map) -> None:
        self._known(body, _CERTIFICATE)
        country = self._one_of(body, "country", COUNTRIES, "country code")
        name = self._text(body, "certificate")
        if country in self._book.certificates:
            self._say(body, "country", f"{country} has two certificates.", "Keep one of them.")
        elif name is None:
            self._say(body, "certificate", "The certificate has no name.", "Write what it is called.")
        else:
            self._book.certificates[country] = Certificate(
                country, name, self._text(body, "office"), self._provenance(body), self._text(body, "note")
            )

    def _method(self, body: Map) -> None:
        self._known(body, _METHOD)
        country = self._one_of(body, "country", COUNTRIES, "country code")
        if country in self._book.methods:
            self._say(body, "country", f"{country} has two methods.", "Keep one of them.")
            return
        self._book.methods[country] = PensionMethod(
            country,
            self._one_of(body, "method", METHODS, "method"),
            self._provenance(body),
            self._whole(body, "shortest_months"),
            self._text(body, "note"),
        )

    def _provision(self, body: Map) -> None:
        self._known(body, _PROVISION)
        name = self._id(body, self._book.provisions, "provision")
        if name is None:
            return
        topics = self._list(body, "topics", (), TOPICS, "topic")
        if not topics:
            self._say(body, "topics", "It says nothing of any topic.", "List the topics that it is about.")
        self._book.places[name] = (self._file.path, body.line_of("id"))
        self._book.provisions[name] = Provision(
            id=name,
            instrument=str(body.get("instrument")),
            article=str(body.get("article")),
            principle=self._one_of(body, "principle", (*PRINCIPLES, PROTECTION), "principle"),
            topics=topics,
            provenance=self._provenance(body),
            bound=self._optional(body, "bound", ("destination", "origin", "both"), "side") or "destination",
            accepted=self._optional(body, "accepted", ("destination", "both"), "side"),
            status=self._list(body, "status", (), STATUSES, "status"),
            if_status=self._text(body, "if_status"),
            sectors=self._list(body, "sectors", (), SECTORS, "sector"),
            stated=bool(self._boolean(body, "stated")),
            conditions=self._list(body, "conditions", (), None, "condition"),
            reciprocity=bool(self._boolean(body, "reciprocity")),
            what=self._list(body, "what", (), None, "undertaking"),
            note=self._text(body, "note"),
        )

    def _optional(self, body: Map, key: str, allowed: tuple[str, ...], what: str) -> str | None:
        return None if body.get(key) is None else self._one_of(body, key, allowed, what)

    def _given(self, body: Map, key: str) -> bool | tuple[str, ...] | None:
        if isinstance(body.get(key), list):
            return self._list(body, key, (), BRANCHES, "branch")
        return self._boolean(body, key)

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
