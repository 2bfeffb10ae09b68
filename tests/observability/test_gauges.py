"""What is looked up when somebody asks for the numbers."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.observability import gauges
from bot.people import clock
from bot.people.store import PeopleStore
from bot.rules.database import open_database


def oldest(url: str, queue: str) -> float:
    """For how many seconds the oldest of a queue has waited."""
    engine = open_database(url)
    _, age = gauges.waiting(engine)
    engine.dispose()
    return next(each.value for each in age.samples if each.labels == {"queue": queue})


def test_who_asks_again_for_a_person_has_waited_since_the_first_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'conversations.db'}"
    store, moment = PeopleStore(url, tmp_path / "people.key"), clock.moment()
    monkeypatch.setattr(clock, "moment", lambda: moment - timedelta(hours=1))
    store.ask_for_person("sms", "+97455551234", "en", {})
    monkeypatch.setattr(clock, "moment", lambda: moment)
    store.ask_for_person("sms", "+97455551234", "en", {})
    assert oldest(url, "desk") >= 3600
    assert oldest(url, "inbox") == 0
