"""A change of law on its way: written by one person at the desk, approved by another, said in the chat."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx

from bot.rules.editing import revisions
from tests.desk.conftest import RunningDesk
from tests.desk.test_workshop import edition, fields, propose
from tests.end_to_end.driver import Conversation, Servers

WITHIN_SECONDS = 5.0


def test_an_approved_change_is_said_within_five_seconds(
    servers: Servers, talk: Callable[..., Conversation]
) -> None:
    desk = RunningDesk(servers.folder, servers.environment)
    editor, reviewer = desk.client("editor"), desk.client("reviewer")
    editor.timeout = reviewer.timeout = httpx.Timeout(120)  # the law files are read once
    worker = talk()
    assert "QAR 1,000" in worker.say("what is the minimum wage in Qatar").text
    address = propose(editor, fields(editor, changed_from="2026-01-01", **{"v.monthly__amount": "1234"}))
    assert (
        "1,234" not in worker.say("what is the minimum wage in Qatar").text
    )  # one pair of eyes is not enough
    assert reviewer.post(f"{address}/approve", data=edition(reviewer, address)).status_code == 303
    approved = time.monotonic()
    try:
        while "QAR 1,234" not in worker.say("what is the minimum wage in Qatar").text:
            assert time.monotonic() - approved < WITHIN_SECONDS
            time.sleep(0.1)
    finally:
        for each in revisions(desk.settings.database_url):
            if each.ended is None:
                reviewer.post(f"/workshop/revisions/{each.id}/withdraw")
    assert "QAR 1,000" in worker.say("what is the minimum wage in Qatar").text
