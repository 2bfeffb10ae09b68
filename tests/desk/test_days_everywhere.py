"""The last days of a topic whose rules count from different days: the same wherever they are asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot import cli
from bot.answers.calculators import CALCULATORS
from bot.answers.names import topic_name
from bot.answers.options import tell
from bot.answers.translations import translator
from bot.conversation.reckoning import claim_deadlines
from bot.conversation.turn import State
from bot.desk.app import create_app
from bot.desk.asked import Asked
from bot.desk.calculating.results import calculation
from bot.desk.desk import open_desk
from bot.desk.sheet.dates import Since, last_days
from bot.rules.calculators.deadlines import Deadlines, deadlines
from bot.rules.lawbase import LawBase
from bot.rules.lookup import look_up
from bot.settings import Settings, load_settings
from tests.conversation.driver import Chat

TODAY = date.today()
DAY = date(TODAY.year - 1, 10, 1)
DISMISSED, MEDIATED = "za-dismissal-30-days", "za-ccma-other-deadlines-arbitration"
Days = Mapping[str, str | None]  # by rule


@pytest.fixture(scope="module")
def settings(law_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("days")
    return load_settings({"HAQ_VAR_DIR": str(folder), "HAQ_DATABASE_URL": law_url})


@pytest.fixture(scope="module")
def law(law_url: str) -> Iterator[LawBase]:
    base = LawBase(law_url)
    yield base
    base.close()


@pytest.fixture
def api(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(open_desk(settings)), "http://127.0.0.1:8080") as client:
        yield client


def told(country: str, topic: str, *starts: str) -> dict[str, list[str]]:
    found = {"to": [country], "topic": [topic], "since": [DAY.isoformat()]}
    return {**found, "starts": list(starts)} if starts else found


def by_rule(results: list[dict[str, Any]]) -> Days:
    return {each["rule"]: each["last_day"] for each in results if each["limit"] == "limit"}


def on_the_sheet(law: LawBase, country: str, topic: str, start: str) -> Days:
    with law.reading() as reader:
        found = look_up(reader, Asked(None, country, topics=(topic,)).case(TODAY), [topic])
        days = last_days(reader, found, {Since(topic, (start,)): DAY}, ("en",))
    return {each.rule: str(each.day) for each in days if each.limit == "limit"}


def in_the_chat(law: LawBase, country: str, topic: str) -> Deadlines:
    case = Asked(None, country).case(TODAY)
    with law.reading() as reader:
        return claim_deadlines(reader, case, State(known={"claim": topic, "since": DAY.isoformat()}))


def printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], law_url: str, *words: str
) -> dict[str, Any]:
    monkeypatch.setenv("HAQ_DATABASE_URL", law_url)
    assert cli.run(["calc", "deadline", *words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("country", "topic", "start"),
    [
        ("ZA", "termination", "dismissal"),
        ("ZA", "termination", "mediation_failed"),
        ("RU", "complaint", "due_day"),
        ("RU", "complaint", "told"),
    ],
)
def test_the_same_days_from_the_same_day(
    law: LawBase, law_url: str, api: TestClient, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str], country: str, topic: str, start: str,
) -> None:  # fmt: skip
    wanted = on_the_sheet(law, country, topic, start)
    assert wanted
    got = api.get("/api/v1/calc/deadline", params=told(country, topic, start)).json()
    assert by_rule(got["results"]) == wanted
    words = ("--to", country, "--topic", topic, "--since", DAY.isoformat(), "--starts", start)
    assert by_rule(printed(monkeypatch, capsys, law_url, *words)["results"]) == wanted


def test_one_day_counts_for_the_rules_that_it_is_meant_for(
    law: LawBase, law_url: str, api: TestClient, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """South Africa: the last day of work is no day of failed mediation. Everywhere the same."""
    wanted = {**on_the_sheet(law, "ZA", "termination", "dismissal"), MEDIATED: None}
    assert wanted[DISMISSED] == f"{DAY.year}-10-31"
    got = api.get("/api/v1/calc/deadline", params=told("ZA", "termination")).json()
    assert by_rule(got["results"]) == wanted
    words = ("--to", "ZA", "--topic", "termination", "--since", DAY.isoformat())
    assert printed(monkeypatch, capsys, law_url, *words) == got
    chat = in_the_chat(law, "ZA", "termination")
    days = {each.ground.rule.id: each.last_day and str(each.last_day) for each in chat.found}
    assert days == wanted
    said = [each["text"] for each in got["steps"] if each["ground"] == MEDIATED]
    assert said == [
        f"You must claim within 90 days. [{MEDIATED}]",
        f"The time starts: when mediation has failed. [{MEDIATED}]",
        f"We cannot count this to a day. Ask the office, and do not wait. [{MEDIATED}]",
    ]
    with law.reading() as reader:
        calculator, given = CALCULATORS["deadline"], told("ZA", "termination")
        page = calculation(reader, calculator, given, "en", "", TODAY)
        assert list(tell(calculator.options, given, TODAY).many("starts")) == []
    assert [each.rule for each in page.outcomes] == [DISMISSED]
    assert any("when mediation has failed" in text for text, _ in page.steps)


def test_a_complaint_may_be_about_anything(law: LawBase, api: TestClient) -> None:
    """Russia: the due day, the letter of dismissal, being told of it; a day that is not said is none."""
    got = api.get("/api/v1/calc/deadline", params=told("RU", "complaint")).json()
    days = by_rule(got["results"])
    assert len(days) == 3 and set(days.values()) == {None}
    starts = [each["text"].partition(" [")[0] for each in got["steps"] if each["step"] == "time_starts"]
    assert set(starts) == {
        "The time starts: on the day when the money was due.",
        "The time starts: when you get the letter of dismissal.",
        "The time starts: when you are told of it.",
    }


def test_in_the_words_of_the_chat(law: LawBase) -> None:
    chat = Chat(law, State(destination="ZA", topic="complaint", choices=(("form:deadline", "When?"),)))
    said = chat.say("1").say(topic_name("termination", translator("en"))).say("1 October 2026").text
    assert "31 October 2026" in said and "when mediation has failed" in said
    assert "30 December 2026" not in said, "ninety days from another day than the rule counts from"


def test_a_start_that_no_rule_knows_is_refused(api: TestClient) -> None:
    got = api.get("/api/v1/calc/deadline", params=told("ZA", "termination", "yesterday"))
    assert got.status_code == 422
    assert "'yesterday' is no start" in got.text and "mediation_failed" in got.text


def test_the_desk_asks_what_happened_on_that_day(api: TestClient) -> None:
    form = {"to": "ZA", "topic": "termination", "since": DAY.isoformat(), "starts": "mediation_failed"}
    got = api.post("/calculators/deadline/result", data=form)
    assert got.status_code == 200 and MEDIATED in got.text and DISMISSED not in got.text
    page = api.get("/calculators/deadline").text
    assert '<option value="mediation_failed"' in page


@pytest.mark.parametrize(("country", "topic"), [("QA", "wages"), ("KR", "termination")])
def test_rules_that_count_from_one_day_all_count(law: LawBase, country: str, topic: str) -> None:
    found = in_the_chat(law, country, topic).found
    assert found and all(each.last_day is not None and not each.elsewhere for each in found)


def test_a_rule_of_two_starts(law: LawBase) -> None:
    """Each is said where neither is the day that was named; in any order they name the rule."""
    with law.reading() as reader:
        rule = next(each for each in reader.all_rules() if each.values.get("or_from") == "told")
        case = Asked(None, rule.key.destinations[0]).case(TODAY)
        topic = rule.topics[0]
        found = deadlines(reader, case, topic, DAY, ("told", "event")).found
    assert rule.id in {each.ground.rule.id for each in found}
