"""A proposal tried out on the whole law: what is wrong with it, or all that it would do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.desk.kept import Kept
from bot.desk.workshop.law import HeldLaw, Workshop
from bot.desk.workshop.preview import Effect, Sentence, changes, effects, sentences
from bot.rules.diff import FieldChange
from bot.rules.errors import Mistake
from bot.rules.model import Rule

_MOST_KEPT = 32


@dataclass(frozen=True)
class Preview:
    """What a proposal would do."""

    rule: Rule
    sentences: list[Sentence]  # in every language
    changes: list[tuple[str, list[FieldChange]]]  # field by field, of each rule that it touches
    effects: list[Effect]


@dataclass(frozen=True)
class Outcome:
    """A preview, or mistakes."""

    preview: Preview | None
    mistakes: tuple[Mistake, ...] = ()
    law_is_broken: bool = False


class Previews:
    """Those that were reckoned last: a reviewer opens the same proposal more than once."""

    def __init__(self) -> None:
        self._kept: Kept[tuple[str, str, date], Preview] = Kept(_MOST_KEPT)

    def outcome(
        self, workshop: Workshop, law: HeldLaw, document: str, records: Sequence[str], day: date
    ) -> Outcome:
        """Tries a document that holds these rules (`rule/ID`), the one that it is about last."""
        key = (law.version, document, day)
        kept = self._kept.get(key)
        if kept is not None:
            return Outcome(kept)
        trial = workshop.attempt(document)
        if trial.book is None:
            return Outcome(None, (*trial.mistakes, *trial.others), trial.law_is_broken)
        book, names = trial.book, [each.partition("/")[2] for each in records]
        made = Preview(
            book.rules[names[-1]],
            sentences(book.rules[names[-1]], book.catalogue, book.contacts, day),
            [(name, changes(law.rules.get(name), book.rules[name])) for name in names],
            effects(law.rules, book.rules, names, law.context, law.catalogue.types, day),
        )
        if workshop.law().version == law.version:  # else it was tried on another law than it is held against
            self._kept.keep(key, made)
        return Outcome(made)


PREVIEWS = Previews()
