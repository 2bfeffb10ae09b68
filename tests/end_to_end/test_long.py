"""The thousandth message costs what the tenth does, and nothing that matters is lost on the way."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

from tests.end_to_end.driver import Conversation

MESSAGES = 1000
GROWTH = 1.5
QUESTIONS = (
    "my salary is late", "can they keep my passport?", "how many days of leave do I get?", "thanks",
    "must they pay overtime?", "menu", "what law says that",
)  # fmt: skip


def test_a_thousand_messages(talk: Callable[..., Conversation]) -> None:
    said = talk().say("I am from Nepal and work in construction in Qatar")
    seconds = []
    for number in range(MESSAGES):
        seconds.append(said.say(QUESTIONS[number % len(QUESTIONS)]).seconds)
    round_ = len(QUESTIONS)  # the same questions at the beginning and at the end
    early = median(seconds[round_ : 3 * round_])
    late = median(seconds[-2 * round_ :])
    assert late < GROWTH * early, f"{early * 1000:.0f} ms, then {late * 1000:.0f} ms"
    said.say("what do you know about me").has("Qatar", "Nepal", "construction")
