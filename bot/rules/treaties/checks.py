"""What must fit between the records of treaties and everything else that the law files say."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from bot.rules.errors import Complaints
from bot.rules.treaties.files import TreatyBook
from bot.rules.vocabulary import PROTECTION


def check_treaties(
    book: TreatyBook,
    groups: Collection[str],
    terms: Mapping[str, Collection[Any]],
    complaints: Complaints,
) -> None:
    """Complains of every record that names an instrument, a group or a term that is not there."""
    for key, ratification in book.ratifications.items():
        if ratification.instrument not in book.instruments:
            problem = f"There is no instrument {ratification.instrument!r}."
            complaints.add(*book.places[key], "instrument", problem, "Declare it.")
    for agreement in book.agreements.values():
        if agreement.group is not None and agreement.group not in groups:
            problem = f"There is no group {agreement.group!r}."
            complaints.add(*book.places[agreement.id], "group", problem, "Declare it under data/law/regions.")
    _check_provisions(book, terms, complaints)


def _check_provisions(book: TreatyBook, terms: Mapping[str, Collection[Any]], complaints: Complaints) -> None:
    for each in book.provisions.values():
        place = book.places[each.id]
        if each.instrument not in book.instruments:
            complaints.add(
                *place, "instrument", f"There is no instrument {each.instrument!r}.", "Declare it."
            )
        said = (*each.conditions, *((each.if_status,) if each.if_status else ()), *each.sectors)
        for vocabulary, words in (("treaty_condition", said), ("undertaking", each.what)):
            for word in words:
                if word not in terms.get(vocabulary, ()):
                    problem = f"{word!r} is no term of {vocabulary}."
                    complaints.add(*place, vocabulary, problem, "Declare it in data/law/types/treaties.yml.")
        if (each.principle == PROTECTION) != bool(each.what):
            complaints.add(
                *place, "what", "`what` goes with `principle: protection`.", "Say what is undertaken."
            )
