"""What the API gives: JSON Schema 2020-12, by the names that OPERATIONS use."""

from __future__ import annotations

from typing import Any

from bot.answers.names import CHANNEL_NAMES, SERVICE_NAMES
from bot.desk.api.problems import MEDIA_TYPE
from bot.rules.lookup import REASONS
from bot.rules.protection import COLUMNS, STATES
from bot.rules.remedies import WAYS
from bot.rules.vocabulary import (
    BRANCHES,
    DANGERS,
    EMPLOYMENTS,
    IMMIGRATION_RISKS,
    KINDS,
    LANGUAGES,
    MEASURES,
    PRINCIPLES,
    SECTORS,
    STATUSES,
    TOPICS,
)

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
TRUTH: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
MAYBE_TEXT: Schema = {"type": ["string", "null"]}
# A date as precisely as it is known.
DATE: Schema = {"type": "string", "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$"}
MAYBE_DATE: Schema = {**DATE, "type": ["string", "null"]}
DAY: Schema = {"type": "string", "format": "date"}
MAYBE_DAY: Schema = {"type": ["string", "null"], "format": "date"}
ANYTHING: Schema = {"type": "object", "additionalProperties": True}


def ref(name: str) -> Schema:
    """A schema of this module by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def one_of(words: tuple[str, ...], *, maybe: bool = False) -> Schema:
    """One of some words."""
    return {"enum": [*words, None]} if maybe else {"type": "string", "enum": list(words)}


def many(item: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": item}


def maybe(schema: Schema) -> Schema:
    """It, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def record(**fields: Schema) -> Schema:
    """An object with exactly these fields."""
    return {
        "type": "object",
        "required": list(fields),
        "properties": fields,
        "additionalProperties": False,
    }


def _with(base: Schema, **fields: Schema) -> Schema:
    return record(**{**base["properties"], **fields})


_NAMED = record(id=TEXT, name=TEXT)
_SOURCE = record(title=TEXT, publisher=TEXT, url=MAYBE_TEXT)
_EVIDENCE = one_of(("seen", "known"))
_CONFIDENCE = one_of(("high", "medium", "low"))
_DURATION = record(amount=TEXT, unit=TEXT)
_CASE = record(
    origin=MAYBE_TEXT,
    destination=MAYBE_TEXT,
    sector=one_of(SECTORS, maybe=True),
    status=one_of(STATUSES, maybe=True),
    employment=one_of(EMPLOYMENTS, maybe=True),
    scheme=MAYBE_TEXT,
    private_household=one_of(("yes", "no"), maybe=True),
    facts={"type": "object", "additionalProperties": TEXT},
    on=DAY,
)
_STATEMENT = record(
    rule=TEXT,
    topic=one_of(TOPICS),
    topics=many(one_of(TOPICS)),
    kind=one_of(KINDS),
    type=TEXT,
    applies=one_of(("yes", "depends")),
    depends_on=many(TEXT),
    text=TEXT,
    values=ANYTHING,
    unconfirmed=many(TEXT),
    legal_basis=MAYBE_TEXT,
    source=maybe(ref("Source")),
    as_of=MAYBE_DATE,
    evidence=_EVIDENCE,
    confidence=_CONFIDENCE,
    review_by=MAYBE_DATE,
    via=one_of(MEASURES),
    trace=many(TEXT),
)
_CONTACT = record(
    id=TEXT,
    name=TEXT,
    roles=many(TEXT),
    immigration_risk=one_of(IMMIGRATION_RISKS),
    immigration_risk_text=MAYBE_TEXT,
    values=many(
        record(
            channel=one_of(tuple(CHANNEL_NAMES)),
            value=TEXT,
            text=MAYBE_TEXT,
            from_abroad={"type": ["boolean", "null"]},
            dial_in=MAYBE_TEXT,
            languages=many(TEXT),
            hours=MAYBE_TEXT,
            cost=MAYBE_TEXT,
            as_of=MAYBE_DATE,
            evidence=_EVIDENCE,
            confidence=_CONFIDENCE,
            source=maybe(ref("Source")),
        )
    ),
)
_LOOKUP = record(
    version=TEXT,
    case=ref("Case"),
    answers=many(ref("Statement")),
    channels=many(ref("Channel")),
    gaps=many(
        record(topic=one_of(TOPICS), reason=one_of(REASONS), text=TEXT, rules=many(TEXT), looked=MAYBE_DATE)
    ),
    still_possible=many(
        record(
            topic=one_of(TOPICS),
            denied_by=many(TEXT),
            ways=many(record(way=one_of(WAYS), rules=many(TEXT), sure=TRUTH)),
            text=TEXT,
        )
    ),
    emergency=many(
        record(number=TEXT, services=many(one_of(tuple(SERVICE_NAMES))), source=TEXT, as_of=MAYBE_DATE)
    ),
)
_MAP = record(
    version=TEXT,
    case=ref("Case"),
    cells=many(
        record(
            branch=one_of(BRANCHES),
            column=one_of(COLUMNS),
            state=one_of(STATES),
            evidence=one_of(("seen", "known"), maybe=True),
            no_agreement=TRUTH,
            left_out_by=many(TEXT),
            rules=many(record(rule=TEXT, applies=one_of(("yes", "depends")), depends_on=many(TEXT))),
            treaties=many(
                record(
                    treaty=TEXT,
                    country=TEXT,
                    principle=TEXT,
                    conditions=many(TEXT),
                    confirmed=TRUTH,
                    statement=TEXT,
                )
            ),
        )
    ),
    agreements=many(TEXT),
    no_agreement_known=TRUTH,
    setbacks=many(record(treaty=TEXT, reason=TEXT)),
    statements=many(ref("Statement")),
)
_STEP = record(step=TEXT, values=ANYTHING, ground=MAYBE_TEXT, text=TEXT)
# What a calculator came to by one rule; each calculator gives some of these.
_RESULT: Schema = {
    "type": "object",
    "required": ["rule"],
    "properties": {
        "rule": MAYBE_TEXT,
        "outcome": TEXT,
        "amount": MAYBE_TEXT,
        "certain": TRUTH,
        "length": maybe(ref("Duration")),
        "until": MAYBE_DAY,
        "days": MAYBE_TEXT,
        "limit": TEXT,
        "last_day": MAYBE_DAY,
        "event": MAYBE_TEXT,
        "bound": TEXT,
    },
    "additionalProperties": False,
}
_REFUND_RULE = _with(_STATEMENT, outcome=TEXT, claim_from=MAYBE_DAY, claim_by=MAYBE_DAY, paid_out=MAYBE_TEXT)
_SUMMARY = record(
    rule=TEXT,
    type=TEXT,
    topics=many(one_of(TOPICS)),
    kind=one_of(KINDS),
    via=one_of(MEASURES),
    text=TEXT,
    destinations=many(TEXT),
    origins=many(TEXT),
    sectors=many(TEXT),
    status=many(TEXT),
    start=MAYBE_DATE,
    end=MAYBE_DATE,
    legal_basis=MAYBE_TEXT,
    source=maybe(ref("Source")),
    as_of=MAYBE_DATE,
    evidence=_EVIDENCE,
    confidence=_CONFIDENCE,
    review_by=MAYBE_DATE,
    url=TEXT,
)
_CHANGE = record(
    at=TEXT,
    version=TEXT,
    change=one_of(("added", "changed", "removed")),
    fields=many(record(field=TEXT, before={}, after={})),
)

_COUNT: Schema = {"type": ["integer", "null"], "description": "Rounded to `rounded_to`; null: fewer."}
SCHEMAS: dict[str, Schema] = {
    "Counts": {
        "type": "object",
        "required": ["weeks", "country", "language", "rounded_to", "total", "tables", "not_understood"],
        "properties": {
            "weeks": {"type": "object", "properties": {"first": TEXT, "last": TEXT}},
            "country": maybe(TEXT),
            "language": maybe(TEXT),
            "rounded_to": {"type": "integer"},
            "total": _COUNT,
            "tables": {"type": "object", "additionalProperties": {"type": "object"}},
            "not_understood": many({"type": "object"}),
        },
    },
    "Problem": {
        "type": "object",
        "required": ["type", "title", "status", "detail", "instance"],
        "properties": {
            "type": TEXT,
            "title": TEXT,
            "status": {"type": "integer"},
            "detail": {**TEXT, "description": "What was wrong, and how to mend it."},
            "instance": TEXT,
        },
        "additionalProperties": True,
    },
    "Source": _SOURCE,
    "Duration": _DURATION,
    "Case": _CASE,
    "Statement": _STATEMENT,
    "Contact": _CONTACT,
    "Channel": _with(_STATEMENT, contacts=many(ref("Contact"))),
    "Lookup": _LOOKUP,
    "Map": _MAP,
    "Step": _STEP,
    "Calculators": record(
        version=TEXT,
        calculators=many(
            record(
                name=TEXT,
                does=TEXT,
                url=TEXT,
                parameters=many(
                    record(
                        name=TEXT,
                        **{"is": TEXT},
                        required=TRUTH,
                        repeatable=TRUTH,
                        default=MAYBE_TEXT,
                        help=TEXT,
                    )
                ),
            )
        ),
    ),
    "Calculation": record(
        version=TEXT,
        case=ref("Case"),
        results=many(_RESULT),
        rules=many(ref("Statement")),
        steps=many(ref("Step")),
    ),
    "Totalization": record(
        version=TEXT,
        shares=many(
            record(
                country=TEXT,
                months=COUNT,
                outcome=TEXT,
                agreement=MAYBE_TEXT,
                total_months={"type": ["integer", "null"]},
                share=MAYBE_TEXT,
                amount=MAYBE_TEXT,
                certain=TRUTH,
            )
        ),
        steps=many(ref("Step")),
    ),
    "Refund": record(version=TEXT, case=ref("Case"), rules=many(_REFUND_RULE), steps=many(ref("Step"))),
    "RuleSummary": _SUMMARY,
    "Rules": record(version=TEXT, total=COUNT, page=COUNT, per_page=COUNT, rules=many(ref("RuleSummary"))),
    "Rule": _with(
        _SUMMARY,
        version=TEXT,
        record=ANYTHING,
        values=ANYTHING,
        history=many(_CHANGE),
        revisions=many(record(id=COUNT, at=TEXT, ended=MAYBE_TEXT)),
    ),
    "Vocabulary": record(
        version=TEXT,
        language=one_of(LANGUAGES),
        languages=many(record(id=TEXT, name=TEXT, own_name=TEXT)),
        topics=many(_NAMED),
        sectors=many(_NAMED),
        status=many(_NAMED),
        employment=many(one_of(EMPLOYMENTS)),
        kinds=many(one_of(KINDS)),
        measures=many(one_of(MEASURES)),
        principles=many(one_of(PRINCIPLES)),
        dangers=many(one_of(DANGERS)),
        gap_reasons=many(one_of(REASONS)),
        map_columns=many(_NAMED),
        map_states=many(_NAMED),
        facts=many(record(name=TEXT, unit=MAYBE_TEXT, options=many(TEXT), ask=TEXT)),
        rule_types=many(record(name=TEXT, topics=many(one_of(TOPICS)), kind=one_of(KINDS), combine=TEXT)),
    ),
    "Countries": record(
        version=TEXT,
        language=one_of(LANGUAGES),
        countries=many(
            record(code={"type": "string", "pattern": "^[A-Z]{2}$"}, name=TEXT, matched=MAYBE_TEXT)
        ),
    ),
}

PROBLEM_CONTENT = {MEDIA_TYPE: {"schema": ref("Problem")}}
