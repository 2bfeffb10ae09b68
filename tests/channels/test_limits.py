"""Limits: kind, told once, and never in the way of a danger."""

from typing import Any

from bot.channels.accounts import InProcess
from bot.channels.limits import Limit, Limiter


def no() -> bool:
    return False


def test_a_burst_is_taken_then_told_once_then_ignored() -> None:
    limiter = Limiter(Limit(burst=3, per_minute=6))
    said = [limiter.judge("a", f"words {number}", 0.0, no) for number in range(6)]
    assert said == ["take"] * 3 + ["say_wait"] + ["ignore"] * 2
    assert limiter.judge("b", "words", 0.0, no) == "take", "another person is not held up"


def test_it_refills_with_time() -> None:
    limiter = Limiter(Limit(burst=1, per_minute=6))
    assert limiter.judge("a", "1", 0.0, no) == "take"
    assert limiter.judge("a", "2", 1.0, no) == "say_wait"
    assert 1 <= limiter.seconds_to_wait("a", 1.0) <= 10
    assert limiter.judge("a", "3", 12.0, no) == "take"


def test_a_danger_is_always_taken() -> None:
    limiter = Limiter(Limit(burst=1, per_minute=1))
    assert [limiter.judge("a", str(number), 0.0, lambda: True) for number in range(50)] == ["take"] * 50


def test_the_same_words_over_and_over_are_not_answered_again() -> None:
    limiter = Limiter(Limit(burst=100, per_minute=100, repeats=4))
    said = [limiter.judge("a", "help me please", 0.0, no) for _ in range(6)]
    assert said == ["take"] * 4 + ["say_wait", "ignore"]
    assert limiter.judge("a", "something else", 0.0, no) == "take"


def test_whoever_was_told_long_ago_is_told_again() -> None:
    limiter = Limiter(Limit(burst=1, per_minute=0.001, silence=600))
    said = [limiter.judge("a", str(number), number * 400.0, no) for number in range(4)]
    assert said == ["take", "say_wait", "ignore", "say_wait"]


def test_the_same_words_a_while_later_are_no_repetition() -> None:
    limiter = Limiter(Limit(burst=100, per_minute=100, repeats=2))
    said = [limiter.judge("a", "help", at, no) for at in (0.0, 1.0, 2.0, 100.0)]
    assert said == ["take", "take", "say_wait", "take"]


def test_a_message_that_comes_again_counts_once() -> None:
    limiter = Limiter(Limit(burst=3, per_minute=0.001))
    for _ in range(10):
        assert limiter.judge("a", "help", 0.0, no, "1") == limiter.judge("a", "me", 0.0, no, "2") == "take"
    assert limiter.judge("a", "please", 0.0, no, "3") == "take"
    assert [limiter.judge("a", "now", 0.0, no, "4") for _ in range(3)] == ["say_wait"] * 3
    assert limiter.judge("a", "now!", 0.0, no, "5") == "ignore"
    assert limiter.judge("b", "help", 0.0, no, "1") == "take", (
        "another person's of the same id is another one"
    )


def test_what_is_remembered_of_messages_stays_small() -> None:
    accounts = InProcess()
    limiter = Limiter(Limit(burst=10, per_minute=1), accounts)
    for number in range(1000):
        limiter.judge("a", "words", float(number), no, f"id {number}")
    keep: Any = lambda account: (account, account)  # noqa: E731
    kept = accounts.change("a", keep)
    assert 500 < len(kept.judged) < 1000
