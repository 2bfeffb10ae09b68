"""The protection map and the world view: the same states as the API, in words beside every sign."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.desk.conftest import RunningDesk

WORDS = {
    "yes": "yes", "unconfirmed": "not confirmed", "conditional": "under conditions", "no": "no",
    "absent": "no such insurance there", "gap": "nothing in our data",
}  # fmt: skip
_CELL = re.compile(
    r'data-cell="([a-z_]+)\.([a-z_]+)".*?class="sign sign-([a-z]+)".*?<span class="word">([^<]+)<'
)


def _cells(html: str) -> list[tuple[str, str, str, str]]:
    return _CELL.findall(html.replace("\n", " "))


def test_the_states_of_the_api(desk: RunningDesk) -> None:
    """45 cells, each with sign and word, as `/api/v1/map` has them."""
    case = {"from": "PH", "to": "KR"}
    said = desk.client().get("/api/v1/map", params=case).json()["cells"]
    cells = _cells(desk.client().get("/map", params=case).text)
    assert len(cells) == 45
    assert {(branch, column): state for branch, column, state, _ in cells} == {
        (each["branch"], each["column"]): each["state"] for each in said
    }
    assert all(word == WORDS[state] for _, _, state, word in cells)


def test_every_state_has_a_shape_and_a_letter_of_its_own(desk: RunningDesk) -> None:
    """So that neither colour nor ink is needed to tell them apart."""
    legend = desk.client().get("/map?from=PH&to=KR").text
    legend = legend[legend.index('class="legend"') :]
    legend = legend[: legend.index("</ul>")]
    shapes = re.findall(r"<(?:circle|path|rect) class=\"shape\"[^>]*>", legend)
    letters = re.findall(r"<text[^>]*>([^<]+)</text>", legend)
    assert len(letters) == len(set(letters)) == 6
    assert len(set(shapes)) == 5  # a circle is whole for "yes", and broken for "not confirmed"


def test_a_cell_opens_its_rules(desk: RunningDesk) -> None:
    """With what each rests on; and alone for the script."""
    params = {"from": "NP", "to": "QA", "open": "old_age.totalization"}
    page = desk.client().get("/map", params=params).text
    alone = desk.client().get("/map/cell", params=params).text
    assert "We know of no social security agreement between" in alone
    assert alone.strip().splitlines()[-1] in page
    assert desk.client().get("/map", params={**params, "open": "wages.export"}).status_code == 422


@pytest.mark.parametrize("more", [{"to2": "QA"}, {"to2": "Katar"}, {"compare": "status"}])
def test_two_side_by_side(desk: RunningDesk, more: dict[str, str]) -> None:
    """Two countries of work, or with and without papers; what differs is marked and counted."""
    client = desk.client()
    client.follow_redirects = True
    page = client.get("/map", params={"from": "PH", "to": "KR", **more}).text
    cells = _cells(page)
    assert len(cells) == 90
    differing = sum(one[2] != other[2] for one, other in zip(cells[:45], cells[45:], strict=True))
    assert page.count("differs from the other map") == 2 * differing
    assert f"{differing} cell" in page
    if "to2" in more:
        assert differing > 10


def test_an_unclear_second_country(desk: RunningDesk) -> None:
    """Is asked for again, like the others."""
    got = desk.client().get("/map", params={"from": "PH", "to": "KR", "to2": "congo"})
    assert got.status_code == 422 and "to2=CD" in unescape(got.text)


def test_the_world(desk: RunningDesk) -> None:
    """Ranked by branches covered, with the numbers of the maps; sorted otherwise when asked."""
    page = desk.client().get("/world", params={"from": "PH"}).text
    rows = re.findall(r'<th scope="row"><a href="/map\?from=PH&amp;to=([A-Z]{2})".*?</tr>', page, re.S)
    assert len(rows) == 40 and len(set(rows)) == 40
    covered = [int(each) for each in re.findall(r'<th scope="row">.*?<span class="sorted">(\d+)', page, re.S)]
    assert covered == sorted(covered, reverse=True) and covered[0] > 4
    said = desk.client().get("/api/v1/map", params={"from": "PH", "to": rows[0]}).json()["cells"]
    assert covered[0] == sum(each["column"] == "covered" and each["state"] == "yes" for each in said)
    by_name = desk.client().get("/world", params={"from": "PH", "sort": "name", "all": "yes"}).text
    names = re.findall(r'<th scope="row"><a [^>]*>([^<]+)<', by_name)
    assert len(names) == 249 and names == sorted(names)
    assert desk.client().get("/world", params={"from": "PH", "sort": "else"}).status_code == 422
