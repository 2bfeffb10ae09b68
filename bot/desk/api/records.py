"""The law as it stands in the database: a list of rules, and one rule whole with its history."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from bot.answers.options import LANGUAGE, Option, Told, whole
from bot.answers.rules_in_words import rules_in_words
from bot.answers.statements import Statement
from bot.answers.translations import check_language
from bot.desk.api.operations import PREFIX, Operation
from bot.rules.case import check_country, check_topic
from bot.rules.editing import steps_of
from bot.rules.errors import CaseError
from bot.rules.lawbase import LawReader
from bot.rules.vocabulary import TOPICS

MOST_PER_PAGE, MOST_WORDS = 200, 8
COUNTRY = Option(
    "country", "country", "Rules that name it as country of work or of origin, by itself or in a group."
)
TOPIC = Option("topic", "topic", "Rules that speak of this topic.", choices=TOPICS)
TYPE = Option("type", "text", "Rules of this type; /vocabulary lists the types.", example="minimum_wage")
WORDS = Option(
    "q", "text", f"{MOST_WORDS} words at most that all stand in the rule: its values, law, source or note.",
    example="gratuity",
)  # fmt: skip
PAGE = Option("page", "whole", "Which page, from 1.", default="1")
PER_PAGE = Option("per_page", "whole", f"Rules on a page, {MOST_PER_PAGE} at most.", default="50")
RULE_ID = Option(
    "id", "text", "The rule's id, as answers name it.", required=True, example="qa-final-settlement"
)


def _rules(reader: LawReader, told: Told) -> dict[str, Any]:
    language = check_language(told.language)
    page, per_page = (_count(told, option) for option in (PAGE, PER_PAGE))
    if per_page > MOST_PER_PAGE:
        raise CaseError(f"'per_page' is {MOST_PER_PAGE} at most.")
    topic, type_ = told.get("topic"), told.get("type")
    if type_ is not None and type_ not in reader.catalogue.types:
        raise CaseError(f"{type_!r} is no rule type. {PREFIX}/vocabulary lists them.")
    words = tuple(dict.fromkeys((told.get("q") or "").split()))
    if len(words) > MOST_WORDS:
        raise CaseError(f"'q' has {MOST_WORDS} words at most.")
    total, rules = reader.page_of_rules(
        place=check_country(told.get("country")), topic=topic and check_topic(topic), type_=type_,
        words=words, first=(page - 1) * per_page, most=per_page,
    )  # fmt: skip
    return {
        "version": reader.version,
        "total": total,
        "page": page,
        "per_page": per_page,
        "rules": [_summary(each) for each in rules_in_words(reader, rules, language, told.today)],
    }


def _count(told: Told, option: Option) -> int:
    found = whole(told.need(option.name))
    if not 1 <= found <= 10**6:
        raise CaseError(f"{option.name!r} is a number from 1 up.")
    return found


def _rule(reader: LawReader, told: Told) -> dict[str, Any] | None:
    language = check_language(told.language)
    rule = reader.rule(told.need("id"))
    if rule is None:
        return None
    (said,) = rules_in_words(reader, [rule], language, told.today)
    record = f"rule/{rule.id}"
    revisions = [{"id": id_, "at": at, "ended": how} for id_, at, how in reader.revised(record)]
    return {
        "version": reader.version,
        **_summary(said),
        "record": asdict(rule),
        "values": dict(said.values),
        "history": [step.to_json() for step in steps_of(reader.changes(record))],
        "revisions": revisions,  # who made them stands in the desk's audit log, not here
    }


def _summary(said: Statement) -> dict[str, Any]:
    rule, provenance = said.rule, said.rule.provenance
    source = provenance.source
    return {
        "rule": rule.id,
        "type": rule.type,
        "topics": list(rule.topics),
        "kind": rule.kind,
        "via": rule.via,
        "text": said.full_text(),
        "destinations": list(rule.key.destinations),
        "origins": list(rule.key.origins),
        "sectors": list(rule.key.sectors),
        "status": list(rule.key.status),
        "start": rule.start,
        "end": rule.end,
        "legal_basis": provenance.legal_basis,
        "source": None
        if source is None
        else {"title": source.title, "publisher": source.publisher, "url": source.url},
        "as_of": provenance.as_of,
        "evidence": provenance.evidence,
        "confidence": provenance.confidence,
        "review_by": provenance.review_by,
        "url": f"{PREFIX}/rules/{quote(rule.id, safe='')}",
    }


OPERATIONS = (
    Operation(
        "rules", "/rules", "The rules, page by page, of a country, topic or type, or with some words.",
        _rules, "Rules", (COUNTRY, TOPIC, TYPE, WORDS, PAGE, PER_PAGE, LANGUAGE),
    ),
    Operation(
        "rule", "/rules/{id}", "One rule whole: its sentence, source, key, values and history.", _rule,
        "Rule", (LANGUAGE,), (RULE_ID,), kept=False,
        missing="No rule of that id is loaded. What a treaty gives is derived: ask /lookup or /map for it.",
    ),
)  # fmt: skip
