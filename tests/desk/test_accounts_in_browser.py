"""Coming in and the pages about accounts, in a real browser: by keyboard, on a phone, from right to left."""

from __future__ import annotations

import os
import time
from typing import Any

import pyotp
import pytest

from bot.desk.guard import SESSION_COOKIE
from bot.desk.views import LANGUAGE_COOKIE
from tests.browser import axe_violations
from tests.desk.conftest import RunningDesk

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

GOOD = "four plain words here"
PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
FIRST_PAGE_BYTES = 150 * 1024


def open_page(browser: Any, desk: RunningDesk, **cookies: str) -> Any:
    """A page of a browser of its own; it fails on what the content policy stops."""
    context = browser.new_context(viewport=DESKTOP)
    context.add_cookies(
        [{"name": name, "value": value, "url": desk.address} for name, value in cookies.items()]
    )
    page = context.new_page()
    page.stopped = []
    page.on(
        "console", lambda line: page.stopped.append(line.text) if "Content Security" in line.text else None
    )
    return page


def test_the_whole_way_in_by_keyboard(browser: Any, desk: RunningDesk) -> None:
    """Link, password, phone, recovery codes; log out; password and code; the pages keep to their policy."""
    name = f"amina-{os.urandom(3).hex()}"
    account = desk.accounts.add(name, ["caseworker"])
    page = open_page(browser, desk)
    page.goto(f"{desk.address}/invitation?token={desk.accounts.members.make_link(account.id)}")
    page.keyboard.type(GOOD)  # the field has the focus
    page.keyboard.press("Tab")
    page.keyboard.type(GOOD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/login/second-factor")
    phone = pyotp.TOTP(page.inner_text("code.secret"))
    assert page.locator(".qr-frame svg").bounding_box()["width"] > 150
    page.fill("#code", phone.now())
    page.press("#code", "Enter")
    page.wait_for_selector(".codes")
    assert page.locator(".codes li").count() == 10
    page.click("main a.button")

    page.goto(f"{desk.address}/account")
    assert name in page.inner_text("h1")
    page.click(f"details.menu summary:has-text('{name}')")
    page.click("header button.link")
    page.wait_for_url("**/login")
    page.goto(f"{desk.address}/account")
    page.wait_for_url("**/login?next=/account")
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(GOOD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/login/code?next=/account")
    page.keyboard.type(phone.at(time.time() + 30))  # the next code: the one before is used up
    page.keyboard.press("Enter")
    page.wait_for_url(f"{desk.address}/account")
    assert page.stopped == []
    page.context.close()


def test_wrong_attempts_are_told_where_one_looks(browser: Any, desk: RunningDesk) -> None:
    """The message is tied to the form, the name stays, the password field has the focus."""
    page = open_page(browser, desk)
    page.goto(f"{desk.address}/login")
    page.fill("#name", "nobody")
    page.fill("#password", "wrong")
    page.click("main form button")
    page.wait_for_selector("#wrong")
    assert page.inner_text("#wrong") == "Name or password is wrong."
    assert page.input_value("#name") == "nobody"
    assert page.evaluate("document.activeElement.id") == "password"
    page.context.close()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_page_of_accounts(browser: Any, desk: RunningDesk, npm: Any, language: str) -> None:
    """Nothing that axe calls serious, in both schemes of colours; no sideways scrolling on a phone."""
    token = desk.session("admin")
    admin = desk.accounts.visitor(token).account
    assert admin is not None
    link = desk.accounts.members.make_link(desk.accounts.add(f"b-{os.urandom(3).hex()}", ["viewer"]).id)
    desk.accounts.keys.make("Union website", ["lookup"], admin.name)
    inside = open_page(browser, desk, **{SESSION_COOKIE: token, LANGUAGE_COOKIE: language})
    outside = open_page(browser, desk, **{LANGUAGE_COOKIE: language})
    pages = [
        *((outside, path) for path in ("/login", f"/invitation?token={link}", "/invitation?token=old")),
        *((inside, path) for path in (
            "/account", "/account/second-factor", "/people", f"/people/{admin.id}", "/people/keys",
            "/people/audit", "/people/audit?day=2020-01-01",
        )),
    ]  # fmt: skip
    wrong = []
    for page, path in pages:
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.goto(desk.address + path)
            wrong += [f"{path} {scheme}: {each}" for each in axe_violations(page, npm)]
        page.set_viewport_size(PHONE)
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if over > 0:
            wrong.append(f"{path} is {over} pixels too wide for a phone")
        page.set_viewport_size(DESKTOP)
    assert wrong == []
    assert inside.stopped == outside.stopped == []
    inside.context.close()
    outside.context.close()


def test_the_first_page_is_light(browser: Any, desk: RunningDesk) -> None:
    """Everything that the log-in needs, together."""
    page = open_page(browser, desk)
    weights: list[int] = []
    page.on("response", lambda response: weights.append(len(response.body())))
    page.goto(f"{desk.address}/login")
    page.wait_for_load_state("networkidle")
    assert len(weights) >= 3
    assert sum(weights) < FIRST_PAGE_BYTES
    page.context.close()
