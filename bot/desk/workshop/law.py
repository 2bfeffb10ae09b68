"""The law as the workshop needs it: whole in memory while its version stands, and tried out with a change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from threading import Lock, Thread

from bot.desk.workshop.proposals import ProposalStore
from bot.rules import editing
from bot.rules.audit import Finding, audit
from bot.rules.errors import LawMistakes, Mistake, RulesError
from bot.rules.housekeeping import read_housekeeping
from bot.rules.lawbase import LawBase
from bot.rules.lawfiles import CheckedLaw, LawBook
from bot.rules.load import records
from bot.rules.matching import Context
from bot.rules.model import Contact, Rule
from bot.rules.revisions import Revision
from bot.rules.ruletypes import Catalogue
from bot.settings import Settings


@dataclass(frozen=True)
class HeldLaw:
    """Every rule of one version of the law, with what it takes to read them."""

    version: str
    catalogue: Catalogue
    context: Context
    rules: Mapping[str, Rule]
    contacts: Mapping[str, Contact]
    findings: dict[date, list[Finding]] = field(default_factory=dict)  # what should be read again, by day
    texts: dict[str, dict[str, str]] = field(default_factory=dict)  # what each rule says, by language


@dataclass(frozen=True)
class Trial:
    """The law with a proposed change in it, or what is wrong with the change."""

    book: LawBook | None
    mistakes: tuple[Mistake, ...] = ()  # of the proposal; their file is the record (`rule/ID`)
    others: tuple[Mistake, ...] = ()  # at other places of the law, which it does not go with
    law_is_broken: bool = False  # the law files hold mistakes of their own


class Workshop:
    """The law, its files and the proposals. Safe to share between threads."""

    def __init__(self, settings: Settings, law: LawBase) -> None:
        self.proposals = ProposalStore(settings.accounts_url)
        self._url = settings.database_url
        self._files = CheckedLaw(settings.law_dir)
        self._law = law
        self._lock = Lock()
        self._held: HeldLaw | None = None
        self._warmer: Thread | None = None

    def law(self) -> HeldLaw:
        """The law that holds now. Raises EmptyLawBase or LawBaseUnavailable."""
        with self._law.reading() as reader:
            held = self._held
            if held is None or held.version != reader.version:
                with self._lock:
                    rules = {each.id: each for each in reader.all_rules()}
                    contacts = {each.id: each for each in reader.all_contacts()}
                    held = HeldLaw(
                        reader.version, reader.catalogue, reader.context, rules, contacts,
                        texts=_still_said(self._held, reader.catalogue, rules, contacts),
                    )  # fmt: skip
                    self._held = held
        return held

    def warm_up(self) -> None:
        """Reads the law files in the background, once: the first proposal need not wait for it."""
        with self._lock:
            if self._warmer is not None:
                return
            self._warmer = Thread(target=self._read_files, name="law files", daemon=True)
            self._warmer.start()

    def _read_files(self) -> None:
        try:
            records(self._files.read())  # their texts are kept with them: storing a change asks for all
        except LawMistakes:
            return  # said when somebody tries a change

    def findings(self, today: date) -> list[Finding]:
        """Rules that somebody should read again, with their owners."""
        law = self.law()
        if today not in law.findings:
            book = LawBook(
                catalogue=law.catalogue, groups=dict(law.context.groups), rules=dict(law.rules),
                housekeeping=read_housekeeping(self._files.folder),
            )  # fmt: skip
            law.findings[today] = list(audit(book, today))
        return law.findings[today]

    def owners(self) -> list[str]:
        """Who keeps the law of some country true."""
        return sorted({each.name for each in read_housekeeping(self._files.folder).owners.values()})

    def attempt(self, document: str) -> Trial:
        """Reads the whole law with a change in it; nothing is stored."""
        try:
            return Trial(editing.law_with(self._url, self._files, document))
        except LawMistakes as error:
            return self._failed(error)

    def _failed(self, error: LawMistakes) -> Trial:
        mine = tuple(each for each in error.mistakes if each.file.startswith("rule/"))
        others = tuple(each for each in error.mistakes if not each.file.startswith("rule/"))
        if not others:
            return Trial(None, mine)
        standing = editing.standing(self._url)
        try:
            self._files.read(standing)
        except LawMistakes as without:
            known = set(without.mistakes)
            return Trial(None, mine, tuple(each for each in others if each not in known), law_is_broken=True)
        return Trial(None, mine, others)

    def publish(
        self, document: str, author: str, reason: str, expected: Mapping[str, str | None]
    ) -> list[int]:
        """Makes a change live; gives the numbers of its revisions. `expected` and errors: `revise_with`."""
        numbers, _ = editing.revise_with(self._url, self._files, document, author, reason, expected)
        return numbers

    def take_back(self, revisions: Sequence[int], who: str) -> None:
        """Withdraws open revisions. Errors: `editing.withdraw`."""
        editing.withdraw(self._url, self._files, revisions, who)

    def revisions(self) -> list[Revision]:
        """Every revision ever made, oldest first."""
        return editing.revisions(self._url)

    def history(self, record: str) -> list[editing.Step]:
        """The life of a record, oldest first."""
        return editing.history(self._url, record)

    def conflicts(self) -> list[Mistake]:
        """Open revisions that the law files contradict, so that no load goes through; other mistakes too."""
        try:
            self._files.read(editing.standing(self._url))
        except LawMistakes as error:
            return error.mistakes
        return []


def _still_said(
    before: HeldLaw | None, catalogue: Catalogue, rules: Mapping[str, Rule], contacts: Mapping[str, Contact]
) -> dict[str, dict[str, str]]:
    """What rules said that are as they were: a change of one rule does not cost the texts of all."""
    if before is None or (before.contacts, before.catalogue) != (contacts, catalogue):
        return {}
    return {
        language: {name: text for name, text in list(known.items()) if rules.get(name) == before.rules[name]}
        for language, known in list(before.texts.items())  # other threads go on adding to it
    }


def reason_of(error: RulesError) -> str:
    """What a failed approval says to the reviewer, in one paragraph."""
    if isinstance(error, LawMistakes):
        return " ".join(f"{each.field}: {each.problem} {each.mend}" for each in error.mistakes)
    return str(error)
