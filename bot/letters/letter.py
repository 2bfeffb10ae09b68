"""A complaint letter as text: what the worker told, what the law says, and blank lines for the rest.

Nothing is invented and nothing is asked for the letter's sake: what was not told is a blank line to
fill in by hand. The worker's address, phone and passport number are always such lines.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bot.answers import formats, names
from bot.answers.translations import Translator
from bot.rules.vocabulary import BRANCHES, HELP_TOPICS

BLANK = "........"
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
_LINES_TO_WRITE_ON = 3
# Complaints in which an amount of money is usually asked for.
_MONEY_TOPICS = frozenset(BRANCHES) | {
    "wages", "minimum_wage", "deductions", "overtime", "weekly_rest", "annual_leave", "end_of_service",
    "recruitment_fees", "termination", "contribution_refund", "welfare_fund",
}  # fmt: skip
_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, kw_only=True)
class LetterFacts:
    """What the letter is made from, all of it plain text; None or "" is what was not told."""

    topic: str  # of the vocabulary
    destination: str  # ISO code of the country whose office gets the letter
    day: date  # the letter's date
    office: str | None = None
    worker: str | None = None
    employer: str | None = None
    workplace: str | None = None
    started: str | None = None
    ended: str | None = None
    job: str | None = None  # the word for the sector, in the letter's language
    happened: str | None = None  # the worker's own words
    wants: str | None = None  # the worker's own words
    amount: str | None = None  # money as it is shown
    grounds: tuple[tuple[str, str], ...] = ()  # what the law says, and its legal basis
    evidence: tuple[str, ...] = ()
    told_in: str = ""  # the language of the worker's answers; "" is the letter's own


@dataclass(frozen=True)
class Letter:
    """A letter in one language; a paragraph's lines are parted by line breaks."""

    language: str
    title: str
    paragraphs: tuple[str, ...]

    def text(self) -> str:
        """The whole letter, as for a chat."""
        return "\n\n".join((self.title, *self.paragraphs))


def compose(facts: LetterFacts, t: Translator) -> Letter:
    """The letter in the translator's language."""
    paragraphs = (
        _to(facts, t),
        _from(facts, t),
        _about(facts, t),
        _facts(facts, t),
        _happened(facts, t),
        _law(facts, t),
        _wants(facts, t),
        _evidence(facts, t),
        t.gettext("I ask that I am not punished for this complaint."),
        _signature(facts, t),
        _origin(facts, t),
    )
    return Letter(t.language, t.gettext("Complaint about my work"), tuple(filter(None, paragraphs)))


# -- paragraphs ---------------------------------------------------------------------------------------


def _to(facts: LetterFacts, t: Translator) -> str:
    office = t.gettext("To: {office}", office=_value(facts.office, t))
    return _lines(office, formats.country(facts.destination, t))


def _from(facts: LetterFacts, t: Translator) -> str:
    return _lines(
        t.gettext("From: {name}", name=_value(facts.worker, t)),
        t.gettext("My address: {address}", address=BLANK),
        t.gettext("My phone: {phone}", phone=BLANK),
        t.gettext("My passport or ID number: {number}", number=BLANK),
    )


def _about(facts: LetterFacts, t: Translator) -> str:
    topic = BLANK if facts.topic in HELP_TOPICS else names.topic_name(facts.topic, t)
    return _lines(
        t.gettext("With this letter I make a complaint."),
        t.gettext("About: {topic}", topic=topic),
    )


def _facts(facts: LetterFacts, t: Translator) -> str:
    return _lines(
        t.gettext("Employer: {name}", name=_value(facts.employer, t)),
        t.gettext("Place of work: {place}", place=_value(facts.workplace, t)),
        t.gettext("My work: {job}", job=_value(facts.job, t)),
        t.gettext("First day of work: {day}", day=_value(facts.started, t)),
        t.gettext("Last day of work (blank if I still work there): {day}", day=_value(facts.ended, t)),
    )


def _happened(facts: LetterFacts, t: Translator) -> str:
    return _lines(t.gettext("What happened:"), *_own_words(facts.happened, facts, t))


def _law(facts: LetterFacts, t: Translator) -> str:
    if not facts.grounds:
        return ""
    return _lines(
        t.gettext("What the law says:"), *(_ground(text, basis, t) for text, basis in facts.grounds)
    )


def _ground(text: str, basis: str, t: Translator) -> str:
    said = f"• {text.strip()}"
    if not basis.strip():
        return said
    return _lines(said, t.gettext("Legal basis: {basis}", basis=_apart(basis.strip(), t)))


def _wants(facts: LetterFacts, t: Translator) -> str:
    lines = [t.gettext("What I ask for:"), *_own_words(facts.wants, facts, t)]
    amount = (facts.amount or "").strip()
    if amount or facts.topic in _MONEY_TOPICS:
        lines.append(t.gettext("Amount: {amount}", amount=amount or BLANK))
    return _lines(*lines)


def _evidence(facts: LetterFacts, t: Translator) -> str:
    items = [_value(item, t) for item in facts.evidence if _told(item)]
    return _lines(t.gettext("I add copies of:"), *(f"• {item}" for item in items or [BLANK]))


def _signature(facts: LetterFacts, t: Translator) -> str:
    day = formats.written_date(facts.day.isoformat(), t) or BLANK
    return _lines(
        t.gettext("Place: {place}", place=BLANK),
        t.gettext("Date: {day}", day=day),
        t.gettext("Signature: {signature}", signature=BLANK),
    )


def _origin(facts: LetterFacts, t: Translator) -> str:
    """How a letter came about that its worker may not be able to read."""
    if facts.told_in in ("", t.language):
        return ""
    made = t.gettext("A machine wrote this letter from the answers of the worker.")
    if t.native_reviewed:
        return made
    return _lines(made, t.gettext("No native speaker has checked the words of this letter."))


# -- the worker's words -------------------------------------------------------------------------------


def _own_words(words: str | None, facts: LetterFacts, t: Translator) -> Iterable[str]:
    """The worker's words as they are, each line in its own direction; else lines to write on."""
    told = [_told(line) for line in (words or "").splitlines()]
    if not any(told):
        return [BLANK] * _LINES_TO_WRITE_ON
    if facts.told_in in ("", t.language):
        heading = t.gettext("In my own words:")
    else:
        language = formats.language_name(facts.told_in, t)
        heading = t.gettext("In my own words ({language}):", language=language)
    return [heading, *(f"{FIRST_STRONG_ISOLATE}{line}{POP_ISOLATE}" for line in told if line)]


def _value(text: str | None, t: Translator) -> str:
    """What was told, or the blank line."""
    told = _told(text)
    return _apart(told, t) if told else BLANK


def _told(text: str | None) -> str:
    """A text on one line, without marks that would turn the direction of what stands around it."""
    kept = "".join(char for char in text or "" if char not in _DIRECTIONS)
    return re.sub(r"[ \t\r\n]+", " ", kept).strip()


def _apart(text: str, t: Translator) -> str:
    """A text kept apart from the direction of its line, where one of them runs from right to left."""
    foreign = any(unicodedata.bidirectional(char) in ("R", "AL") for char in text)
    return f"{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}" if foreign or t.right_to_left else text


def _lines(*lines: str) -> str:
    return "\n".join(lines)
