"""Reads `data/law/**/*.yml` into a law book, with revisions laid over it, and checks the whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from copy import copy
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any

from bot.rules import housekeeping, reconciled, yamlfile
from bot.rules.errors import Complaints, Mistake, RevisionConflicts
from bot.rules.housekeeping import HousekeepingReader
from bot.rules.lawfiles.book import LawBook
from bot.rules.lawfiles.rivals import check_rivals
from bot.rules.lawfiles.rules import RuleReader
from bot.rules.reading import LawFile
from bot.rules.reconciled import ReconciledReader, check_reconciled
from bot.rules.revisions import Beneath, Revision, settle
from bot.rules.ruletypes import TypeReader
from bot.rules.searches import SearchReader
from bot.rules.treaties.checks import check_treaties
from bot.rules.treaties.files import LAW_KINDS, TreatyReader
from bot.rules.treaties.files import settle as settle_treaties
from bot.rules.units import Vocabularies
from bot.rules.validation import faults
from bot.rules.vocabulary import COUNTRIES
from bot.rules.yamlfile import Map

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


class _Reader(RuleReader):
    """Two passes: first what others refer to (types, groups, contacts), then the rules."""

    def __init__(self, complaints: Complaints, revisions: tuple[Revision, ...]) -> None:
        self._types = TypeReader(complaints)
        super().__init__(complaints, self._types.catalogue)
        self._revisions = revisions
        self._conflicts: list[Mistake] = []  # revisions that the files contradict
        self._treaties = TreatyReader(complaints)
        self._reconciled = ReconciledReader(complaints)
        self._searches = SearchReader(complaints)
        self._housekeeping = HousekeepingReader(complaints)
        self._files: list[LawFile] = []

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
        if mistakes and all(
            each in self._conflicts or each.file.startswith("revision ") for each in mistakes
        ):
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
        self._conflicts = self._complaints.mistakes[before:]
        self._check_references()
        self._housekeeping.check(self._book.contacts)
        for fault in faults(self._book, touched):
            kind, _, name = fault.record.partition("/")
            path, line = self._places[kind, name]
            self._complaints.add(path, line, fault.field, f"{fault.record}: {fault.problem}", fault.mend)
        check_reconciled(self._book.reconciled, self._book.record_ids(), self._complaints)
        check_rivals(self._book, touched, self._complain_of)

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
