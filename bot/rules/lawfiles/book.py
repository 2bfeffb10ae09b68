"""Everything that the law files say."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.rules.housekeeping import Housekeeping
from bot.rules.model import Contact, Group, Rule, Scope
from bot.rules.reconciled import Reconciled
from bot.rules.revisions import Beneath
from bot.rules.ruletypes import Catalogue
from bot.rules.searches import Search
from bot.rules.treaties.files import TreatyBook


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
