"""Collects every message that a person may read: from the code, the rule types and the notes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir

from bot.answers import calculation, conditions, formats, names, protection
from bot.rules.lawfiles import LawBook
from bot.rules.treaties.statements import named_by_title

ROOT = Path(__file__).resolve().parents[2]
_CODE = ("bot/answers", "bot/channels", "bot/conversation", "bot/letters", "bot/nlu")
_KEYWORDS = {"gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}

# Tables of texts in the code: (context, texts).
_TABLES: tuple[tuple[str | None, list[str]], ...] = (
    ("topic", list(names.TOPIC_NAMES.values())),
    ("sector", list(formats.SECTOR_NAMES.values())),
    ("status", list(names.STATUS_NAMES.values())),
    ("channel", list(names.CHANNEL_NAMES.values())),
    ("service", list(names.SERVICE_NAMES.values())),
    (None, list(names.RISK_TEXTS.values())),
    ("way", list(names.WAY_TEXTS.values())),
    (None, list(conditions.STATUS_CONDITIONS.values())),
    (None, list(conditions.EMPLOYMENT_CONDITIONS.values())),
    (None, list(formats.messages_of_rates())),
    ("map column", list(protection.COLUMN_NAMES.values())),
    (None, list(calculation.STEP_TEXTS.values())),
    ("map state", list(protection.STATE_NAMES.values())),
)


def template(book: LawBook) -> Catalog:
    """A catalogue of all messages, without translations; comments say where each is used."""
    found = Catalog(project="Haq", charset="utf-8", fuzzy=False)
    for folder in _CODE:
        for file, _, message, _, context in extract_from_dir(
            ROOT / folder, method_map=[("**.py", "python")], keywords=_KEYWORDS
        ):
            found.add(message, context=context, auto_comments=[f"{folder}/{file}"])
    for context, texts in _TABLES:
        for text in texts:
            found.add(text, context=context, auto_comments=["a name or condition in bot/answers"])
    for context, text, place in _law_messages(book):
        found.add(text, context=context, auto_comments=[place])
    for one, other in book.catalogue.plurals():
        found.add((one, other), auto_comments=["a counted noun of the rule types"])
    return found


def desk_template() -> Catalog:
    """A catalogue of what the web desk says besides: its pages, and the code behind them."""
    found = Catalog(project="Haq", charset="utf-8", fuzzy=False)
    for file, _, message, _, context in extract_from_dir(
        ROOT / "bot" / "desk",
        method_map=[("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")],
        keywords={**_KEYWORDS, "_": None},
        options_map={"**.html": {"trimmed": "true"}},
    ):
        found.add(message, context=context, auto_comments=[f"bot/desk/{file}"])
    return found


def _law_messages(book: LawBook) -> Iterator[tuple[str | None, str, str]]:
    for context, text in book.catalogue.messages():
        yield context, text, "a term, condition or sentence of the rule types (data/law/types)"
    for title in _treaty_titles(book):
        yield None, title, "the title of a treaty (data/law/instruments, data/law/agreements)"
    for rule in sorted(book.rules.values(), key=lambda each: each.id):
        units = book.catalogue.types[rule.type].values
        for name, value in rule.values.items():
            if units[name].name == "message":
                yield None, str(value), f"said by the rule {rule.id}"


def _treaty_titles(book: LawBook) -> Iterator[str]:
    yield from (each.title for each in book.treaties.instruments.values())
    for agreement in book.treaties.agreements.values():
        if agreement.title and named_by_title(agreement):
            yield agreement.title
