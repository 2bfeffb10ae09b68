"""Every parser of what comes from outside, given anything: it reads it, or refuses it in its own words.

Webhooks have theirs in tests/channels/test_fuzz.py, entities and languages in tests/language, cases in
tests/rules. FUZZ_EXAMPLES asks for more examples than CI has time for.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import cli
from bot.channels.limits import tells_danger
from bot.channels.requests import Refused, text_of
from bot.conversation.case_link import is_case_code, words_of_code
from bot.desk import forgery, pickers
from bot.desk.accounts import second_factor
from bot.evaluation import BadQuestion, Question, read_questions
from bot.language import choices, commands, days
from bot.language.scope import scope
from bot.observability.redaction import redacted
from bot.rules.hours import HoursError, parse_hours
from bot.rules.yamlfile import parse
from bot.settings import CHANNEL_VARIABLES, FROM_FILES, SettingsError, load_settings

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "25"))
MANY = settings(max_examples=EXAMPLES, deadline=None)
TODAY = date(2026, 11, 22)
# What parsers choke on: digits of other scripts, signs, marks of direction, halves of pairs, huge numbers.
PIECES = st.sampled_from((
    "2 months", "１２", "٣٠", "३ महीने", "1e999", "-0", "9" * 40, "1.000,50", "30.02.2024",
    "2024-13-45", "29/02/2023", "RM1400", "$", "₹१२३", "\u200f", "\u2066", "\ud800", "\x00", "\ufeff",
    "½", "Ⅻ", "²", "٬", "yes", "نعم", "2)", "/", "=", "last month", "yesterday", "since 0001-01-01",
    "9999-12-31", "🇶🇦", "e\u0301" * 30, " " * 50, "\n", "haq", "HAQ-", "QA",
))  # fmt: skip
# What a shell can hand on.
ARGUMENTS = st.text(st.characters(blacklist_characters="\0", blacklist_categories=("Cs",)), max_size=40)
MESSAGES = st.lists(st.one_of(PIECES, st.text(max_size=12)), max_size=8).map(" ".join) | st.text(max_size=80)
LANGUAGES = st.sampled_from(("en", "ar", "hi", "ne", "bn", "th", "am", "my", "zh", ""))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | PIECES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip


@pytest.mark.slow
@MANY
@given(MESSAGES, LANGUAGES)
def test_days_amounts_and_choices(text: str, language: str) -> None:
    """What a person writes where the conversation asks for a day, an amount, a number or one of several."""
    read = scope(language)
    said = days.day_said(text, TODAY, read)
    assert said is None or isinstance(said, days.Said)
    days.length_said(text, read)
    amount = days.amount_said(text, read, "QA", TODAY)
    assert amount is None or amount[0].is_finite()
    number = days.number_said(text, read)
    assert number is None or number.is_finite()
    assert choices.parse_choice(text, ["Qatar", "Saudi Arabia", text], read) in (None, 0, 1, 2)
    assert not (choices.is_yes(text, read) and choices.is_no(text, read))
    commands.command(text, read)


@MANY
@given(MESSAGES)
def test_codes_of_case_sheets(text: str) -> None:
    """The square code on paper is scanned by a telephone, and what comes of it is a message."""
    words = words_of_code(text)
    assert words is None or is_case_code(text)


@pytest.mark.slow
@pytest.mark.thorough
@MANY
@given(MESSAGES, LANGUAGES)
def test_countries_and_sectors_of_a_form(text: str, language: str) -> None:
    for kind in ("country", "sector"):
        found = pickers.resolve(kind, text, language or "en")  # type: ignore[arg-type]
        assert found.code is None or found.code
        assert len(pickers.suggest(kind, text, language or "en")) <= pickers.MOST + 20  # type: ignore[arg-type]


@MANY
@given(st.one_of(st.text(max_size=200), VALUES.map(repr), PIECES))
def test_law_files(text: str) -> None:
    """YAML from a colleague: complaints with a line, never a crash, and never an object of another kind."""
    said: list[tuple[Any, ...]] = []
    found = parse(text, lambda *complaint: said.append(complaint))
    assert found is not None or (said and all(isinstance(each[0], int) and each[3] for each in said))


HARMFUL = {
    "a program": "!!python/object/apply:os.system ['true']",
    "a name": "law: !!python/name:os.system",
    "a circle": "law: &a [*a]",
    "a circle of names": "a: &a {b: *a}",
    "copies": "a: &a [1]\nb: &b [*a, *a]\nc: [*b, *b]",
    "an open depth": "law: " + "[" * 250_000,
    "a depth": "law: " + "[" * 250_000 + "]" * 250_000,
    "a depth of names": "law: " + "{a: " * 3000,
    "a depth of points": "- " * 100_000,
    "a depth of questions": "? " * 1000,
    "a depth of lines": "[\n" * 1000,
    "stairs": "\n".join(" " * step + "a:" for step in range(900)),
    "bytes": "law: !!binary x",
    "a day": "law: !!timestamp 9999-99-99",
    "a list for a name": "? [a]\n: b",
    "a long number": "law: 1" + "0" * 5000,
    "another long number": "law: 0x" + "f" * 5000,
    "no end": "law: .inf",
    "a merge": "<<: 1",
}


@pytest.mark.parametrize("text", HARMFUL.values(), ids=HARMFUL)
def test_law_files_that_mean_harm(text: str) -> None:
    """No code, no bomb, no endless circle, and no depth in which the library takes the process down."""
    said: list[tuple[Any, ...]] = []
    found = parse(text, lambda *complaint: said.append(complaint))
    assert found is None or len(repr(found)) < 20_000


@MANY
@given(
    st.text(max_size=40) | st.sampled_from(("Mon-Sun 00:00-24:00", "Mon 25:00-26:00", "24/7;24/7", "Fri 1-2"))
)
def test_hours(text: str) -> None:
    try:
        parse_hours(text)
    except HoursError as error:
        assert str(error)


SETTINGS = (
    *FROM_FILES, *CHANNEL_VARIABLES, "HAQ_DESK_PORT", "HAQ_DESK_URL", "HAQ_OIDC_ISSUER", "HAQ_VAR_DIR",
    "HAQ_DESK_HOURS", "HAQ_WORKERS", "HAQ_KEEP_DAYS", "HAQ_LOG_LEVEL", "HAQ_HOST", "HAQ_STATE_DIR",
)  # fmt: skip
ODD_SETTINGS = ("http://[", "https://[::1", "//", "postgresql://[/", "٣", "²", "1_0", "~nobody/x", "9" * 5000)


@MANY
@given(st.sampled_from(SETTINGS), ARGUMENTS | st.sampled_from(ODD_SETTINGS))
def test_settings(variable: str, value: str) -> None:
    """A slip in a setting is said with the name of the setting."""
    try:
        assert "Settings(" in repr(load_settings({variable: value}))
    except SettingsError as error:
        assert str(error).startswith("HAQ_")


FIELDS = ("id", "lang", "script", "text", "topic", "accept")


@pytest.mark.slow
@MANY
@given(VALUES | st.fixed_dictionaries(dict.fromkeys(FIELDS, VALUES)))
def test_labelled_questions(tmp_path_factory: pytest.TempPathFactory, value: Any) -> None:
    path = tmp_path_factory.getbasetemp() / "questions.jsonl"
    path.write_text(json.dumps(value), encoding="utf-8")
    try:
        assert all(isinstance(each, Question) for each in read_questions(path))
    except BadQuestion as error:
        assert str(error)


@MANY
@given(MESSAGES)
def test_codes_and_tokens_of_the_desk(text: str) -> None:
    """The six digits of a second factor, and the token of a form."""
    digits = second_factor._digits(text)
    assert digits == "" or (digits.isascii() and len(digits) == 6)
    step = second_factor._step("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", digits or "none")
    assert step is None or digits
    assert not forgery.is_token(text, "right")
    assert forgery.is_token(forgery.masked("right"), "right")


@MANY
@given(VALUES)
def test_texts_of_programs_and_pages(value: Any) -> None:
    """What the REST channel and the web chat take: a text that every part can keep, or a refusal."""
    try:
        text = text_of({"text": value}, "text")
    except Refused as refusal:
        assert refusal.status == 400
        return
    assert text.strip() and "\0" not in text and text.encode()
    assert tells_danger(text) in (True, False)


@MANY
@given(MESSAGES)
def test_redaction(text: str) -> None:
    assert len(redacted(text)) <= 4 * len(text) + 4


COMMANDS: tuple[Callable[[str], list[str]], ...] = (
    lambda value: ["lookup", value],
    lambda value: ["lookup", "--on", value, "wages"],
    lambda value: ["calc", value],
    lambda value: ["rules", "check", value],
    lambda value: ["audit", "--offline", "--copy", value],
    lambda value: ["handoff", value],
    lambda value: ["users", "add", value],
)


@pytest.mark.slow
@settings(max_examples=max(EXAMPLES // 4, 10), deadline=None)
@given(st.sampled_from(COMMANDS), ARGUMENTS)
def test_the_command_line(command: Callable[[str], list[str]], value: str) -> None:
    """Bad input is 2, a failure 1; never a trace."""
    assert cli.run(command(value)) in (0, 1, 2)


def test_a_question_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_bytes(b"\xff\xfe{")
    with pytest.raises(BadQuestion):
        read_questions(path)
