"""Sixty scripted conversations, each in eight languages, against the real server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.answers import formats
from bot.answers.translations import Translator, translator
from bot.language.lexicon import load
from bot.rules.units import Money
from tests.end_to_end.driver import Conversation, Servers

SCRIPTS = Path(__file__).parent / "scripts"
PHRASES: dict[str, dict[str, str]] = yaml.safe_load((SCRIPTS / "phrases.yml").read_text("utf-8"))
CONVERSATIONS: list[dict[str, Any]] = yaml.safe_load((SCRIPTS / "conversations.yml").read_text("utf-8"))
LANGUAGES = ("en", "es", "ar", "hi", "ne", "bn", "id", "fil")
# CI hears these; `./haq test --slow tests/end_to_end` all eight.
IN_CI = ("en", "ar", "ne", "fil")
# Letters of the scripts that are not Latin.
SCRIPT = {"ar": "[\u0600-\u06ff]", "hi": "[\u0900-\u097f]", "ne": "[\u0900-\u097f]", "bn": "[\u0980-\u09ff]"}
AT_ONCE = 4  # people who talk at the same time
LONGEST = 12_000  # letters of one reply
# Marks of direction around numbers and names.
_MARKS = re.compile("[\u2066-\u2069\u200e\u200f\u061c]")


def test_there_are_sixty_different_ones() -> None:
    assert len({each["name"] for each in CONVERSATIONS}) == len(CONVERSATIONS) >= 60
    assert all(5 <= len(each["turns"]) <= 25 for each in CONVERSATIONS)
    assert all(set(LANGUAGES) <= set(said) for said in PHRASES.values())


@pytest.mark.parametrize(
    "language",
    [pytest.param(each, marks=[] if each in IN_CI else pytest.mark.thorough) for each in LANGUAGES],
)
def test_every_conversation(servers: Servers, language: str) -> None:
    def run(script: dict[str, Any]) -> list[str]:
        return [f"{script['name']}: {problem}" for problem in problems(servers.url, language, script)]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = [problem for each in pool.map(run, CONVERSATIONS) for problem in each]
    assert not found, "\n".join(found)


def problems(url: str, language: str, script: dict[str, Any]) -> Iterator[str]:
    """What came otherwise than the script says; the first problem of a conversation is enough."""
    said = Conversation(url)
    # A first word in the language alone: what follows may be a number.
    for number, turn in enumerate(script["turns"], 1):
        spoken = "en" if turn.get("english") or said.language == "en" else language
        text = _words(turn, said, language, translator(spoken))
        if text is None:
            yield f"turn {number}: no button {turn['press']!r} among {said.buttons}"
            return
        said.say(text)
        found = list(_wrong(turn, said, translator(spoken)))
        if turn.get("english"):
            said.language = "en"
        if found:
            yield f"turn {number} ({text}): {'; '.join(found)}\n    {said.text[:600]}"
            return


def _words(turn: dict[str, Any], said: Conversation, language: str, t: Translator) -> str | None:
    if "say" in turn:
        return PHRASES[turn["say"]][language]
    if "text" in turn:
        return str(turn["text"])
    if "press" in turn:
        label = _label(turn["press"], t)
        if label in said.buttons:
            return str(said.buttons.index(label) + 1)
        if "or_command" not in turn:
            return None
    return str(load(language, "commands")[turn.get("command") or turn["or_command"]][0])


def _label(english: str, t: Translator) -> str:
    context, separator, text = english.rpartition("|")
    return t.pgettext(context, text) if separator else t.gettext(text)


def _wrong(turn: dict[str, Any], said: Conversation, t: Translator) -> Iterator[str]:  # noqa: PLR0912
    text = _MARKS.sub("", said.text)
    for rule in turn.get("rules", ()):
        if rule not in said.rules:
            yield f"{rule} is not among {said.rules}"
    for rule in turn.get("no_rules", ()):
        if rule in said.rules:
            yield f"{rule} is among the rules"
    if "money" in turn:
        currency, amount = turn["money"].split()
        shown = _MARKS.sub("", formats.money(Money(Decimal(amount), currency), t))
        if shown not in text:
            yield f"{shown} is missing"
    for number in turn.get("numbers", ()):
        if number not in text:
            yield f"{number} is missing"
    yield from _wrong_case(turn, said)
    for english in turn.get("offers", ()):
        if _label(english, t) not in said.buttons:
            yield f"{_label(english, t)!r} is not among {said.buttons}"
    if len(text) > turn.get("most", LONGEST):
        yield f"{len(text)} letters"
    customs = [message.get("custom") or {} for message in said.messages]
    if "danger" in turn and turn["danger"] not in [each.get("danger") for each in customs]:
        yield f"no emergency of {turn['danger']}"
    wanted = turn.get("topic", [])
    wanted = [wanted] if isinstance(wanted, str) else wanted
    if wanted and not set(wanted) & {each.get("topic") for each in customs}:
        yield f"topics {[each.get('topic') for each in customs]}"
    if turn.get("file") and not any(each.get("file") for each in customs):
        yield "no file"
    if turn.get("asks") and said.rules:
        yield "an answer instead of a question"
    script = SCRIPT.get(t.language)
    if script and not re.search(script, text):
        yield f"not in {t.language}"
    english = {"Menu", "Talk to a person", "Show more", "Stop this", "Forget everything", "Work it out"}
    left = [label for label in said.buttons if label in english and t.gettext(label) != label]
    if left:
        yield f"in English: {left}"


def _wrong_case(turn: dict[str, Any], said: Conversation) -> Iterator[str]:
    """Parts of the case; where no lookup was made they show in the next answer."""
    for name, value in turn.get("case", {}).items():
        if said.case and said.case.get(name) != value:
            yield f"{name} is {said.case.get(name)}"
