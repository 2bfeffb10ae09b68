"""The calculators' forms: the numbers of the command line, and what is wrong said beside its field."""

from __future__ import annotations

import json
import re
import shlex
from html import unescape

import pytest
from click.testing import CliRunner

from bot.answers.calculators import CALCULATORS
from bot.answers.translations import translator
from bot.commands.calc import command
from bot.desk.calculating.fields import currency_of, read_number
from bot.desk.forgery import is_token
from tests.desk.conftest import RunningDesk

FORMS = {
    "end-of-service": {
        "to": "Saudi Arabia", "wage": "3,000", "start": "2016-03-01", "end": "2026-10-31",
        "ended_by": "worker",
    },
    "wages": {"to": "QA", "wage": "QAR 1500", "months": "3", "received": "500"},
    "overtime": {"to": "QA", "wage": "1500", "hours": "20", "hour_pay": "7.21"},
    "notice": {
        "to": "AE", "wage": "2000", "start": "2022-05-01", "ended_by": "employer", "given": "2026-11-01",
    },
    "leave": {"to": "SA", "wage": "3000", "start": "2024-03-01", "end": "2026-10-31", "taken": "21"},
    "deadline": {"to": "Doha", "topic": "wages", "since": "2026-03-31"},
    "benefit": {"to": "QA", "branch": "sickness", "wage": "1500", "days": "30"},
    "sums": {"from": "Nepali", "to": "QA", "event": "death", "wage": "1500"},
    "refund": {"from": "NP", "to": "KR", "scheme": "E-9", "months": "58", "left": "2026-10-31"},
    "totalization": {
        "home": "PH", "branch": "old_age",
        "period-1-country": "Philippines", "period-1-from": "1990-01", "period-1-to": "1999-12",
        "period-2-country": "대한민국", "period-2-from": "2001-01", "period-2-to": "2006-12",
    },
}  # fmt: skip


def _plain(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", html))).strip()


def _steps(html: str) -> list[str]:
    listed = re.search(r'<ol class="steps".*?</ol>', html, re.S)
    assert listed is not None, html
    steps = re.findall(r"<li>(.*?)</li>", listed[0], re.S)
    return [_plain(re.sub(r"<a .*?</a>", "", each)) for each in steps]


def test_every_calculator_has_a_form(desk: RunningDesk) -> None:
    """And every form here is tried."""
    page = desk.client().get("/calculators?from=NP&to=QA").text
    assert set(re.findall(r'href="/calculators/([a-z-]+)\?from=NP', page)) == set(CALCULATORS) == set(FORMS)


@pytest.mark.parametrize("name", FORMS)
def test_the_numbers_of_the_command_line(
    desk: RunningDesk, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The form of a calculator comes to what its example comes to on the command line, step by step."""
    got = desk.client().post(f"/calculators/{name}", data=FORMS[name])
    assert got.status_code == 200, _plain(got.text)
    monkeypatch.setenv("HAQ_DATABASE_URL", desk.environment["HAQ_DATABASE_URL"])
    line = [*shlex.split(CALCULATORS[name].example), "--json"]
    ran = CliRunner().invoke(command, line, catch_exceptions=False)
    said = json.loads(ran.output)
    expected = [re.sub(r" \[[^\]]+\]$", "", each["text"]) for each in said["steps"]]
    assert _steps(got.text) == expected
    assert len(expected) > 0
    for step in said["steps"]:  # every rule that a step names can be read below it
        assert step["ground"] is None or f'id="rule-{step["ground"]}"' in got.text


def test_what_is_wrong_stands_beside_its_field(desk: RunningDesk) -> None:
    """And nothing is worked out."""
    sent = {"to": "congo", "wage": "a lot", "start": "2026-05-01", "end": "2020-01-01", "on": "soon"}
    got = desk.client().post("/calculators/end-of-service", data=sent)
    assert got.status_code == 422
    errors = re.findall(r'<p class="error" id="([^"]+)-error">(.*?)</p>', got.text)
    said = {name: _plain(text) for name, text in errors}
    assert {name: text for name, text in said.items() if text} == {
        "to": "Which one is meant: Congo - Kinshasa or Congo - Brazzaville?",
        "wage": "Write a number above zero, such as 1500.",
        "end": "The last day is before the first.",
        "on": "Write the day such as 2026-03-31.",
    }
    assert 'value="a lot"' in got.text and 'class="steps"' not in got.text


def test_what_is_missing(desk: RunningDesk) -> None:
    """Is said for fields that must be filled in, and for no others."""
    got = desk.client().post("/calculators/totalization", data={"home": "PH"})
    assert got.status_code == 422
    assert re.search(r'id="period-1-country-error">Fill this in\.<', got.text)
    got = desk.client().post("/calculators/deadline", data={"to": "QA", "topic": "wages"})
    assert re.search(r'id="since-error">Fill this in\.<', got.text)
    assert got.text.count("Fill this in.") == 2  # beside its field, and in the list for the script


def test_a_case_is_filled_in(desk: RunningDesk) -> None:
    """From the address; and nothing is asked of somebody who has not sent anything."""
    got = desk.client().get("/calculators/totalization?from=PH&to=KR")
    assert got.status_code == 200 and "Fill this in." not in got.text
    assert 'name="period-2-country" value="South Korea"' in got.text
    got = desk.client().get("/calculators/wages?to=QA&sector=construction")
    assert re.search(r'<option value="QAR" selected>', got.text)
    assert desk.client().get("/calculators/nothing").status_code == 404


def test_more_countries(desk: RunningDesk) -> None:
    """Another row, with what was written kept."""
    sent = {**FORMS["totalization"], "rows": "3"}
    got = desk.client().post("/calculators/totalization", data=sent)
    assert got.status_code == 200
    assert 'name="period-3-country"' in got.text and 'value="1999-12"' in got.text


def test_the_language_of_the_answer(desk: RunningDesk) -> None:
    """Money and days as the language writes them, from right to left where it is so written."""
    sent = {**FORMS["deadline"], "lang": "ar"}
    got = desk.client().post("/calculators/deadline/result", data=sent)
    assert '<ol class="steps" lang="ar" dir="rtl">' in got.text
    french = desk.client().post("/calculators/wages/result", data={**FORMS["wages"], "lang": "fr"}).text
    assert re.search(r"QAR 4[\s\u202f\u00a0]000", french)


def test_a_form_of_a_session_needs_its_token(desk: RunningDesk) -> None:
    """As every form does; the page gives it."""
    client = desk.client("viewer")
    token = client.headers.pop("x-csrf-token")
    assert client.post("/calculators/wages", data=FORMS["wages"]).status_code == 403
    shown = re.findall(r'name="csrf" value="([^"]+)"', client.get("/calculators/wages").text)
    assert shown and all(is_token(each, token) for each in shown)
    assert client.post("/calculators/wages", data={**FORMS["wages"], "csrf": token}).status_code == 200


@pytest.mark.parametrize(
    ("text", "language", "number"),
    [
        ("1,500.50", "en", "1500.50"), ("1500.5", "fr", "1500.5"), ("1 500,5", "fr", "1500.5"),
        ("١٥٠٠", "ar", "1500"), ("१५००", "ne", "1500"), ("-3", "en", None), ("", "en", None),
        ("NaN", "en", None), ("1e400", "en", None),
    ],
)  # fmt: skip
def test_numbers(text: str, language: str, number: str | None) -> None:
    """As people write them, in the digits of any script."""
    found = read_number(text, translator(language))
    assert (None if found is None else str(found)) == number


def test_the_money_of_a_country() -> None:
    """Today's."""
    assert (currency_of("QA"), currency_of("HR"), currency_of(None)) == ("QAR", "EUR", "")
