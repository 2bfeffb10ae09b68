"""What people ask: the page, the file and the API, over a real desk."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from datetime import date, timedelta

import pytest

from bot.conversation.turn import Reply, State
from bot.people.counts import CountStore, questions_of
from tests.desk.conftest import RunningDesk

# Where these questions come from and go to: no other test asks from there.
HOME, THERE = "BT", "BN"
HERE = {"country": HOME}


def ask(desk: RunningDesk, number: int, topic: str | None, outcome: str = "answered", detail: str = "",
        weeks_ago: int = 0, home: str = HOME) -> None:  # fmt: skip
    reply = Reply(State(language="ne", origin=home, destination=THERE), ()).counting(outcome, topic, detail)
    asked = questions_of("web", reply, date.today() - timedelta(weeks=weeks_ago))
    CountStore(desk.settings.conversations_url).add(Counter(dict.fromkeys(asked, number)))


@pytest.fixture(scope="module")
def asked(desk: RunningDesk) -> RunningDesk:
    """A desk where people have asked: 37 of wages, 12 of housing, 3 of the embassy; 5 long ago."""
    ask(desk, 30, "wages")
    ask(desk, 7, "wages", "gap", "nothing_in_data")
    ask(desk, 12, "housing", "handed_over")
    ask(desk, 3, "embassy", "unanswered")
    ask(desk, 5, "contract", weeks_ago=40)
    return desk


def test_whoever_works_at_the_desk_sees_it_and_a_guest_does_not(asked: RunningDesk) -> None:
    for role in ("viewer", "caseworker", "editor", "reviewer", "admin"):
        assert asked.client(role).get("/questions").status_code == 200, role
    guest = asked.client()
    guest.headers["accept"] = "text/html"
    assert guest.get("/questions").headers["location"] == "/login?next=/questions"
    assert guest.get("/questions.csv").status_code == 303
    assert guest.get("/api/v1/counts").status_code == 401
    assert asked.client("viewer").post("/questions").status_code == 405


def test_the_page_shows_rounded_numbers_and_no_small_one(asked: RunningDesk) -> None:
    page = asked.client("viewer").get("/questions", params=HERE).text
    numbers = re.findall(r'<td class="number">([^<]*)</td>', page)
    assert len(numbers) > 20
    for number in numbers:
        assert number == "fewer than 5" or int(number) % 5 == 0, number
    topics = dict(re.findall(r'<th scope="row">([^<]*)</th>\s*<td class="number">(\d+)</td>', page))
    assert topics["unpaid or late wages"] in ("35", "40") and topics["housing and food"] in ("10", "15")
    assert "your embassy" not in page and "work contract" not in page
    assert 'style="' not in page and "<script>" not in page


def test_a_gap_leads_to_the_lookup_of_its_case(asked: RunningDesk) -> None:
    page = asked.client("viewer").get("/questions", params=HERE).text
    assert f'href="/lookup?from={HOME}&amp;to={THERE}&amp;topic=wages"' in page


def test_filters_of_time_and_language(asked: RunningDesk) -> None:
    client = asked.client("viewer")
    assert "work contract" in client.get("/questions", params={**HERE, "weeks": "52"}).text
    page = client.get("/questions", params={**HERE, "language": "vi"}).text
    assert "too few to show" in page and 'href="/questions?weeks=0"' in page
    for wrong in ({"weeks": "7"}, {"weeks": "x"}, {"country": "XX"}, {"language": "tlh"}):
        assert client.get("/questions", params=wrong).status_code == 422, wrong


def test_the_file(asked: RunningDesk) -> None:
    got = asked.client("viewer").get("/questions.csv", params=HERE)
    assert got.headers["content-type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(r'attachment; filename="what-people-ask-\d{4}-W\d\d-\d{4}-W\d\d\.csv"',
                        got.headers["content-disposition"])  # fmt: skip
    assert got.content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(io.StringIO(got.content.decode("utf-8-sig"))))
    corridor = next(line for line in lines if line["table"] == "corridor")
    assert corridor["codes"] == f"{HOME}/{THERE}" and corridor["in words"] == "Bhutan / Brunei"
    assert int(corridor["questions"]) in (50, 55)
    assert not any(line["questions"] in ("1", "2", "3", "4") for line in lines)
    french = asked.client("viewer").get("/questions.csv", params={**HERE, "ui": "fr"}).text
    assert "Bhoutan / Brunei" in french or "Bhoutan / Brunéi" in french


def test_the_api_for_another_system(asked: RunningDesk) -> None:
    def get(token: str) -> tuple[int, dict[str, object]]:
        got = asked.client().get("/api/v1/counts", params=HERE, headers={"authorization": f"Bearer {token}"})
        return got.status_code, got.json()

    keys = asked.accounts.keys
    status, found = get(keys.make("fund", ["counts"], "admin").token)
    assert status == 200 and found["total"] in (50, 55) and found["country"] == HOME
    topics = found["tables"]["topic"]  # type: ignore[index]
    assert [row["topic"] for row in topics["rows"]] == ["wages", "housing"] and topics["rest"] is None
    assert get(keys.make("library", ["lookup"], "admin").token)[0] == 403
    status, found = get("haq_nothing")
    assert status == 401 and found["status"] == 401 and "counts" in str(found["detail"])


def test_the_api_refuses_what_it_does_not_know(asked: RunningDesk) -> None:
    client = asked.client("viewer")
    for wrong in ({"topic": "wages"}, {"weeks": "3"}, {"country": "Nepal"}):
        got = client.get("/api/v1/counts", params=wrong)
        assert got.status_code == 422 and got.headers["content-type"] == "application/problem+json", wrong


def test_the_same_question_asked_again_gives_the_same_numbers(asked: RunningDesk) -> None:
    client = asked.client("viewer")
    found = [client.get("/api/v1/counts", params=HERE).json() for _ in range(3)]
    assert found[0] == found[1] == found[2]
