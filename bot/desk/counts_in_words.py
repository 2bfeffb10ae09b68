"""What the tables of "What people ask" are called, and what stands in their rows; and the same as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from bot.answers import formats, names
from bot.answers.translations import Translator
from bot.conversation.outcomes import monday_of
from bot.people.questions import TABLES, Report, TableSpec
from bot.rules.dates import PartialDate

# What a spreadsheet would take for a formula begins with one of these.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_APPS = {
    "whatsapp": "WhatsApp", "twilio_whatsapp": "WhatsApp (Twilio)", "messenger": "Messenger",
    "telegram": "Telegram", "line": "LINE",
}  # fmt: skip
_BYTE_ORDER_MARK = "\ufeff"  # without it spreadsheets take UTF-8 for something else


class CountsInWords:
    """Says tables in a language: `say` knows the terms of the law, `desk` the desk's own words."""

    def __init__(self, say: Translator, desk: Translator) -> None:
        self._say, self._desk = say, desk

    def outcome(self, name: str) -> str:
        """What came of a question."""
        d = self._desk
        return {
            "answered": d.gettext("answered"),
            "gap": d.gettext("no answer in our data"),
            "asked_back": d.gettext("asked for the country"),
            "unanswered": d.gettext("not understood"),
            "corrected": d.gettext("corrected, or no help"),
            "handed_over": d.gettext("wanted a person"),
            "emergency": d.gettext("emergency"),
        }.get(name, name)

    def reason(self, name: str) -> str:
        """Why our data do not answer."""
        d = self._desk
        return {
            "nothing_in_data": d.gettext("no rule in our data"),
            "treaty_only": d.gettext("only a treaty, no law of the country"),
            "sector_left_out": d.gettext("our rules leave out this kind of work"),
            "not_known_then": d.gettext("our rules begin later"),
            "deadline_not_found": d.gettext("there is an answer, but not by when to claim"),
        }.get(name, name)

    def danger(self, name: str) -> str:
        """What an emergency was about."""
        d = self._desk
        return {
            "self_harm": d.gettext("thinks of suicide or self-harm"),
            "violence": d.gettext("violence"),
            "confinement": d.gettext("locked in"),
            "trafficking": d.gettext("trafficking"),
            "injury": d.gettext("injured or ill"),
            "arrest": d.gettext("arrest"),
            "stranded": d.gettext("stranded"),
        }.get(name, name)

    def channel(self, name: str) -> str:
        """How people wrote."""
        d = self._desk
        own = {
            "web": d.gettext("web chat"),
            "sms": d.gettext("text message"),
            "rest": d.gettext("other programs"),
        }
        return own.get(name) or _APPS.get(name) or name

    def country(self, code: str) -> str:
        """A country, or that it is not known."""
        return formats.country(code, self._say) if code else self._desk.gettext("not known")

    def value(self, dimension: str, value: str) -> str:
        """What a value of a dimension (a column of `TableSpec`) is called; an old one goes by its code."""
        d, t = self._desk, self._say
        if dimension == "topic" and not value:
            return d.gettext("not understood")
        if not value:
            return d.gettext("not known")
        if dimension in ("origin", "destination"):
            return self.country(value)
        if dimension == "topic":
            return names.topic_name(value, t) if value in names.TOPIC_NAMES else value
        if dimension == "sector":
            return t.pgettext("sector", formats.SECTOR_NAMES.get(value, value))
        if dimension == "language":
            return formats.language_name(value, t)
        if dimension == "week":
            return formats.partial_date(PartialDate.parse(monday_of(value).isoformat()), t)
        said = {
            "outcome": self.outcome,
            "reason": self.reason,
            "danger": self.danger,
            "channel": self.channel,
        }
        return said[dimension](value)

    def rest(self) -> str:
        """What has no row of its own."""
        return self._desk.gettext("everything else")

    def row(self, table: TableSpec, what: tuple[str, ...]) -> list[str]:
        """The words of a row."""
        return [self.value(name, value) for name, value in zip(table.columns, what, strict=True)]

    def number(self, value: int | None) -> str:
        """A count as it is shown."""
        return self._desk.gettext("fewer than 5") if value is None else formats.number(value, self._say)


def as_csv(found: Report, words: CountsInWords) -> str:
    """Every table in one file, a row each: the table, its codes, the same in words, and the number.

    Begins with a byte order mark; nothing in it is a formula.
    """
    into = io.StringIO()
    writer = csv.writer(into)
    writer.writerow(("table", "codes", "in words", "questions"))
    for row in _rows(found, words):
        writer.writerow([_plain(cell) for cell in row])
    return _BYTE_ORDER_MARK + into.getvalue()


def _rows(found: Report, words: CountsInWords) -> Iterator[tuple[str, str, str, str]]:
    yield "total", f"{found.weeks[0]}/{found.weeks[-1]}", "", _number(found.total)
    for name, shown in found.tables.items():
        table = TABLES[name]
        for what, number in shown.rows:
            codes, said = (value or "?" for value in what), words.row(table, what)
            yield name, "/".join(codes), " / ".join(said), _number(number)
        if not shown.whole:
            yield name, "*", words.rest(), _number(shown.rest)
    for language, word, number in found.words:
        yield "not_understood", language, word, _number(number)


def _number(value: int | None) -> str:
    """The same in every language, for spreadsheets."""
    return "<5" if value is None else str(value)


def _plain(text: str) -> str:
    """Text that no spreadsheet runs."""
    return f"'{text}" if text.startswith(_FORMULA) else text
