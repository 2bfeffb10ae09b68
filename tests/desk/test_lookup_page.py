"""The lookup page without its script: forms, links, and what stands on the page."""

from __future__ import annotations

import re
from html import unescape

import httpx
import pytest

from tests.desk.conftest import RunningDesk

CASE = {"from": "NP", "to": "QA", "sector": "construction"}


def _text(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def _page(desk: RunningDesk, **params: str | list[str]) -> httpx.Response:
    return desk.client().get("/lookup", params=params)


def test_a_first_visit(desk: RunningDesk) -> None:
    """Says what to do, offers three cases, and is light."""
    got = _page(desk)
    assert got.status_code == 200
    links = re.findall(r'<li><a href="(/lookup\?[^"]+)">([^<]+)</a>', got.text)
    assert len(links) == 3
    assert desk.client().get(unescape(links[0][0])).status_code == 200
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', got.text)
    weight = len(got.content) + sum(len(desk.client().get(each).content) for each in files)
    assert weight < 150_000


def test_words_become_a_link(desk: RunningDesk) -> None:
    """What is typed without script leads to an address of codes, which says the same to the API."""
    got = _page(desk, **{"from": "नेपाल", "to": "Katar", "sector": "welder", "status": ""})
    assert got.status_code == 303
    assert got.headers["location"] == "/lookup?from=NP&to=QA&sector=construction"
    page = desk.client().get(got.headers["location"])
    said = desk.client().get("/api/v1/lookup", params=CASE).json()
    shown = set(re.findall(r'id="rule-([^"]+)"', page.text))
    rules = {each["rule"] for each in (*said["answers"], *said["channels"])}
    assert len(rules) > 50 and shown == rules


def test_the_answer(desk: RunningDesk) -> None:
    """Grouped as a worker needs it; each line with its law, source, date, evidence, confidence and trace."""
    page = _page(desk, **CASE).text
    headings = ["group-entitled", "group-complain", "group-crossing", "group-home", "gaps-title"]
    places = [page.index(f'id="{each}"') for each in headings]
    assert places == sorted(places)
    assert page.index('id="emergency-title"') < places[0]
    line = page[page.index('id="rule-qa-support-fund"') :]
    line = _text(line[: line.index("</details>")])
    for expected in (
        "Workers' Support and Insurance Fund", "Law No. 17 of 2018", "seen in the source",
        "confidence: high", "destination: QA is reached by QA.", "qa-support-fund",
    ):  # fmt: skip
        assert expected in line, expected
    home = page[places[3] : places[4]]
    assert "Foreign Employment Welfare Fund" in home


def test_what_it_depends_on(desk: RunningDesk) -> None:
    """An open question stands with its answers, each a link in which more is sure."""
    page = _page(desk, **{"from": "NP", "to": "QA"})
    offered = page.text[page.text.index('id="open"') :]
    assert '<option value="construction">' in offered
    link = re.search(r'href="(/lookup\?[^"]*status=regular[^"]*)"', offered)
    assert link is not None

    def open_lines(html: str) -> int:
        return html.count("It depends:")

    settled = _page(desk, **{"from": "NP", "to": "QA", "sector": "construction"})
    assert open_lines(settled.text) < open_lines(page.text)
    papers = desk.client().get(unescape(link[1]))
    assert open_lines(papers.text) < open_lines(page.text)


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"to": "congo"}, "Congo - Kinshasa"),
        ({"to": "zzzz"}, "We do not know this word."),
        ({"to": "QA", "on": "yesterday"}, "Write the day such as 2026-03-31."),
        ({"from": "NP", "to": "NP"}, "The country of origin and the country of work are both NP."),
        ({"to": "QA", "fact": "age=old"}, "age"),
        ({"to": "QA", "topic": "nothing"}, "is no topic"),
        ({"to": "QA", "status": "nothing"}, "is no status"),
    ],
)
def test_what_cannot_be_read(desk: RunningDesk, params: dict[str, str], expected: str) -> None:
    """Is said, with what would do; nothing is guessed."""
    got = _page(desk, **params)
    assert got.status_code == 422
    assert expected in _text(got.text)


def test_the_language_of_the_answer(desk: RunningDesk) -> None:
    """Is chosen apart from the desk's; its text says its language and direction, the meaning stands below."""
    page = _page(desk, **CASE, topic="wages", lang="ar", ui="en").text
    assert '<html lang="en" dir="ltr">' in page
    line = page[page.index('id="rule-qa-support-fund"') :]
    assert re.search(r'<span lang="ar" dir="rtl">[^<]*[\u0600-\u06ff]{3}', line)
    assert "There is a fund for unpaid wages" in _text(line[: line.index("</details>")])


def test_the_piece_for_the_script(desk: RunningDesk) -> None:
    """The same answer without the page around it."""
    got = desk.client().get("/lookup/results", params={**CASE, "topic": "wages"})
    assert got.text.lstrip().startswith('<section class="answer"')
    assert "<html" not in got.text and 'id="rule-qa-support-fund"' in got.text


def test_suggestions(desk: RunningDesk) -> None:
    """In the desk's language, kept by the browser for a while."""
    got = desk.client().get("/suggest", params={"kind": "country", "q": "Katar", "ui": "fr"})
    assert got.json()["suggestions"][0] == {"value": "QA", "label": "Qatar", "note": "Katar"}
    assert "max-age" in got.headers["cache-control"]
    assert desk.client().get("/suggest", params={"kind": "else"}).status_code == 404
    assert len(desk.client().get("/suggest?kind=sector").json()["suggestions"]) == 13


def test_markup_is_escaped(desk: RunningDesk) -> None:
    """What is typed comes back as text."""
    assert "<script>alert" not in _page(desk, to="<script>alert(1)</script>").text
