"""What every request passes: packing without telling secrets, tokens under a mask, bodies read twice."""

from __future__ import annotations

import re

import httpx
import pytest

from bot.desk.forgery import is_token, masked
from bot.desk.guard import HEADERS
from bot.desk.languages import DESK_LANGUAGES
from tests.desk.conftest import RunningDesk

MOST_ON_THE_WIRE = 150_000  # bytes of a first visit: the page and all that it loads
CASE = {"from": "NP", "to": "QA", "sector": "construction"}
_PARTS = re.compile(r'(?:href|src)="(/static/[^"]+)"')
_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


def on_the_wire(client: httpx.Client, address: str, **query: str) -> tuple[int, str]:
    """The bytes that an address takes on the line, and what it says."""
    with client.stream("GET", address, params=query or None) as answer:
        assert answer.status_code == 200, address
        text = answer.read().decode()
        return answer.num_bytes_downloaded, text


@pytest.mark.parametrize("language", DESK_LANGUAGES)
def test_a_first_visit_is_light(desk: RunningDesk, language: str) -> None:
    """The empty form, and a whole answer of a corridor, with styles, scripts and pictures."""
    for asked in ({}, CASE):
        with desk.client() as client:
            weight, page = on_the_wire(client, "/lookup", ui=language, **asked)
            parts = set(_PARTS.findall(page))
            assert len(parts) >= 3 and f'lang="{language}"' in page
            weight += sum(on_the_wire(client, part.replace("&amp;", "&"))[0] for part in parts)
            assert weight < MOST_ON_THE_WIRE, (language, asked)


def test_the_law_is_packed_and_people_are_not(desk: RunningDesk) -> None:
    """How long a packed page is tells something of what stands in it."""
    with desk.client("admin") as client:
        for address in ("/lookup", "/map", "/calculators/wages", "/api/v1/openapi.json"):
            assert client.get(address).headers.get("content-encoding") == "gzip", address
        plain = client.get("/lookup", headers={"accept-encoding": "identity"})
        assert "content-encoding" not in plain.headers and "Accept-Encoding" in plain.headers["vary"]
        for address in ("/people", "/people/keys", "/account", "/people/log", "/nothing"):
            assert "content-encoding" not in client.get(address).headers, address
    with desk.client() as guest:
        assert "content-encoding" not in guest.get("/login").headers


def test_headers_of_every_answer(desk: RunningDesk) -> None:
    """Pages, refusals and files."""
    with desk.client() as client:
        for method, address in (("GET", "/lookup"), ("GET", "/nothing"), ("POST", "/logout")):
            got = client.request(method, address, headers={"sec-fetch-site": "cross-site"})
            assert {name: got.headers[name] for name in HEADERS} == HEADERS, address
            assert got.headers["cache-control"] == "no-store"
        open_to_all = client.get("/api/v1/countries", params={"q": "Doha"}).headers
        assert open_to_all.get_list("cross-origin-resource-policy") == ["cross-origin"]


def test_a_token_looks_different_each_time(desk: RunningDesk) -> None:
    """And holds each time; that of another session, or one letter of it changed, does not."""
    with desk.client("viewer") as client, desk.client("viewer") as other:
        token = client.headers.pop("x-csrf-token")
        shown = [_TOKEN.findall(client.get("/account").text)[0] for _ in range(2)]
        shown += _TOKEN.findall(client.get("/lookup").text)[:1]
        assert len({token, *shown}) == 4 and token not in client.get("/account").text
        theirs = _TOKEN.findall(other.get("/account").text)[0]
        change = {"language": "fr"}
        for each in (*shown, token):
            assert client.post("/account/language", data={**change, "csrf": each}).status_code == 303
        for bad in (theirs, shown[0][:-4], "A" * 88, "ü", "", "=", shown[0].swapcase()):
            assert client.post("/account/language", data={**change, "csrf": bad}).status_code == 403, bad
        for files in ({"csrf": b"x"}, {"csrf": (None, shown[0])}):
            got = client.post("/account/language", files=files, data=change)
            assert got.status_code == (303 if files["csrf"][0] is None else 403)
        broken = {"content-type": "multipart/form-data; boundary=x"}
        assert client.post("/account/language", content=b"--y\r\n", headers=broken).status_code == 403


@pytest.mark.parametrize("token", ["x", "kPz-0_9", "A" * 32])
def test_masks(token: str) -> None:
    """Never the same, never the token itself; only what lies under it counts."""
    shown = {masked(token) for _ in range(50)}
    assert len(shown) > 1 and token not in shown
    assert all(is_token(each, token) for each in (*shown, token))
    assert not any(is_token(each, token + "x") for each in (*shown, token, ""))
    for wrong in ("", "=", "A", "\ud800", "é" * 8, "A" * 10_000):
        assert not is_token(wrong, "B" * 32)
