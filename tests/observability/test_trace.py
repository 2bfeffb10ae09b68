"""The id of a message from its webhook to the carrier, and on to the action server; what is counted."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.channels.carrier import Carrier
from bot.channels.mail import Letter
from bot.channels.mailbox import Mailbox
from bot.channels.office import Line, Office
from bot.channels.platform import Inbound, Outcome, Profile
from bot.observability import correlation, marks
from bot.observability.engine import _measured, _with_trace
from bot.people.store import PeopleStore
from tests.observability.support import settings_in
from tests.observability.test_marks import Heard

PROFILE = Profile(text=1000, text_with_buttons=1000, buttons=3, button=20)


@pytest.fixture
def heard() -> Iterator[Heard]:
    listener = Heard()
    marks.listen(listener)
    yield listener
    marks.leave(listener)


class Noting(Carrier):
    """Notes under which id each letter is carried."""

    def __init__(self, outcome: str) -> None:
        self.outcome = outcome
        self.traces: list[str] = []

    async def carry(self, letter: Letter) -> Outcome:
        self.traces.append(correlation.current())
        return Outcome(self.outcome, code="131026")  # type: ignore[arg-type]


@pytest.mark.parametrize("outcome", ["sent", "dead"])
async def test_a_message_keeps_its_id_from_webhook_to_carrier(
    tmp_path: Path, heard: Heard, outcome: str
) -> None:
    settings = settings_in(tmp_path)
    mailbox = Mailbox(settings.conversations_url, settings.people_key)
    people = PeopleStore(settings.conversations_url, settings.people_key)
    talked: list[str] = []

    async def talk(channel: str, person: str, words: str) -> list[dict[str, Any]]:
        talked.append(correlation.current())
        return [{"text": f"You said {words}."}]

    carrier = Noting(outcome)
    office = Office(mailbox, lambda: people, talk)
    office.open(Line("sms", PROFILE, carrier))
    with correlation.under("0123456789ab"):  # as the webhook that brought both
        mailbox.accept("sms", [Inbound("+1", "m1", 1.0, text="one"), Inbound("+2", "m2", 2.0, text="two")])
    work = asyncio.ensure_future(office.run())
    for _ in range(100):
        await asyncio.sleep(0.05)
        if len(carrier.traces) == 2:
            break
    await office.stop()
    await work
    assert sorted(talked) == sorted(carrier.traces) == ["0123456789ab", "0123456789ab-1"]
    assert heard.counts.count(("messages_sent", ("sms", outcome), 1)) == 2
    assert 0.5 < heard.stages["queue"] < 60
    assert heard.stages["send"] >= 0


async def test_the_action_server_is_told_the_id() -> None:
    sent: list[dict[str, str]] = []

    async def request(*_: object, **named: Any) -> None:
        sent.append(named.get("headers", {}))

    traced = _with_trace(request)
    await traced("post", headers={"X-Other": "y"})
    with correlation.under("0123456789ab"):
        await traced("post", headers={"X-Other": "y"})
    assert sent == [{"X-Other": "y"}, {"X-Other": "y", correlation.HEADER: "0123456789ab"}]


async def test_a_method_of_the_engine_is_measured_whatever_it_does(heard: Heard) -> None:
    async def fails() -> None:
        raise ValueError

    with pytest.raises(ValueError):
        await _measured(fails)()
    assert list(heard.stages) == ["action"]
