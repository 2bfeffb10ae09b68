"""The assistant's action counts what it answers, and answers also when it cannot count."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from bot.people.counts import CountStore, Selection, Tally
from bot.people.store import PeopleStore
from bot.rules.lawbase import LawBase
from tests.rules.conftest import base, book, law_url

pytest.importorskip("rasa_sdk", reason="without the dialogue engine there is no action")

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import answering, respond

__all__ = ["base", "book", "law_url"]


@pytest.fixture
def counts(tmp_path: Path, base: LawBase, monkeypatch: pytest.MonkeyPatch) -> Iterator[CountStore]:
    url = f"sqlite:///{tmp_path / 'conversations.db'}"
    store, people = CountStore(url), PeopleStore(url, tmp_path / "key")
    tally = Tally(lambda: store)
    monkeypatch.setattr(answering, "law_base", lambda: base)
    monkeypatch.setattr(answering, "people", lambda: people)
    monkeypatch.setattr(answering, "tally", lambda: tally)
    yield store
    tally.flush()


async def answer(sender: str, text: str, intent: str, country: str | None) -> list[dict[str, Any]]:
    entities = [{"entity": "country", "value": country, "role": "destination"}] if country else []
    message = {
        "text": text,
        "intent": {"name": intent, "confidence": 0.97},
        "entities": entities,
        "language": "en",
    }
    tracker = Tracker(sender, {}, message, [], False, None, {}, None)
    tracker.get_latest_input_channel = lambda: "whatsapp"  # type: ignore[method-assign]
    said = CollectingDispatcher()
    await respond.ActionRespond().run(said, tracker, {})
    return said.messages


async def test_every_answer_is_counted_and_nobody_is_named(counts: CountStore, tmp_path: Path) -> None:
    for number in range(7):
        await answer(f"+97450000{number}", "my salary is not paid in Qatar", "wages", "QA")
        await answer(f"+97460000{number}", "hello", "greet", None)
    await answer("+974700000", "my boss keeps my passport", "document_retention", None)
    answering.tally().flush()
    found = counts.sums(("topic", "destination", "outcome", "channel"), Selection())
    assert {what: cell.number for what, cell in found.items()} == {
        ("wages", "QA", "answered", "whatsapp"): 7,
        ("document_retention", "", "asked_back", "whatsapp"): 1,
    }
    assert all(b"9745" not in path.read_bytes() for path in tmp_path.glob("conversations.db*"))


async def test_an_answer_is_given_although_it_cannot_be_counted(
    counts: CountStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = iter((OperationalError("", {}, Exception()), None))

    def down_at_first() -> CountStore:
        if (error := next(tries)) is not None:
            raise error
        return counts

    tally = Tally(down_at_first)
    monkeypatch.setattr(answering, "tally", lambda: tally)
    said = await answer("+974800000", "my salary is not paid in Qatar", "wages", "QA")
    tally.flush()
    assert any(message["custom"].get("rules") for message in said)
    assert counts.sums((), Selection()) == {}
    tally.flush()
    assert counts.sums((), Selection())[()].number == 1
