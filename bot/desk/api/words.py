"""The words that questions and answers are made of: the vocabulary, and the countries by any name."""

from __future__ import annotations

from typing import Any

from bot.answers import formats, names
from bot.answers.formats import SECTOR_NAMES
from bot.answers.options import LANGUAGE, Option, Told
from bot.answers.protection import COLUMN_NAMES, STATE_NAMES
from bot.answers.translations import available_languages, check_language, translator
from bot.desk.api.operations import Operation
from bot.desk.pickers import suggest
from bot.rules.lawbase import LawReader
from bot.rules.lookup import REASONS
from bot.rules.vocabulary import (
    COUNTRIES,
    DANGERS,
    EMPLOYMENTS,
    KINDS,
    MEASURES,
    PRINCIPLES,
    SECTORS,
    STATUSES,
    TOPICS,
)

QUERY = Option(
    "q", "text", "A country by name, nationality, city or institution, in any script; the likeliest first.",
    example="नेपाल",
)  # fmt: skip


def _vocabulary(reader: LawReader, told: Told) -> dict[str, Any]:
    t = translator(check_language(told.language))
    catalogue = reader.catalogue
    return {
        "version": reader.version,
        "language": told.language,
        "languages": [
            {"id": code, "name": formats.language_name(code, t), "own_name": _own_name(code)}
            for code in available_languages()
        ],
        "topics": [{"id": each, "name": names.topic_name(each, t)} for each in TOPICS],
        "sectors": [{"id": each, "name": t.pgettext("sector", SECTOR_NAMES[each])} for each in SECTORS],
        "status": [{"id": each, "name": t.pgettext("status", names.STATUS_NAMES[each])} for each in STATUSES],
        "employment": list(EMPLOYMENTS),
        "kinds": list(KINDS),
        "measures": list(MEASURES),
        "principles": list(PRINCIPLES),
        "dangers": list(DANGERS),
        "gap_reasons": list(REASONS),
        "map_columns": [
            {"id": each, "name": t.pgettext("map column", name)} for each, name in COLUMN_NAMES.items()
        ],
        "map_states": [
            {"id": each, "name": t.pgettext("map state", name)} for each, name in STATE_NAMES.items()
        ],
        "facts": [
            {
                "name": fact.name,
                "unit": fact.unit.name if fact.unit else None,
                "options": list(fact.options),
                "ask": t.gettext(fact.ask),
            }
            for fact in catalogue.facts.values()
        ],
        "rule_types": [
            {"name": each.name, "topics": list(each.topics), "kind": each.kind, "combine": each.combine}
            for each in catalogue.types.values()
        ],
    }


def _own_name(code: str) -> str:
    return formats.language_name(code, translator(code))


def _countries(reader: LawReader, told: Told) -> dict[str, Any]:
    language = check_language(told.language)
    query = (told.get("q") or "").strip()
    if query:
        found = [
            {"code": each.code, "name": each.label, "matched": each.note or None}
            for each in suggest("country", query, language)
        ]
    else:
        t = translator(language)
        named = sorted((formats.country(code, t), code) for code in COUNTRIES)
        found = [{"code": code, "name": name, "matched": None} for name, code in named]
    return {"version": reader.version, "language": language, "countries": found}


OPERATIONS = (
    Operation(
        "vocabulary", "/vocabulary", "The words that questions and answers use, with their names.",
        _vocabulary, "Vocabulary", (LANGUAGE,),
    ),
    Operation(
        "countries", "/countries", "The countries with their codes, or those that a text may mean.",
        _countries, "Countries", (QUERY, LANGUAGE),
    ),
)  # fmt: skip
