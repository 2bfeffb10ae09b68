"""Five thousand messages in any order: no dead end, no exception, nothing asked three times over."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from bot.conversation.form_list import FORMS
from bot.conversation.turn import Desk, State
from bot.language.commands import COMMANDS
from bot.language.lexicon import load
from bot.rules.lawbase import LawBase
from bot.rules.vocabulary import DIALOGUE_INTENTS, TOPICS
from bot.settings import ROOT
from tests.conversation.driver import Chat

WALKS, STEPS = 70, 100
LANGUAGES = ("en", "es", "ar", "hi", "ne", "bn", "id", "fil")
PHRASES: dict[str, dict[str, str]] = yaml.safe_load(
    (ROOT / "tests" / "end_to_end" / "scripts" / "phrases.yml").read_text("utf-8")
)
ANSWERS = (
    "31 October 2026", "2020-02-30", "3 years 4 months", "1500", "0", "-3", "1500 riyal", "20000 rs", "today",
    "999999999999999999", "2081",
    "Qatar", "Nepal", "Atlantis", "yes", "no", "?", "👍", "/inform{}", "x" * 3000,
    "٣ سنوات", "५००", " ", "stop stop stop", "my brother is in Kuwait", "no, Kuwait not Qatar",
)  # fmt: skip
# What the other person wrote: it must never be told to this one.
SECRET = "Zanzibarclub"


class Walk(RuleBasedStateMachine):
    """One person at the chat, and now and then another."""

    base: LawBase

    @initialize(language=st.sampled_from(LANGUAGES))
    def begin(self, language: str) -> None:
        """A new conversation."""
        self.language = language
        self.chat = Chat(self.base, State(language=language, language_chosen=True))
        self.other = Chat(self.base, State(language=language, language_chosen=True))
        self.last = [""] * 3

    @rule(
        key=st.sampled_from(sorted(PHRASES)),
        intent=st.sampled_from((*TOPICS, *DIALOGUE_INTENTS)),
        confidence=st.sampled_from((0.1, 0.4, 0.95)),
    )
    def says(self, key: str, intent: str, confidence: float) -> None:
        """A whole sentence, understood somehow."""
        self._say(PHRASES[key][self.language], intent, confidence)

    @rule(name=st.sampled_from(COMMANDS), data=st.data())
    def commands(self, name: str, data: Any) -> None:
        """A short command."""
        self._say(data.draw(st.sampled_from(load(self.language, "commands")[name])))

    @rule(position=st.integers(1, 12))
    def presses(self, position: int) -> None:
        """A number: a button if there is one, else an answer."""
        self._say(str(position))

    @rule(text=st.sampled_from(ANSWERS))
    def answers(self, text: str) -> None:
        """An answer that may or may not fit."""
        self._say(text)

    @rule(text=st.text(max_size=60))
    def types(self, text: str) -> None:
        """Anything at all."""
        self._say(text)

    @rule()
    def another_person(self) -> None:
        """Somebody else fills a letter meanwhile."""
        self.other.say(SECRET, "inform", 0.9)

    def _say(self, text: str, intent: str = "out_of_scope", confidence: float = 0.3) -> None:
        self.chat.say(text, intent, confidence)
        self.last = [*self.last[1:], self.chat.reply.messages[-1].text if self.chat.reply.messages else ""]

    @invariant()
    def something_is_said(self) -> None:
        """Never silence, never another person's words."""
        if self.chat.reply.messages:
            assert all(message.text.strip() for message in self.chat.reply.messages)
            assert SECRET not in self.chat.text and SECRET not in str(self.chat.state.slots())

    @invariant()
    def a_question_is_not_put_a_fourth_time(self) -> None:
        """The same question of a form stands at most three times in a row."""
        form = FORMS.get(self.chat.state.form or "")
        assert form is None or self.chat.state.tries <= 3

    @invariant()
    def there_is_a_way_on(self) -> None:
        """From anywhere the menu opens, and a person can be asked for."""
        if not self.chat.reply.messages:
            return
        menu = Chat(self.base, self.chat.state, Desk(present=True)).say(
            load(self.language, "commands")["menu"][0]
        )
        assert {"stage:work", "human"} <= set(menu.offers)


@pytest.mark.slow
def test_no_sequence_of_messages_leads_nowhere(base: LawBase) -> None:
    Walk.base = base
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Walk,
        settings=settings(
            max_examples=WALKS, stateful_step_count=STEPS, deadline=None, database=None, derandomize=True,
            suppress_health_check=list(HealthCheck), print_blob=False, report_multiple_bugs=False,
        ),
    )  # fmt: skip
