"""Every route of the desk, for every role: let in or refused as it says; and no form without its token."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from bot.desk.accounts.roles import GUEST, ROLES, May, allowed
from bot.desk.app import desk_routes
from bot.desk.routes import DeskRoute
from tests.desk.conftest import RunningDesk

ROUTES = desk_routes()
NOBODY = "guest"
EVERYBODY = (NOBODY, *ROLES)
BROWSER = "text/html,*/*;q=0.8"
NUMBER = "987654"  # of nothing: what is let in finds nothing to change


def address(route: DeskRoute) -> str:
    """An address of the route."""
    return re.sub(r"\{\w+(:path|:number)?\}", NUMBER, route.path)


def asked(client: httpx.Client, route: DeskRoute, method: str) -> httpx.Response:
    """The answer's head: a live page never ends."""
    data = {} if method in ("GET", "OPTIONS") else {"data": {}}
    headers = {"accept": BROWSER}
    with client.stream(method, address(route), headers=headers, **data) as response:  # type: ignore[arg-type]
        return response


def pairs(*, forms_only: bool = False) -> Iterator[tuple[DeskRoute, str]]:
    for route in ROUTES:
        for method in route.methods:
            if not forms_only or method not in ("GET", "HEAD", "OPTIONS"):
                yield route, method


def verdict(
    route: DeskRoute, method: str, may: frozenset[May], is_guest: bool, answer: httpx.Response
) -> str:
    """What is wrong with an answer; empty when it is as it should be."""
    got, to = answer.status_code, answer.headers.get("location", "")
    if route.needs is None or route.needs in may:
        refused = got in (401, 403) or (got == 303 and to.startswith("/login?next="))
        # The log-in itself says 401 to a wrong password and 303 to whoever has not given one.
        return f"refused with {got}" if refused and not route.path.startswith("/login") else ""
    if not is_guest:
        return "" if got == 403 else f"let in: {got}"
    if method == "GET" and not route.path.startswith("/api/"):
        return "" if got == 303 and to.startswith("/login?next=") else f"not sent to the log-in: {got} {to}"
    return "" if got == 401 else f"let in: {got}"


@pytest.mark.parametrize("role", EVERYBODY)
def test_every_route(desk: RunningDesk, role: str) -> None:
    """Exactly those who may."""
    is_guest = role == NOBODY
    may = GUEST if is_guest else allowed([role])
    wrong = []
    with desk.client(*(() if is_guest else (role,))) as client:
        for route, method in sorted(pairs(), key=lambda pair: pair[0].path == "/logout"):  # that one last
            found = verdict(route, method, may, is_guest, asked(client, route, method))
            if found:
                wrong.append(f"{method} {route.path}: {found}")
    assert wrong == []


def test_every_need_is_met_by_a_role_and_refused_to_another() -> None:
    """A route that nobody or everybody may use would make the test above say nothing."""
    for route in ROUTES:
        if route.needs is not None:
            assert any(route.needs in allowed([role]) for role in ROLES), route.path
    needs = {route.needs for route in ROUTES}
    assert {May.HAVE_ACCOUNT, May.MANAGE, May.SEE_LAW} <= needs


def test_pages_about_accounts_are_for_admins() -> None:
    """Said once more, by address: a wrong `needs` in the table would be right in the test above."""
    for route in ROUTES:
        if route.path.startswith("/people"):
            assert route.needs is May.MANAGE, route.path
        if route.path.startswith("/account"):
            assert route.needs is May.HAVE_ACCOUNT, route.path
        if route.path.startswith("/inbox"):
            assert route.needs is May.ANSWER_PEOPLE, route.path
        if route.path.startswith("/workshop"):
            assert route.needs in (May.PROPOSE_LAW, May.REVIEW_LAW), route.path
        if route.path.startswith("/questions"):
            assert route.needs is May.SEE_QUESTIONS, route.path


def test_no_form_without_its_token(desk: RunningDesk) -> None:
    """Each, for somebody with every role; and none that another site sends."""
    with desk.client(*ROLES) as client:
        token = client.headers.pop("x-csrf-token")
        wrong = []
        for route, method in pairs(forms_only=True):
            tries = {
                "no token": {},
                "a wrong token": {"x-csrf-token": "x" * len(token)},
                "from another site": {"x-csrf-token": token, "sec-fetch-site": "cross-site"},
                "from another origin": {"x-csrf-token": token, "origin": "https://elsewhere.example"},
                "from a sandbox": {"x-csrf-token": token, "origin": "null"},
            }
            for name, headers in tries.items():
                got = client.request(method, address(route), data={}, headers=headers)
                if got.status_code != 403 or "out of date" not in got.text:
                    wrong.append(f"{method} {route.path} with {name}: {got.status_code}")
    assert wrong == []


def test_the_token_of_another_session_is_none(desk: RunningDesk) -> None:
    """Each session has its own."""
    with desk.client("viewer") as one, desk.client("viewer") as other:
        one.headers["x-csrf-token"] = other.headers["x-csrf-token"]
        assert one.post("/account/language", data={"language": "fr"}).status_code == 403


def test_a_guest_is_brought_back_after_the_log_in(desk: RunningDesk) -> None:
    """With the whole address; a program is told instead."""
    with desk.client() as client:
        got = client.get("/people/audit?who=amina&day=2026-03-02", headers={"accept": BROWSER})
        assert got.headers["location"] == "/login?next=/people/audit%3Fwho%3Damina%26day%3D2026-03-02"
        assert client.get("/people", headers={"accept": "application/json"}).status_code == 401
