"""The inbox over HTTP: who waits, who has whom, what is sent, what is noted, and how soon it is heard of."""

from __future__ import annotations

import html
import re
import time
from statistics import median

import pytest

from bot.answers.translations import translator
from bot.conversation.safety import desk_joined, desk_left
from tests.desk.conftest import RunningDesk
from tests.desk.inbox_people import CASE, RULE, SECRET, Colleague, Worker

PAGES = ("/inbox", "/inbox/rows", "/inbox/state", "/inbox/live", "/inbox/1", "/inbox/1/chat", "/inbox/1/case")


@pytest.mark.parametrize("role", ["viewer", "editor", "reviewer", "admin"])
def test_only_caseworkers_open_conversations(desk: RunningDesk, role: str) -> None:
    client = desk.client(role)
    assert {client.get(page).status_code for page in PAGES} == {403}
    assert client.post("/inbox/1/take", data={"x": ""}).status_code == 403


def test_guests_are_sent_to_log_in(desk: RunningDesk) -> None:
    asked = desk.client().get("/inbox", headers={"accept": "text/html"})
    assert asked.status_code == 303 and asked.headers["location"] == "/login?next=/inbox"


def test_the_list_says_who_waits_the_urgent_first(desk: RunningDesk) -> None:
    calm = Worker(desk).asks()
    urgent = Worker(desk, "bn", CASE | {"origin": "BD", "destination": "SA"}, True, "confinement").asks()
    page = Colleague.comes(desk).client.get("/inbox").text
    first, second = page.index(f'id="chat-{urgent.number}"'), page.index(f'id="chat-{calm.number}"')
    assert first < second
    row = page[first : page.index("</a>", first)]
    for told in (
        "Emergency: locked in",
        "Bangladesh",
        "Saudi Arabia",
        "Bangla",
        "less than a minute",
        "waits",
    ):
        assert told in row, told
    assert re.search(r"<title>\(\d+\) Inbox", page)
    arabic = Colleague.comes(desk).client.get("/inbox?ui=ar").text
    assert "بنغلاديش" in arabic


def test_one_takes_and_the_second_is_told_who(desk: RunningDesk) -> None:
    worker, ana, ben = Worker(desk).asks(), Colleague.comes(desk), Colleague.comes(desk)
    assert ana.does(worker, "take").headers["location"] == f"/inbox/{worker.number}#reply"
    assert worker.reads() == [desk_joined(translator("ne"))]
    late = ben.does(worker, "take")
    assert late.status_code == 409 and f"{ana.name} was faster" in late.text
    assert f"{ana.name} has it" in ben.sees(worker, "/chat").text and 'data-state="theirs"' in late.text
    assert 'data-state="mine"' in ana.sees(worker, "/chat").text
    assert worker.reads() == []


def test_what_cannot_be_sent_stays_in_the_box(desk: RunningDesk) -> None:
    worker, ana, ben = Worker(desk).asks(), Colleague.comes(desk), Colleague.comes(desk)
    ana.does(worker, "take")
    refused = ben.does(worker, "say", text="I typed <all> this")
    assert refused.status_code == 409 and f"{ana.name} has this conversation now" in refused.text
    assert ">I typed &lt;all&gt; this</textarea>" in refused.text
    assert ana.name in ben.does(worker, "say", script=True, text="x").json()["problem"]
    assert "Write something first" in ana.does(worker, "say", script=True, text=" \n ").json()["problem"]
    assert ana.does(worker, "say", text="x" * 3001).status_code == 422
    assert worker.reads() == [desk_joined(translator("ne"))]


def test_an_answer_reaches_the_worker_once(desk: RunningDesk) -> None:
    worker, ana = Worker(desk).asks(), Colleague.comes(desk)
    ana.does(worker, "take")
    worker.writes(SECRET)
    page = ana.sees(worker).text
    assert SECRET in page
    token = re.search(r'name="token" value="(\w+)"', page)
    assert token is not None
    for _ in range(2):  # the line broke, and the form was sent again
        sent = ana.does(worker, "say", script=True, text="line 1\r\nline 2", token=token[1])
        assert sent.status_code == 200 and sent.json()["token"] != token[1]
    assert worker.reads()[1:] == ["line 1\nline 2"]


def test_a_ready_sentence_says_the_rule_in_the_workers_language(desk: RunningDesk) -> None:
    worker, ana = Worker(desk).asks(), Colleague.comes(desk)
    ana.does(worker, "take")
    page = ana.sees(worker).text
    assert "When the job ends, everything you are owed" in page and "Labour Law" in page
    typed = ana.does(worker, "draft", text="Namaste", insert=RULE, topic="wages")
    found = re.search(r'<textarea id="text"[^>]*>(.*?)</textarea>', typed.text, re.DOTALL)
    assert found is not None and f'name="rules" value="{RULE}"' in typed.text
    text = html.unescape(found[1])
    assert text.startswith("Namaste\n\n• काम") and "स्रोत" in text
    ana.does(worker, "say", text=f"{text}\n\nAna", rules=RULE)
    ana.does(worker, "say", text="Something else.", rules=RULE)  # the sentence was taken out again
    lines = [line for line in desk.people.transcript(worker.number) if line.worker]
    assert [line.rules for line in lines] == [(RULE,), ()]
    assert ana.did()[-2:] == [
        ("answered_conversation", {"handoff": worker.number, "rules": [RULE]}),
        ("answered_conversation", {"handoff": worker.number, "rules": []}),
    ]


def test_another_topic_brings_other_sentences(desk: RunningDesk) -> None:
    worker, ana = Worker(desk).asks(), Colleague.comes(desk)
    assert RULE in ana.sees(worker, "/case").text
    other = ana.sees(worker, "/case", topic="annual_leave").text
    assert RULE not in other and '<option value="annual_leave" selected>' in other


def test_a_danger_brings_what_to_do_first(desk: RunningDesk) -> None:
    worker = Worker(desk, "ne", {"destination": "QA"}, True, "violence").asks()
    page = Colleague.comes(desk).sees(worker).text
    assert "Emergency: violence" in page and "Call police, ambulance and fire brigade: 999" in page


def test_nothing_known_of_the_case(desk: RunningDesk) -> None:
    worker = Worker(desk, "ne", {"rules": []}).asks()
    page = Colleague.comes(desk).sees(worker).text
    assert "told nothing of their case" in page and "Which country are you from?" in page
    assert "तपाईं" in page  # the same question as the worker reads it


def test_hand_back_waits_again_and_close_erases(desk: RunningDesk) -> None:
    worker, ana, ben = Worker(desk).asks(), Colleague.comes(desk), Colleague.comes(desk)
    ana.does(worker, "take")
    worker.writes(SECRET)
    assert ana.does(worker, "hand-back").headers["location"] == "/inbox"
    assert worker.reads()[-1] == desk_left(translator("ne"))
    ben.does(worker, "take")
    assert SECRET in ben.sees(worker).text
    assert ana.does(worker, "close").headers["location"] == f"/inbox/{worker.number}"  # no longer hers
    assert SECRET in ben.sees(worker).text
    ben.does(worker, "close")
    assert desk.people.transcript(worker.number) == []
    closed = ben.sees(worker)
    assert (
        "This conversation is closed" in closed.text and 'data-state="over"' in ben.sees(worker, "/chat").text
    )
    assert ben.sees(worker, "/case").status_code == 404 and "Nepal" not in closed.text


def test_a_note_is_for_colleagues_alone(desk: RunningDesk) -> None:
    worker, ana, ben = Worker(desk).asks(), Colleague.comes(desk), Colleague.comes(desk)
    assert ana.does(worker, "note", text="The brother called").status_code == 303
    assert "The brother called" in ben.sees(worker).text and ana.name in ben.sees(worker).text
    assert worker.reads() == []


def test_what_was_erased_is_said_to_be(desk: RunningDesk) -> None:
    worker, ana = Worker(desk).asks(), Colleague.comes(desk)
    ana.does(worker, "take")
    worker.writes(SECRET)
    with ana.listens() as events:
        next(events)
        desk.people.erase(worker.sender)
        assert next(events)[0] == "change"
    part = ana.sees(worker, "/chat").text
    assert "This conversation was erased" in part and SECRET not in part
    assert ana.sees(worker).status_code == 404
    assert ana.does(worker, "say", script=True, text="hello").status_code == 409
    assert worker.reads() == []


def test_everything_is_in_the_audit_log_and_no_word_of_it(desk: RunningDesk) -> None:
    worker, ana = Worker(desk).asks(), Colleague.comes(desk)
    ana.sees(worker)
    ana.sees(worker, "/chat")  # one more look of the same page
    for what in ("take", "say", "note", "close"):
        ana.does(worker, what, text=SECRET)
    names = [did for did, _ in ana.did()]
    assert names == [
        "opened_conversation", "took_conversation", "answered_conversation", "noted_on_conversation",
        "closed_conversation",
    ]  # fmt: skip
    assert all(what["handoff"] == worker.number for _, what in ana.did())
    assert "Abdulqahhar" not in str(ana.did()) + desk.log()


def test_a_part_alone_is_an_opened_conversation_too(desk: RunningDesk) -> None:
    worker, ana = Worker(desk).asks(), Colleague.comes(desk)
    ana.sees(worker, "/chat")
    ana.sees(worker, "/case")
    assert [did for did, _ in ana.did()] == ["opened_conversation"]


def test_a_change_is_heard_of_within_a_second(desk: RunningDesk) -> None:
    ana, waits = Colleague.comes(desk), []
    with ana.listens() as events:
        name, told = next(events)
        assert name == "change"
        time.sleep(1.0)  # what earlier tests left behind has been told too
        for turn in range(3):
            began = time.monotonic()
            worker = Worker(desk, urgent=turn == 2, danger="violence" if turn == 2 else None).asks()
            news = next(each for _, each in events if each.get("waiting", 0) > told["waiting"])
            waits.append(time.monotonic() - began)
            assert news["number"] > told["number"]
            told = news
        assert worker.number in news["alarms"]
        assert set(news) == {"number", "waiting", "alarms", "own"}  # nothing of what was written
    assert median(waits) < 1.0, waits


def test_after_a_lost_line_only_news_is_told(desk: RunningDesk) -> None:
    ana = Colleague.comes(desk)
    with ana.listens() as events:
        number = next(events)[1]["number"]
    worker = Worker(desk).asks()
    with ana.listens(**{"last-event-id": str(number)}) as events:
        assert next(events)[1]["number"] > number
    assert worker.number


def test_no_page_waits_for_what_never_ends(desk: RunningDesk) -> None:
    assert Colleague.comes(desk).client.get("/inbox/live").status_code == 406


def test_who_has_a_page_open_is_at_the_desk(desk: RunningDesk) -> None:
    ana, ben = Colleague.comes(desk), Colleague.comes(desk)
    with ana.listens() as events:
        next(events)
        assert ana.name in desk.people.present() and desk.people.somebody_is_there()
        assert ana.name in ben.client.get("/inbox").text
    ana.client.get("/inbox/state", params={"here": "no"})
    deadline = time.monotonic() + 5  # until the server has noticed that the page is closed
    while ana.name in desk.people.present() and time.monotonic() < deadline:
        time.sleep(0.1)
        ana.client.get("/inbox/state", params={"here": "no"})
    assert ana.name not in desk.people.present()


def test_open_pages_do_not_hold_up_the_end(desk: RunningDesk) -> None:
    ana = Colleague.comes(desk)
    with ana.listens() as events:
        next(events)
        began = time.monotonic()
        desk.stop()
        assert time.monotonic() - began < 2.5
    desk.start()
    assert "timeout graceful shutdown exceeded" not in desk.log()
