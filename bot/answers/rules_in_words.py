"""Rules as such, without a case: what each says in a language, for whoever reads the law through."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from bot.answers.statements import Speaker, Statement
from bot.answers.translations import translator
from bot.rules.case import Case
from bot.rules.lawbase import LawReader
from bot.rules.lookup import contact_ids
from bot.rules.model import Contact, Rule
from bot.rules.resolution import Result
from bot.rules.ruletypes import Catalogue


@dataclass(frozen=True)
class _Shelf:
    """What a Speaker needs to know."""

    case: Case
    catalogue: Catalogue
    contacts: Mapping[str, Contact]


def rules_in_words(reader: LawReader, rules: Iterable[Rule], language: str, today: date) -> list[Statement]:
    """What rules say where they apply; whom they reach stands in their keys."""
    wanted = list(rules)
    contacts = reader.contacts(each for rule in wanted for each in contact_ids(rule, reader.catalogue))
    speaker = Speaker(_Shelf(Case(today, today), reader.catalogue, contacts), translator(language))
    return [speaker.statement(Result(rule, "yes", (), ())) for rule in wanted]
