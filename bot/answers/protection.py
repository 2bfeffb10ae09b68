"""The protection map in words: a table for the terminal, JSON, and what treaties give, with conditions."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from bot.answers import formats, names
from bot.answers.translations import Translator, translator
from bot.rules.protection import COLUMNS, GAP, Cell, ProtectionMap
from bot.rules.treaties.derivation import EQUALITY, EXPORT, Derived, Setback
from bot.rules.vocabulary import BRANCHES

COLUMN_NAMES = {
    "covered": "covered there",
    "equal_treatment": "treated like citizens",
    "totalization": "years added up",
    "export": "paid abroad",
    "fallback": "from your own country",
}
STATE_NAMES = {
    "yes": "yes",
    "unconfirmed": "not confirmed",
    "conditional": "under conditions",
    "no": "no",
    "gap": "nothing in our data",
}
CONDITION_TEXTS = {
    "lawful_stay": "if you are in the country with valid papers",
    "resident": "if you live there",
    "contributory": "if the insurance is paid by contributions",
    "not_tax_funded": "not for money that is paid from taxes",
    "reciprocity_possible": "the country may first ask for an agreement with your country",
    "past_work": "for work that you did, even if your stay was not allowed",
    "domestic_work": "if you do domestic work",
    "date_unsure": "we do not know the exact day from which it holds",
    "branches_unconfirmed": "we have not confirmed for which benefits",
    "provision_unconfirmed": "we have not confirmed this part of the agreement",
    "ratification_unconfirmed": "we have not confirmed that the countries are bound by it",
    "part_of_country": "only in a part of the country",
}
REASON_TEXTS = {
    "not_yet": "It is not in force yet.",
    "ended": "It is no longer in force.",
    "not_binding": "It does not bind the countries.",
    "force_unknown": "We do not know if it is in force.",
}


def derived_text(derived: Derived, t: Translator) -> str:
    """What a country has undertaken, with the conditions; never "you are entitled"."""
    patterns = {
        EQUALITY: t.gettext("{country} has undertaken to treat you like its own citizens in this: {branch}."),
        EXPORT: t.gettext("{country} has undertaken to pay this in another country too: {branch}."),
    }
    added = t.gettext(
        "{country} has undertaken to add up your insured time in both countries for this: {branch}."
    )
    said = patterns.get(derived.principle, added).format(
        country=formats.country(derived.country, t), branch=names.topic_name(derived.branch, t)
    )
    if not derived.conditions:
        return said
    listed = "; ".join(t.gettext(CONDITION_TEXTS[name]) for name in derived.conditions)
    return " ".join((said, t.gettext("Note: {conditions}.", conditions=listed)))


def setback_text(setback: Setback, t: Translator) -> str:
    """Something that gives nothing, and why."""
    said = t.gettext(REASON_TEXTS[setback.reason])
    return t.gettext("{treaty}: {reason}", treaty=formats.isolate(setback.instrument, t), reason=said)


def map_json(found: ProtectionMap, language: str) -> dict[str, Any]:
    """The map as JSON: one object a cell."""
    t = translator(language)
    none = found.derivation.no_agreement
    return {
        "version": found.version,
        "case": found.case.to_json(),
        "cells": [_cell_json(cell, t) for cell in found.cells],
        "agreements": [agreement.id for agreement in found.derivation.agreements],
        "no_agreement_known": none is not None,
        "setbacks": [
            {"treaty": each.instrument, "reason": each.reason, "text": setback_text(each, t)}
            for each in found.derivation.setbacks
        ],
    }


def show_map(found: ProtectionMap, language: str, console: Console | None = None) -> None:
    """Prints the map as a table, and below it what the treaties give."""
    t, out = translator(language), console or Console(highlight=False)
    table = Table("", *(t.pgettext("map column", COLUMN_NAMES[column]) for column in COLUMNS))
    for branch in BRANCHES:
        states = (found.cell(branch, column).state for column in COLUMNS)
        table.add_row(
            names.topic_name(branch, t), *(t.pgettext("map state", STATE_NAMES[state]) for state in states)
        )
    out.print(table)
    said = dict.fromkeys(f"{derived_text(each, t)} [{each.instrument}]" for each in found.derivation.rights)
    for line in said:
        out.print(f"• {line}", markup=False)
    for setback in found.derivation.setbacks:
        out.print(f"– {setback_text(setback, t)}", markup=False)
    if found.derivation.no_agreement is not None:
        out.print(t.gettext("We know of no social security agreement between the two countries."))
    out.print(t.gettext("This is information, not legal advice."))


def _cell_json(cell: Cell, t: Translator) -> dict[str, Any]:
    return {
        "branch": cell.branch,
        "column": cell.column,
        "state": cell.state,
        "evidence": "seen" if cell.seen else (None if cell.state == GAP else "known"),
        "no_agreement": cell.no_agreement,
        "rules": [
            {"rule": result.rule.id, "applies": result.applies, "depends_on": list(result.depends_on)}
            for result in cell.rules
        ],
        "treaties": [
            {
                "treaty": each.instrument,
                "country": each.country,
                "principle": each.principle,
                "conditions": list(each.conditions),
                "confirmed": each.confirmed,
                "text": derived_text(each, t),
            }
            for each in cell.derived
        ],
    }
