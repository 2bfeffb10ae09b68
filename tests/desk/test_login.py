"""The pages of log-in, of one's own account and of an admin, as a browser without script uses them."""

from __future__ import annotations

import os
import re
import time
from html import unescape

import httpx
import pyotp

from bot.desk.guard import SESSION_COOKIE
from bot.desk.visitor import Account
from tests.desk.conftest import RunningDesk

GOOD, OTHER = "four plain words here", "five quite other words now"


def new_name(start: str) -> str:
    return f"{start}-{os.urandom(3).hex()}"


def account(desk: RunningDesk, *roles: str, password: str = GOOD) -> Account:
    """An account with a password."""
    made = desk.accounts.add(new_name("x"), roles)
    desk.accounts.members.set_password(made.id, password)
    return made


def guest(desk: RunningDesk) -> httpx.Client:
    """A browser that follows no redirect by itself; several of them wait for nobody."""
    client = desk.client()
    client.headers["accept"] = "text/html,*/*;q=0.8"
    client.headers["x-forwarded-for"] = f"198.51.100.{os.urandom(1)[0]}"
    return client


def log_in(client: httpx.Client, name: str, password: str = GOOD, **more: str) -> httpx.Response:
    return client.post("/login", data={"name": name, "password": password, **more})


def alert(response: httpx.Response) -> str:
    """What the page says went wrong."""
    found = re.search(r'role="alert"[^>]*>([^<]*)<', response.text)
    return unescape(found.group(1)) if found else ""


def code_of(desk: RunningDesk, number: int) -> str:
    """A code of a phone that has just been set up for an account, which no code was taken from yet."""
    secret = desk.accounts.factors.propose(number, "a session")
    totp = pyotp.TOTP(secret)
    assert desk.accounts.factors.confirm(number, "a session", totp.at(time.time() - 30)) is not None
    return totp.now()


def test_a_viewer_logs_in(desk: RunningDesk) -> None:
    """Name and password; then back to the page that was asked for, and nowhere else."""
    made = account(desk, "viewer")
    with guest(desk) as client:
        wrong = log_in(client, made.name, OTHER)
        assert wrong.status_code == 401
        assert alert(wrong) == "Name or password is wrong."
        assert SESSION_COOKIE not in client.cookies
        right = log_in(client, f" {made.name.upper()} ", next="/questions?week=1")
        assert (right.status_code, right.headers["location"]) == (303, "/questions?week=1")
        assert made.name in client.get("/account").text
    with guest(desk) as client:
        assert log_in(client, made.name, next="//elsewhere.example/").headers["location"] == "/"


def test_the_cookie(desk: RunningDesk) -> None:
    """Out of reach of scripts; behind https never sent without it."""
    made = account(desk, "viewer")
    with guest(desk) as client:
        plain = log_in(client, made.name).headers["set-cookie"]
        client.headers["x-forwarded-proto"] = "https"
        client.cookies.clear()
        secure = log_in(client, made.name).headers["set-cookie"]
    for cookie in (plain, secure):
        session = cookie.split(", ")[0].lower()
        assert session.startswith("haq_session=")
        assert {"httponly", "samesite=lax", "path=/"} <= set(session.split("; "))
        assert "domain" not in session
    assert "secure" in secure.lower() and "secure" not in plain.lower()


def test_a_session_put_under_somebody_is_not_taken_over(desk: RunningDesk) -> None:
    """Fixation: the token from before the log-in, made up or real, is worth nothing after it."""
    made, stranger = account(desk, "viewer"), account(desk, "viewer")
    with guest(desk) as client, guest(desk) as other:
        for planted in ("made-up", desk.accounts.sign_in(stranger.id)):
            client.cookies.clear()
            client.cookies.set(SESSION_COOKIE, planted)
            client.headers["x-csrf-token"] = desk.accounts.visitor(planted).csrf
            log_in(client, made.name)
            tokens = {cookie.value for cookie in client.cookies.jar if cookie.name == SESSION_COOKIE}
            other.cookies.set(SESSION_COOKIE, planted)
            assert made.name not in other.get("/account").text
            assert other.get("/account").status_code == 303
            assert tokens - {planted}


def test_two_factors(desk: RunningDesk) -> None:
    """Between the password and the code nothing is open; the code leads on to where one wanted to go."""
    made = account(desk, "caseworker")
    code = code_of(desk, made.id)
    with guest(desk) as client:
        passed = log_in(client, made.name, next="/people")
        assert passed.headers["location"] == "/login/code?next=/people"
        before = client.cookies[SESSION_COOKIE]
        assert client.get("/account").status_code == 303
        assert client.get("/login/second-factor").headers["location"] == "/login/code"
        wrong = client.post("/login/code", data={"code": "000000"})
        assert wrong.status_code == 401 and alert(wrong).startswith("This code is not right")
        right = client.post("/login/code", data={"code": f"{code[:3]} {code[3:]}", "next": "/people"})
        assert right.headers["location"] == "/people"
        assert client.cookies[SESSION_COOKIE] != before
        assert client.get("/account").status_code == 200
    with guest(desk) as client:
        log_in(client, made.name)
        again = client.post("/login/code", data={"code": code})
        assert again.status_code == 401


def test_the_code_needs_the_password_first(desk: RunningDesk) -> None:
    """Without it both pages lead to the log-in."""
    with guest(desk) as client:
        for path in ("/login/code", "/login/second-factor"):
            assert client.get(path).headers["location"] == "/login"
            assert client.post(path, data={"code": "123456"}).headers["location"] == "/login"


def test_too_many(desk: RunningDesk) -> None:
    """A kind message with minutes, and 429."""
    made = account(desk, "viewer")
    with guest(desk) as client:
        for _ in range(5):
            log_in(client, made.name, OTHER)
        waits = log_in(client, made.name)
        assert waits.status_code == 429
        assert alert(waits) == "Too many wrong attempts. Try again in 15 minutes."
        assert "compte" not in log_in(client, made.name).text


def test_a_link_leads_all_the_way_in(desk: RunningDesk) -> None:
    """Password, phone, recovery codes; the log tells it without a word of theirs."""
    made = desk.accounts.add(new_name("amina"), ["editor"], "fr")
    token = desk.accounts.members.make_link(made.id)
    with guest(desk) as client:
        page = client.get("/invitation", params={"token": token})
        assert made.name in page.text and page.status_code == 200
        differ = client.post("/invitation", data={"token": token, "password": GOOD, "again": OTHER})
        assert (differ.status_code, alert(differ)) == (422, "The two passwords are not the same.")
        chosen = client.post("/invitation", data={"token": token, "password": GOOD, "again": GOOD})
        assert chosen.headers["location"] == "/login/second-factor"
        page = client.get("/login/second-factor")
        secret = re.findall(r'class="secret" dir="ltr">(\w+)<', page.text)[0]
        assert page.text.count("<svg") == 1 and "style=" not in page.text
        assert secret not in client.get("/login").text
        codes = client.post("/login/second-factor", data={"code": pyotp.TOTP(secret).now()})
        assert len(re.findall(r"<li><code>[a-z2-9-]{14}</code>", codes.text)) == 10
        assert client.get("/account").status_code == 200
        gone = client.get("/invitation", params={"token": token})
        assert gone.status_code == 410 and "Ask an admin for a new one" in alert(gone)
    log = desk.accounts.log.entries(who=made.name)
    assert [entry.did for entry in log] == ["logged_in", "set_second_factor", "set_password"]


def test_the_language_of_an_account_is_that_of_its_first_visit(desk: RunningDesk) -> None:
    """Unless the browser chose one before."""
    made = account(desk, "viewer")
    desk.accounts.members.set_language(made.id, "pt")
    with guest(desk) as client:
        log_in(client, made.name)
        assert client.cookies["haq_language"] == "pt"
    with guest(desk) as client:
        client.cookies.set("haq_language", "fr")
        log_in(client, made.name)
        assert "haq_language" not in {cookie.name for cookie in client.cookies.jar if cookie.value == "pt"}


def test_log_out(desk: RunningDesk) -> None:
    """The session is over on the server, not only forgotten by the browser."""
    with desk.client("viewer") as client:
        token = client.cookies[SESSION_COOKIE]
        assert client.post("/logout", data={}).headers["location"] == "/login"
        client.cookies.set(SESSION_COOKIE, token)
        assert client.get("/account").status_code == 401


def test_ones_own_password(desk: RunningDesk) -> None:
    """The old one is asked for; elsewhere one is logged out, here not."""
    made = account(desk, "viewer")
    elsewhere = desk.accounts.sign_in(made.id)
    with guest(desk) as client:
        log_in(client, made.name)
        client.headers["x-csrf-token"] = desk.accounts.visitor(client.cookies[SESSION_COOKIE]).csrf
        form = {"current": OTHER, "password": OTHER, "again": OTHER}
        wrong = client.post("/account/password", data=form)
        assert (wrong.status_code, alert(wrong)) == (422, "The password you have now is not right.")
        easy = client.post(
            "/account/password", data={**form, "current": GOOD, "password": "a" * 14, "again": "a" * 14}
        )
        assert "easy to guess" in alert(easy)
        right = client.post("/account/password", data={**form, "current": GOOD})
        assert right.headers["location"] == "/account?done=password"
        assert "logged out everywhere else" in client.get("/account?done=password").text
    assert desk.accounts.visitor(elsewhere).account is None
    with guest(desk) as client:
        assert log_in(client, made.name).status_code == 401
        assert log_in(client, made.name, OTHER).status_code == 303


def test_another_phone(desk: RunningDesk) -> None:
    """Only with a code of the old one."""
    with desk.client("caseworker") as client:
        mine = desk.accounts.visitor(client.cookies[SESSION_COOKIE]).account
        assert mine is not None
        old = code_of(desk, mine.id)
        page = client.get("/account/second-factor").text
        new = pyotp.TOTP(re.findall(r'class="secret" dir="ltr">(\w+)<', page)[0])
        refused = client.post("/account/second-factor", data={"code": new.now(), "old": "000000"})
        assert refused.status_code == 422
        assert "new app" in alert(client.post("/account/second-factor", data={"code": "000000", "old": old}))
        done = client.post("/account/second-factor", data={"code": new.now(), "old": old})
        assert done.status_code == 200 and "<code>" in done.text
    assert not desk.accounts.factors.is_right(mine.id, old)


def test_sessions_of_ones_own(desk: RunningDesk) -> None:
    """Ended one by one or all others; never somebody else's."""
    stranger = desk.session("viewer")
    with desk.client("viewer") as client:
        mine = desk.accounts.visitor(client.cookies[SESSION_COOKIE]).account
        theirs = desk.accounts.visitor(stranger).account
        assert mine is not None and theirs is not None
        others = [desk.accounts.sign_in(mine.id) for _ in range(3)]
        listed = desk.accounts.sessions.of(mine.id, others[0])
        which = next(each.id for each in listed if each.is_this)
        client.post("/account/sessions", data={"which": str(desk.accounts.sessions.of(theirs.id)[0].id)})
        client.post("/account/sessions", data={"which": str(which)})
        assert [desk.accounts.visitor(token).account is None for token in others] == [True, False, False]
        client.post("/account/sessions", data={"which": "others"})
        assert [desk.accounts.visitor(token).account is None for token in others] == [True] * 3
        assert client.get("/account").status_code == 200
    assert desk.accounts.visitor(stranger).account == theirs


def test_an_admin_invites_changes_and_closes(desk: RunningDesk) -> None:
    """Each is in the log, with who did it; the link is shown once."""
    name = new_name("b")
    with desk.client("admin") as client:
        admin = desk.accounts.visitor(client.cookies[SESSION_COOKIE]).account
        assert admin is not None
        no_role = client.post("/people", data={"name": name, "language": "en"})
        assert no_role.status_code == 422 and "at least one role" in alert(no_role)
        form = {"name": name, "language": "es", "role": ["viewer", "editor"]}
        made = client.post("/people", data=form)
        token = re.findall(r"/invitation\?token=([\w-]+)<", made.text)[0]
        member = desk.accounts.members.named(name)
        assert (member.roles, member.language) == (("viewer", "editor"), "es")
        assert desk.accounts.members.of_link(token) == member
        assert "already" in alert(client.post("/people", data=form))
        assert token not in client.get("/people").text + client.get(f"/people/{member.id}").text

        client.post(f"/people/{member.id}/roles", data={"role": "caseworker"})
        assert desk.accounts.members.named(name).roles == ("caseworker",)
        for what in ("link", "reset"):
            assert "/invitation?token=" in client.post(f"/people/{member.id}/{what}", data={}).text
        client.post(f"/people/{member.id}/disable", data={})
        assert desk.accounts.members.open(name) is None
        assert "closed" in client.get(f"/people/{member.id}").text
        refused = client.post(f"/people/{member.id}/link", data={})
        assert refused.status_code == 422 and "closed" in alert(refused)
        client.post(f"/people/{member.id}/enable", data={})
        assert desk.accounts.members.open(name) is not None
        assert client.post(f"/people/{member.id}/dance", data={}).status_code == 404
        assert client.get("/people/987654").status_code == 404

        shown = client.get("/people/audit", params={"who": admin.name}).text
    log = desk.accounts.log.entries(who=admin.name)
    assert [entry.did for entry in log] == [
        "enabled_account", "disabled_account", "reset_account", "made_link", "set_roles", "added_account",
    ]  # fmt: skip
    assert all(entry.what["account"] == name for entry in log)
    assert log[4].what["roles"] == ["caseworker"]
    for words in ("opened an account again", "closed an account", "reset an account", "changed roles", name):
        assert words in shown
    assert GOOD not in shown and token not in shown


def test_keys_of_other_systems(desk: RunningDesk) -> None:
    """Shown once, listed without it, taken back at once."""
    name = new_name("Union website")
    with desk.client("admin") as client:
        assert "at least one" in alert(client.post("/people/keys", data={"name": name}))
        made = client.post("/people/keys", data={"name": name, "scope": ["lookup", "counts"]}).text
        token = re.findall(r">(haq_[\w-]+)</textarea>", made)[0]
        assert desk.accounts.scopes_of_key(token) == {"lookup", "counts"}
        listed = client.get("/people/keys").text
        assert name in listed and token not in listed
        number = next(key.id for key in desk.accounts.keys.all() if key.name == name)
        assert client.post(f"/people/keys/{number}/revoke", data={}).status_code == 303
        assert client.post(f"/people/keys/{number}/revoke", data={}).status_code == 404
    assert desk.accounts.scopes_of_key(token) is None


def test_pages_of_the_log(desk: RunningDesk) -> None:
    """Fifty at a time, by who, what and day; nonsense in an address is no error."""
    who = new_name("clerk")
    for number in range(60):
        desk.accounts.note(who, "opened_conversation", {"handoff": number})
    with desk.client("admin") as client:
        first = client.get("/people/audit", params={"who": who}).text
        assert re.findall(r"handoff: (\d+)<", first) == [str(number) for number in range(59, 9, -1)]
        older = unescape(re.findall(r'href="(/people/audit\?[^"]*before=\d+)"', first)[0])
        assert re.findall(r"handoff: (\d+)<", client.get(older).text) == [
            str(number) for number in range(9, -1, -1)
        ]
        assert (
            "Nothing was done" in client.get("/people/audit", params={"who": who, "day": "2020-01-01"}).text
        )
        odd = client.get("/people/audit", params={"day": "yesterday", "before": "²", "who": who})
        assert odd.status_code == 200 and "handoff: 59" in odd.text


def test_nothing_of_a_log_in_is_in_the_log_of_the_process(desk: RunningDesk) -> None:
    """No name, password, token or code."""
    made = account(desk, "viewer")
    token = desk.accounts.members.make_link(made.id)
    with guest(desk) as client:
        log_in(client, made.name)
        client.get("/invitation", params={"token": token})
    written = desk.log()
    for secret in (made.name, GOOD, token):
        assert secret not in written
