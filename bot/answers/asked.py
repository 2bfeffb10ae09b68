"""Lookups and maps from what was told: the same for the command line and the API."""

from __future__ import annotations

from bot.answers.answer import Answer, answer
from bot.answers.options import Told, lookup_case
from bot.answers.translations import check_language
from bot.rules.case import check_topic
from bot.rules.errors import CaseError
from bot.rules.lawbase import LawReader
from bot.rules.lookup import look_up
from bot.rules.protection import ProtectionMap, map_in


def lookup_answer(reader: LawReader, told: Told) -> Answer:
    """What the rules say for the case that was told. Raises CaseError."""
    language = check_language(told.language)
    case = lookup_case(told, reader.catalogue.facts)
    if case.origin is None and case.destination is None:
        raise CaseError(
            "Say at least one country: `to` for the country of work, `from` for the country of origin."
        )
    topics = [check_topic(topic) for topic in told.many("topic")]
    return answer(look_up(reader, case, topics or None), language)


def asked_map(reader: LawReader, told: Told) -> ProtectionMap:
    """The protection map of the case that was told. Raises CaseError."""
    check_language(told.language)
    return map_in(reader, lookup_case(told, reader.catalogue.facts))
