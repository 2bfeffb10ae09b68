"""Reads `data/law/**/*.yml` into rules, contacts, scope and groups.

Everything is checked before anything is changed: all mistakes come at once, each with file, line,
field and mend (docs/law-format.md says how a rule is written).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from copy import copy
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from threading import Lock
from typing import Any

from bot.rules import housekeeping, reconciled, yamlfile
from bot.rules.dates import PartialDate
from bot.rules.errors import Complaints, RevisionConflicts
from bot.rules.hours import HoursError, parse_hours
from bot.rules.housekeeping import Housekeeping, HousekeepingReader
from bot.rules.keys import KeyComparer, measure
from bot.rules.model import (
    ANY,
    Condition,
    Contact,
    ContactValue,
    Group,
    Key,
    Membership,
    Rule,
    Scope,
)  # fmt: skip
from bot.rules.reading import PROVENANCE, FileReader, LawFile
from bot.rules.reconciled import Reconciled, ReconciledReader, check_reconciled
from bot.rules.revisions import Beneath, Revision, settle
from bot.rules.ruletypes import Catalogue, Clause, RuleType, TypeReader
from bot.rules.searches import Search, SearchReader
from bot.rules.treaties.checks import check_treaties
from bot.rules.treaties.files import LAW_KINDS, TreatyBook, TreatyReader
from bot.rules.treaties.files import settle as settle_treaties
from bot.rules.units import UnitError, Vocabularies, parse_value, value_json
from bot.rules.validation import faults
from bot.rules.vocabulary import (
    COUNTRIES,
    EMPLOYMENTS,
    HELP_TOPICS,
    IMMIGRATION_RISKS,
    MEASURES,
    SECTORS,
    STATUSES,
    TOPICS,
)  # fmt: skip
from bot.rules.yamlfile import Map, Seq

RIGHTS_AT_WORK = TOPICS[TOPICS.index("wages") : TOPICS.index("discrimination") + 1]
CONTACT_ROLES = (
    "police", "ambulance", "fire", "trafficking_line", "crisis_line", "violence_line", "shelter",
    "labour_authority", "court", "embassy", "union", "ngo", "legal_aid", "fund",
    "recruitment_authority", "institution", "consular_line", "health", "immigration", "other",
)  # fmt: skip
CHANNELS = (
    "phone", "sms", "whatsapp", "viber", "telegram", "imo", "signal", "facebook", "email", "web",
    "app", "office", "form",
)  # fmt: skip
DIALLED = ("phone", "sms", "whatsapp", "viber", "imo", "signal")

_REGION = re.compile(r"([A-Z]{2})-([A-Z0-9]{1,3})")
_NUMBER = re.compile(r"\+?[0-9][0-9 ]*[0-9]|[0-9]{2,}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_RULE = (
    "id", "type", "to", "from", "except_from", "sectors", "except_sectors", "status", "employment",
    "schemes", "when", "start", "end", "values", "unconfirmed", "note", "topics", "kind", "via", "displaces",
    "contacts", "expected", "group_by", *PROVENANCE,
)  # fmt: skip
_COUNTRY = ("law", "country", "review_every_months", "sources", "contacts", "scope", "rules", "gaps")
_REGION_FILE = (
    "law",
    "group",
    "name",
    "review_every_months",
    "sources",
    "contacts",
    "members",
    "rules",
)
_RANGES = ({"min"}, {"below"}, {"max"}, {"min", "below"}, {"min", "max"})
_VALUE = (
    "channel", "value", "text", "from_abroad", "dial_in", "languages", "hours", "cost", *PROVENANCE,
)  # fmt: skip


@dataclass
class LawBook:
    """Everything that the law files say."""

    catalogue: Catalogue = field(default_factory=Catalogue)
    groups: dict[str, Group] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    scopes: dict[str, Scope] = field(default_factory=dict)
    treaties: TreatyBook = field(default_factory=TreatyBook)
    searches: dict[str, Search] = field(default_factory=dict)  # named gaps
    housekeeping: Housekeeping = field(default_factory=Housekeeping)
    settled: tuple[int, ...] = ()  # revisions that the files have caught up with
    beneath: dict[str, Beneath] = field(default_factory=dict)  # what the files say of revised records
    reconciled: dict[str, Reconciled] = field(default_factory=dict)  # by the id of the researched fact

    def record_ids(self) -> set[str]:
        """The ids of everything that a researched fact may have gone into."""
        held = self.treaties
        return {
            *self.rules, *self.contacts, *self.scopes, *self.groups, *held.agreements, *held.ratifications,
            *held.instruments, *held.none_known, *(f"list/{country}" for country in held.lists),
        }  # fmt: skip


def law_files(folder: Path) -> list[Path]:
    """Every law file, in a fixed order."""
    return sorted(path for path in folder.rglob("*.yml") if path.is_file())


def read_law(
    folder: Path,
    progress: Callable[[Path], None] | None = None,
    revisions: Iterable[Revision] = (),
) -> LawBook:
    """Reads and checks all law files, with revisions laid over them.

    Raises LawMistakes with every mistake, and every revision that the files contradict.
    """
    reader = _read_files(folder, law_files(folder), tuple(revisions), progress)
    book = reader.finish()
    reader.raise_if_any()
    return book


def _read_files(
    folder: Path,
    files: Iterable[Path],
    revisions: tuple[Revision, ...] = (),
    progress: Callable[[Path], None] | None = None,
) -> _Reader:
    complaints = Complaints(folder.parent)
    reader = _Reader(complaints, revisions)
    for path in files:
        if progress is not None:
            progress(path)
        reader.open(path)
    if not files:
        complaints.add(
            folder,
            1,
            "(folder)",
            "There are no law files here.",
            "Name the folder that holds them: data/law.",
        )
    return reader


class CheckedLaw:
    """The law files, read and checked once for as long as they stay as they are on the disk.

    A desk tries every proposal on the whole law. With the files known to be whole, only what revisions
    touch is read and checked again, alone and against all the rest. Safe to share between threads.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = Lock()
        self._stamp: list[tuple[Path, int, int]] = []
        self._reader: _Reader | None = None  # None: the files hold mistakes, or were not read yet

    def read(self, revisions: Iterable[Revision] = ()) -> LawBook:
        """As `read_law`."""
        with self._lock:
            files = law_files(self.folder)
            stamp = [(path, (held := path.stat()).st_mtime_ns, held.st_size) for path in files]
            if stamp != self._stamp:
                reader = _read_files(self.folder, files)
                reader.finish()
                self._stamp, self._reader = stamp, None if reader.mistaken else reader
            if self._reader is not None:
                return self._reader.with_revisions(tuple(revisions))
        return read_law(self.folder, revisions=revisions)


class _Reader(FileReader):
    """Two passes: first what others refer to (types, groups, contacts), then the rules."""

    def __init__(self, complaints: Complaints, revisions: tuple[Revision, ...]) -> None:
        super().__init__(complaints)
        self._revisions = revisions
        self.conflicts = 0  # revisions that the files contradict
        self._types = TypeReader(complaints)
        self._treaties = TreatyReader(complaints)
        self._reconciled = ReconciledReader(complaints)
        self._searches = SearchReader(complaints)
        self._housekeeping = HousekeepingReader(complaints)
        self._files: list[LawFile] = []
        self._book = LawBook(self._types.catalogue)
        self._words = Vocabularies({})

    def open(self, path: Path) -> None:
        """Reads one file; what it declares for others is known afterwards."""
        content = yamlfile.read(
            path, lambda line, key, problem, mend: self._complaints.add(path, line, key, problem, mend)
        )
        if content is None:
            return
        self._file = LawFile(path, content)
        if content.get("law") == "types":
            self._types.read(path, content)
        elif content.get("law") == "country":
            self._known(content, _COUNTRY)
            self._interval(content)
            self._one_of(content, "country", COUNTRIES, "country code")
            self._files.append(self._file)
        elif content.get("law") == "region":
            self._known(content, _REGION_FILE)
            self._interval(content)
            self._group(content)
            self._files.append(self._file)
        elif content.get("law") in LAW_KINDS:
            self._treaties.read(self._file, self._book.treaties)
        elif content.get("law") in housekeeping.LAW_KINDS:
            self._housekeeping.read(self._file, self._book.housekeeping)
        elif content.get("law") == reconciled.LAW_KIND:
            self._reconciled.read(self._file, self._book.reconciled)
        else:
            known = ("country", "region", "types", *LAW_KINDS, *housekeeping.LAW_KINDS, reconciled.LAW_KIND)
            self._say(
                content,
                "law",
                "A law file says what it holds.",
                f"Write `law:` and one of {', '.join(known)}.",
            )

    def finish(self) -> LawBook:
        """Reads contacts, scope and rules of all files, and checks them against each other."""
        self._words = Vocabularies(self._book.catalogue.term_ids())
        for name, (path, line) in sorted(self._types.vocabularies.items()):
            if name not in self._words.terms:
                self._complaints.add(
                    path,
                    line,
                    name,
                    "A type uses this vocabulary, which no file declares.",
                    "Declare it under `terms`.",
                )
        for name, (path, line) in sorted(self._types.nouns.items()):
            if name not in self._words.terms.get("noun", ()):
                self._complaints.add(
                    path,
                    line,
                    name,
                    "This noun is counted, but no file declares it.",
                    "Declare it under `terms: noun:`.",
                )
        for file in self._files:
            self._file = file
            self._each("contacts", self._contact)
            self._each("scope", self._scope)
            self._searches.read(file, self._book.searches)
        self._revise("contacts", "contact", self._book.contacts, self._contact)
        self._words = Vocabularies(self._words.terms, frozenset(self._book.contacts))
        for file in self._files:
            self._file = file
            self._each("rules", self._rule)
        self._revise("rules", "rule", self._book.rules, self._rule)
        self._check()
        settle_treaties(self._book.treaties)
        check_treaties(self._book.treaties, self._book.groups, self._words.terms, self._complaints)
        return self._book

    @property
    def mistaken(self) -> bool:
        """Whether anything was complained of."""
        return bool(self._complaints.mistakes)

    def raise_if_any(self) -> None:
        """Raises LawMistakes when anything was complained of."""
        mistakes = self._complaints.mistakes
        of_revisions = sum(each.file.startswith("revision ") for each in mistakes)
        if mistakes and self.conflicts + of_revisions == len(mistakes):
            raise RevisionConflicts(mistakes)
        self._complaints.raise_if_any()

    def with_revisions(self, revisions: tuple[Revision, ...]) -> LawBook:
        """The law with revisions over files that were read and hold no mistake. Raises LawMistakes.

        What no revision touches is as it was checked. Revisions add records or put others in their place,
        and take none away; so nothing that the rest refers to can be missing.
        """
        laid = copy(self)
        laid._complaints.mistakes = []
        laid._revisions = revisions
        laid._places = dict(self._places)
        laid._book = replace(
            self._book, rules=dict(self._book.rules), contacts=dict(self._book.contacts), beneath={}
        )
        laid._revise("contacts", "contact", laid._book.contacts, laid._contact)
        laid._words = Vocabularies(self._words.terms, frozenset(laid._book.contacts))
        laid._revise("rules", "rule", laid._book.rules, laid._rule)
        laid._check({each.record for each in revisions})
        laid.raise_if_any()
        return laid._book

    def _check(self, touched: AbstractSet[str] | None = None) -> None:
        """Everything against everything; `touched`: the records (`rule/ID`) that were not checked yet."""
        amended: dict[str, Any] = {f"rule/{each.id}": each for each in self._book.rules.values()}
        amended |= {f"contact/{each.id}": each for each in self._book.contacts.values()}
        before = len(self._complaints.mistakes)
        self._book.settled = settle(self._revisions, self._book.beneath, amended, self._complaints)
        self.conflicts = len(self._complaints.mistakes) - before
        self._check_references()
        self._housekeeping.check(self._book.contacts)
        for fault in faults(self._book, touched):
            kind, _, name = fault.record.partition("/")
            path, line = self._places[kind, name]
            self._complaints.add(path, line, fault.field, f"{fault.record}: {fault.problem}", fault.mend)
        check_reconciled(self._book.reconciled, self._book.record_ids(), self._complaints)
        self._check_ones(touched)

    def _revise(self, section: str, kind: str, records: dict[str, Any], read: Callable[[Map], None]) -> None:
        """Lays the revisions of one section over what the files say."""
        for revision in self._revisions:
            table, _, name = revision.record.partition("/")
            if table != kind:
                continue
            content = yamlfile.parse(
                revision.document,
                lambda *mistake, file=revision.name: self._complaints.add(file, *mistake),
            )
            if content is None:
                continue
            path, line = self._places.pop((kind, name), (revision.name, 1))
            self._book.beneath[revision.record] = Beneath(records.pop(name, None), path, line)
            self._file = LawFile(revision.name, content)
            self._interval(content)
            self._each(section, read)

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

    # -- sections -----------------------------------------------------------------------------

    def _group(self, content: Map) -> None:
        name, members = content.get("group"), content.get("members")
        if not isinstance(name, str) or not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            self._say(
                content, "group", f"{name!r} is no name of a group.", "Use small letters, digits and _."
            )
            return
        if members is None:  # rules for a group that another file declares
            return
        if name in self._book.groups:
            self._say(
                content, "group", f"The group {name} is declared twice.", "List `members` in one file alone."
            )
            return
        found = []
        for item in members if isinstance(members, Seq) else []:
            if not isinstance(item, Map) or str(item.get("country")) not in COUNTRIES:
                self._say(
                    content, "members", f"{item!r} is no member.", "Write {country: GH, start: '1975-05-28'}."
                )
                continue
            self._known(item, ("country", "start", "end"))
            found.append(Membership(item["country"], self._date(item, "start"), self._date(item, "end")))
        self._book.groups[name] = Group(name, str(content.get("name", name)), tuple(found))

    def _contact(self, body: Map) -> None:
        self._known(
            body,
            (
                "id",
                "name",
                "roles",
                "immigration_risk",
                "immigration_risk_source",
                "serves",
                "values",
                "note",
            ),
        )
        name = self._id(body, self._book.contacts, "contact")
        if name is None:
            return
        risk = self._one_of(body, "immigration_risk", IMMIGRATION_RISKS, "immigration risk")
        if risk != "unknown" and body.get("immigration_risk_source") is None:
            self._say(
                body,
                "immigration_risk",
                "A risk that is known has a source.",
                "Name it under `immigration_risk_source`.",
            )
        serves = body.get("serves")
        values = body.get("values", Seq())
        if not isinstance(values, Seq):
            self._say(body, "values", "The values of a contact are a list.", "Start each with `- channel:`.")
            values = Seq()
        for item in values:
            if not isinstance(item, Map):
                self._say(
                    body,
                    "values",
                    f"{item!r} is not a mapping.",
                    "Write {channel: phone, value: '16008', ...}.",
                )
        if not isinstance(body.get("name"), str):
            self._say(body, "name", "A contact has a name.", "Write its proper name.")
        self._book.contacts[name] = Contact(
            id=name,
            name=str(body.get("name")),
            roles=self._list(body, "roles", (), CONTACT_ROLES, "role"),
            immigration_risk=risk,
            immigration_risk_source=self._source(body, "immigration_risk_source", False),
            values=tuple(self._contact_value(item) for item in values if isinstance(item, Map)),
            country=self._file.content.get("country"),
            serves=self._key(serves, ("from", "sectors", "except_sectors", "status"))
            if isinstance(serves, Map)
            else Key((ANY,), (ANY,)),
        )

    def _contact_value(self, body: Map) -> ContactValue:
        self._known(body, _VALUE)
        channel = self._one_of(body, "channel", CHANNELS, "channel")
        value = str(body.get("value", "")).strip()
        if channel in DIALLED and not _NUMBER.fullmatch(value):
            self._say(
                body,
                "value",
                f"{value!r} is not one dialable number.",
                "Write digits and spaces, with + before a country code; one number per value.",
            )
        if channel == "email" and not _EMAIL.fullmatch(value):
            self._say(body, "value", f"{value!r} is no e-mail address.", "Write one address.")
        if not value:
            self._say(body, "value", "The value is missing.", "Write the number or address.")
        hours = self._text(body, "hours")
        try:
            parse_hours(hours or "24/7")
        except HoursError as error:
            self._say(body, "hours", str(error), "Write `24/7` or `Mon-Fri 08:00-17:00; Sat 09:00-12:00`.")
        if "cost" in body:
            self._one_of(body, "cost", ("free", "paid", "unknown"), "cost")
        return ContactValue(
            channel, value, self._provenance(body), self._text(body, "text"),
            self._boolean(body, "from_abroad"), self._list(body, "languages", (), None, "language"),
            hours, self._text(body, "cost"),
            self._one_of(body, "dial_in", COUNTRIES, "country code") if "dial_in" in body else None,
        )  # fmt: skip

    def _scope(self, body: Map) -> None:
        self._known(body, ("id", "to", "jobs", "private_household", "legal_sector", "note", *PROVENANCE))
        name = self._id(body, self._book.scopes, "scope")
        if name is None:
            return
        self._book.scopes[name] = Scope(
            name,
            self._where(body, "to", None),
            self._list(body, "jobs", (), SECTORS, "sector"),
            self._one_of(body, "private_household", ("yes", "no", "any"), "answer"),
            self._one_of(body, "legal_sector", SECTORS, "sector"),
            self._provenance(body),
        )

    def _rule(self, body: Map) -> None:
        self._known(body, _RULE)
        name = self._id(body, self._book.rules, "rule")
        rule_type = self._book.catalogue.types.get(str(body.get("type")))
        if rule_type is None:
            self._say(
                body,
                "type",
                f"There is no rule type {body.get('type')!r}.",
                "Use one of data/law/types, or declare it.",
            )
            return
        if name is None:
            return
        kind = (
            self._one_of(
                body,
                "kind",
                (
                    "entitlement",
                    "obligation",
                    "deadline",
                    "penalty",
                    "scheme",
                    "complaint_channel",
                    "warning",
                ),
                "kind",
            )
            if "kind" in body
            else rule_type.kind
        )
        key = self._key(body, ())
        values, unconfirmed = (
            self._values(body, rule_type),
            self._list(body, "unconfirmed", (), set(rule_type.values), "value of the type"),
        )
        start, end = self._date(body, "start"), self._date(body, "end")
        if start and end and PartialDate.parse(end).latest < PartialDate.parse(start).earliest:
            self._say(body, "end", "The rule ends before it starts.", "Mend one of the two dates.")
        self._book.rules[name] = Rule(
            id=name,
            type=rule_type.name,
            topics=self._topics(body, rule_type),
            kind=kind,
            via=self._one_of(body, "via", MEASURES, "measure")
            if "via" in body
            else via_of(rule_type, kind, key),
            key=key,
            values=values,
            provenance=self._provenance(body),
            start=start,
            end=end,
            expected=bool(self._boolean(body, "expected")),
            unconfirmed=unconfirmed,
            displaces=self._list(body, "displaces", (), None, "rule"),
            contacts=self._list(body, "contacts", (), None, "contact"),
            group_by=self._text(body, "group_by"),
            note=self._text(body, "note"),
        )

    def _topics(self, body: Map, rule_type: RuleType) -> tuple[str, ...]:
        if "topics" not in body:
            if len(rule_type.topics) > 1:
                self._say(
                    body,
                    "topics",
                    f"Rules of the type {rule_type.name} may be of several topics.",
                    "Say which: `topics: [...]`.",
                )
            return rule_type.topics[:1]
        raw = body["topics"]
        words = [str(word) for word in (raw if isinstance(raw, list) else [raw])]
        expanded: list[str] = []
        for word in words:
            expanded += (*RIGHTS_AT_WORK, "complaint") if word == "rights_at_work" else (word,)
        allowed = {
            *rule_type.topics,
            *(("rights_at_work",) if set(RIGHTS_AT_WORK) <= set(rule_type.topics) else ()),
        }
        for word in words:
            if word not in allowed:
                self._say(
                    body,
                    "topics",
                    f"The type {rule_type.name} does not speak of {word!r}.",
                    f"It may speak of {', '.join(rule_type.topics[:8])}...",
                )
        return tuple(dict.fromkeys(expanded))

    def _values(self, body: Map, rule_type: RuleType) -> dict[str, Any]:
        raw = body.get("values", Map())
        if not isinstance(raw, Map):
            self._say(body, "values", "Values are a mapping.", "Write `name: value`.")
            return {}
        for name, value in raw.items():
            unit = rule_type.values.get(name)
            if unit is None:
                self._say(
                    raw,
                    name,
                    f"The type {rule_type.name} has no such value.",
                    f"It has {', '.join(rule_type.values)}.",
                )
                continue
            try:
                value_json(parse_value(unit, value, self._words))
            except UnitError as error:
                self._say(raw, name, str(error), "See the table of units in docs/law-format.md.")
        clauses = rule_type.clauses(raw)
        if not clauses:
            self._say(
                body,
                "values",
                "With these values the rule says nothing.",
                "Give it values that a sentence of its type names.",
            )
        unused = set(raw) - _spoken_names(rule_type, clauses)
        for name in sorted(unused & set(rule_type.values)):
            self._say(raw, name, "No sentence says this value.", "Add a clause to the type, or leave it out.")
        return _plain(raw)

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

    # -- everything against everything --------------------------------------------------------

    def _complain_of(self, rule_id: str, key: str, problem: str, mend: str) -> None:
        path, line = self._places["rule", rule_id]
        self._complaints.add(path, line, key, f"{rule_id}: {problem}", mend)

    def _check_references(self) -> None:
        for rule in self._book.rules.values():
            for other in rule.displaces:
                if other not in self._book.rules:
                    self._complain_of(
                        rule.id, "displaces", f"there is no rule {other!r}.", "Name a rule's id."
                    )
            for contact in rule.contacts:
                if contact not in self._book.contacts:
                    self._complain_of(
                        rule.id, "contacts", f"there is no contact {contact!r}.", "Name a contact's id."
                    )

    def _check_ones(self, touched: AbstractSet[str] | None) -> None:
        """Two `one` rules that can meet with different values must be settled."""
        comparer = KeyComparer(self._book.groups, self._book.catalogue.facts)
        for group in _rivals(self._book).values():
            for position, one in enumerate(group):
                for other in group[position + 1 :]:
                    if touched is not None and not {f"rule/{one.id}", f"rule/{other.id}"} & touched:
                        continue
                    if not share_values(one, other) or agree(one, other) or not comparer.meet(one, other):
                        continue
                    if one.id in other.displaces and other.id in one.displaces:
                        self._complain_of(
                            one.id,
                            "displaces",
                            f"it and {other.id} displace each other.",
                            "Keep it in one of them.",
                        )
                    if one.id in other.displaces or other.id in one.displaces:
                        continue
                    if not comparer.strict_subset(one, other) and not comparer.strict_subset(other, one):
                        self._complain_of(
                            one.id, "type", f"it can meet {other.id} in one case, and neither gives way.",
                            "Narrow one key, say `displaces`, or keep them apart by `group_by`.",
                        )  # fmt: skip


def share_values(one: Rule, other: Rule) -> bool:
    """Whether two rules speak of the same thing: some value that both hold."""
    return bool(set(one.values) & set(other.values))


def agree(one: Rule, other: Rule) -> bool:
    """Whether all that both say is the same."""
    return all(one.values[name] == other.values[name] for name in set(one.values) & set(other.values))


def rivalry(rule: Rule, rule_type: RuleType) -> tuple[Any, ...]:
    """What rules have in common that must give one value: type, distinguishing values, group."""
    return (rule.type, rule.group_by, *(str(rule.values.get(name)) for name in rule_type.distinct))


def _rivals(book: LawBook) -> dict[tuple[Any, ...], list[Rule]]:
    found: dict[tuple[Any, ...], list[Rule]] = {}
    for rule in sorted(book.rules.values(), key=lambda each: each.id):
        rule_type = book.catalogue.types[rule.type]
        if rule_type.combine == "one":
            found.setdefault(rivalry(rule, rule_type), []).append(rule)
    return found


def via_of(rule_type: RuleType, kind: str, key: Key) -> str:
    """The measure that rules of a type come through, where they do not say it themselves."""
    if rule_type.via is not None:
        return rule_type.via
    if kind == "complaint_channel" or set(rule_type.topics) <= set(HELP_TOPICS):
        return "complementary_measure"
    return "other_unilateral_measure" if key.destinations == (ANY,) else "national_system"


def _spoken_names(rule_type: RuleType, spoken: Iterable[Clause]) -> set[str]:
    names = set(rule_type.distinct)
    for clause in spoken:
        names |= clause.names | ({clause.if_} if clause.if_ else set())
    # a value under `unless` speaks by its absence
    return names | {clause.unless for clause in rule_type.say if clause.unless}


def _yes_no(raw: Any) -> str:
    return {True: "yes", False: "no"}.get(raw, str(raw)) if isinstance(raw, bool) else str(raw)


def _plain(raw: Any) -> Any:
    if isinstance(raw, dict):
        return {key: _plain(value) for key, value in raw.items()}
    if isinstance(raw, list):
        return [_plain(item) for item in raw]
    return str(raw) if isinstance(raw, Decimal) else raw
