"""The inbox in a real, headless Chromium: an emergency comes in by itself and is answered on a phone."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.answers.translations import translator
from bot.conversation.safety import desk_joined
from bot.desk.guard import SESSION_COOKIE
from bot.desk.views import LANGUAGE_COOKIE
from tests.browser import axe_violations
from tests.desk.conftest import RunningDesk
from tests.desk.inbox_people import CASE, RULE, SECRET, Worker

sync_api = pytest.importorskip("playwright.sync_api", reason="tests of pages need playwright")
expect = sync_api.expect

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

PHONE, DESKTOP, SMALL = ({"width": w, "height": h} for w, h in ((390, 844), (1280, 800), (360, 640)))
PATIENCE_MS = 10_000
# What a page rings with, so that a test can count.
COUNTING = """
  window.rung = 0;
  const Old = window.AudioContext;
  window.AudioContext = class extends Old {
    createOscillator() { window.rung += 1; return super.createOscillator(); }
  };
"""

Opens = Callable[..., Any]


@pytest.fixture
def opens(desk: RunningDesk, browser: Any) -> Iterator[Opens]:
    """Opens the inbox as a new caseworker; nothing may go wrong in the page."""
    contexts, problems = [], []

    def open_inbox(
        size: dict[str, int] = DESKTOP, path: str = "/inbox", language: str = "en", **more: Any
    ) -> Any:  # fmt: skip
        context = browser.new_context(viewport=size, base_url=desk.address, **more)
        context.set_default_timeout(PATIENCE_MS)
        token = desk.session("caseworker")
        cookies = {SESSION_COOKIE: token, LANGUAGE_COOKIE: language}
        context.add_cookies([{"name": n, "value": v, "url": desk.address} for n, v in cookies.items()])
        context.add_init_script(COUNTING)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(path)
        page.worker = desk.accounts.visitor(token).account.name
        return page

    yield open_inbox
    for context in contexts:
        context.close()
    assert not problems


@contextmanager
def without_script(opens: Opens, path: str) -> Iterator[Any]:
    """A page in a browser that runs no script."""
    yield opens(PHONE, path, java_script_enabled=False)


def shot(page: Any, name: str) -> None:
    """A picture for a person to look at, where `DESK_SHOTS` names a folder."""
    if folder := os.environ.get("DESK_SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def overflow(page: Any) -> int:
    """By how much a page is wider than its window."""
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    return int(page.evaluate(wide))


def test_an_emergency_is_answered_on_a_phone_while_a_second_sees_who_has_it(
    desk: RunningDesk, opens: Opens
) -> None:
    phone, second = opens(PHONE), opens()
    phone.locator("#sound").click()  # a first touch: from now on the page may ring
    phone.locator("#sound").click()
    before = phone.evaluate("window.rung")
    worker = Worker(desk, "ne", CASE, True, "violence").asks()
    began = time.monotonic()
    row = phone.locator(f"#chat-{worker.number}")
    expect(row).to_be_visible(timeout=PATIENCE_MS)
    seconds = time.monotonic() - began
    assert seconds < 2, "an emergency took too long to arrive"
    expect(row).to_contain_text("Emergency: violence")
    expect(phone.locator("#alarm")).to_contain_text("Emergency: violence")
    assert re.match(r"\(\d+\) Inbox", phone.title()) and phone.evaluate("window.rung") > before
    shot(phone, "E-emergency-phone")

    second.goto(f"/inbox/{worker.number}")
    expect(second.locator("#take")).to_be_visible()
    row.click()
    phone.locator("#take").click()
    expect(second.locator("#who")).to_contain_text(f"{phone.worker} has it", timeout=PATIENCE_MS)
    expect(second.locator("#take")).to_have_count(0)
    assert worker.reads() == [desk_joined(translator("ne"))]

    worker.writes(SECRET)
    expect(phone.locator(".inbox-line.person")).to_contain_text(SECRET)
    expect(second.locator(".inbox-line.person")).to_contain_text(SECRET)
    phone.locator(f"[data-insert={RULE}]").click()
    assert phone.locator("#text").input_value().startswith("• काम")
    phone.locator("#text").press("End")
    phone.locator("#send").click()
    expect(phone.locator(".inbox-line.desk")).to_contain_text(f"Rules: {RULE}")
    expect(phone.locator("#text")).to_have_value("")
    (answer,) = worker.reads()
    assert answer.startswith("• काम") and "स्रोत" in answer
    assert overflow(phone) == 0
    shot(phone, "E-answered-phone")
    shot(second, "E-second")

    phone.locator("#finish summary").click()
    phone.locator("#close").click()
    phone.wait_for_url("**/inbox")
    expect(phone.locator(f"#chat-{worker.number}")).to_have_count(0)
    expect(second.locator("#part")).to_contain_text("This conversation is closed")


def test_a_muted_page_stays_quiet_and_remembers(desk: RunningDesk, opens: Opens) -> None:
    page = opens()
    page.locator("#sound").click()
    expect(page.locator("#sound")).to_have_text("Sound is off")
    page.reload()
    expect(page.locator("#sound")).to_have_attribute("aria-pressed", "false")
    page.locator("h1").click()
    worker = Worker(desk, urgent=True, danger="injury").asks()
    expect(page.locator(f"#chat-{worker.number}")).to_be_visible()
    assert page.evaluate("window.rung") == 0


def test_who_is_away_is_not_at_the_desk(desk: RunningDesk, opens: Opens) -> None:
    page = opens()
    expect(page.locator("#here")).to_have_attribute("aria-pressed", "true")
    assert page.worker in desk.people.present()
    page.locator("#here").click()
    expect(page.locator("#here")).to_have_text("You are away")
    deadline = time.monotonic() + 5
    while page.worker in desk.people.present() and time.monotonic() < deadline:
        page.wait_for_timeout(100)
    assert page.worker not in desk.people.present()


def test_what_is_typed_survives_the_loss_of_the_chat(desk: RunningDesk, opens: Opens) -> None:
    worker = Worker(desk).asks()
    page, other = (opens(PHONE, f"/inbox/{worker.number}") for _ in range(2))
    page.locator("#take").click()
    page.locator("#text").fill("I was just writing this")
    desk.people.hand_back(worker.number, page.worker)
    other.locator("#take").click()
    expect(page.locator("#problem")).to_contain_text(f"{other.worker} has this conversation now")
    expect(page.locator("#text")).to_have_value("I was just writing this")
    expect(page.locator("#send")).to_be_disabled()
    shot(page, "E-lost-phone")


def test_a_broken_line_sends_nothing_twice_and_loses_nothing(desk: RunningDesk, opens: Opens) -> None:
    worker = Worker(desk).asks()
    page = opens(PHONE, f"/inbox/{worker.number}")
    page.locator("#take").click()
    worker.reads()
    page.locator("#text").fill("Where are you?")

    def lose_the_answer(route: Any) -> None:
        route.fetch()  # it arrives, but the page never hears of it
        route.abort()

    page.route("**/say", lose_the_answer)
    page.locator("#send").click()
    expect(page.locator("#problem")).to_contain_text("not sent")
    page.unroute("**/say")
    page.locator("#send").click()
    expect(page.locator("#text")).to_have_value("")
    assert worker.reads() == ["Where are you?"]


def test_an_erased_chat_leaves_the_page(desk: RunningDesk, opens: Opens) -> None:
    worker = Worker(desk).asks()
    page = opens(PHONE, f"/inbox/{worker.number}")
    page.locator("#take").click()
    worker.writes(SECRET)
    expect(page.locator("#part")).to_contain_text(SECRET)
    page.locator("#text").fill(f"You wrote: {SECRET}")
    desk.people.erase(worker.sender)
    expect(page.locator("#part")).to_contain_text("This conversation was erased")
    assert SECRET not in page.content() and page.locator("#text").input_value() == ""
    shot(page, "E-erased-phone")


def test_a_new_country_brings_other_sentences(desk: RunningDesk, opens: Opens) -> None:
    worker = Worker(desk, summary={"topic": "wages", "rules": []}).asks()
    page = opens(DESKTOP, f"/inbox/{worker.number}")
    page.locator("#take").click()
    expect(page.locator("#text")).to_be_visible()
    expect(page.locator(f"[data-insert={RULE}]")).to_have_count(0)
    desk.people.pass_on(worker.sender, "Qatar", language="ne", summary=CASE)
    expect(page.locator(f"[data-insert={RULE}]")).to_be_visible()
    page.locator("#topic").select_option("annual_leave")
    expect(page.locator(f"[data-insert={RULE}]")).to_have_count(0)


def test_a_note_is_kept_and_seen_by_colleagues_at_once(desk: RunningDesk, opens: Opens) -> None:
    worker = Worker(desk).asks()
    page, other = (opens(PHONE, f"/inbox/{worker.number}") for _ in range(2))
    page.locator("#noting summary").click()
    page.locator("#note").fill("The brother has the contract")
    page.locator("#noting button").click()
    expect(other.locator("#notes")).to_contain_text("The brother has the contract")
    assert worker.reads() == []


def test_everything_works_without_script(desk: RunningDesk, opens: Opens) -> None:
    worker = Worker(desk).asks()
    with without_script(opens, "/inbox") as page:
        page.locator(f"#chat-{worker.number}").click()
        page.locator("#take").click()
        page.locator("#text").fill("Namaste")
        page.locator(f"[data-insert={RULE}]").click()
        assert page.locator("#text").input_value().startswith("Namaste\n\n• काम")
        page.locator("#send").click()
        expect(page.locator(".inbox-line.desk")).to_contain_text("Namaste")
        page.locator("#finish summary").click()
        page.locator("#hand-back").click()
        expect(page.locator(f"#chat-{worker.number}")).to_contain_text("waits")


def test_a_session_that_ended_is_said(desk: RunningDesk, opens: Opens) -> None:
    page = opens()
    expect(page.locator("#here")).to_be_visible()
    page.context.clear_cookies()
    Worker(desk).asks()
    expect(page.locator("#line")).to_contain_text("logged out")


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("dark", [False, True])
def test_nobody_is_shut_out(desk: RunningDesk, opens: Opens, npm: Path, language: str, dark: bool) -> None:
    worker = Worker(desk, "ur", CASE, True, "arrest").asks()
    scheme = "dark" if dark else "light"
    for path in ("/inbox", f"/inbox/{worker.number}"):
        page = opens(SMALL, path, language, color_scheme=scheme, bypass_csp=True)
        assert axe_violations(page, npm) == [] and overflow(page) == 0
        if page.locator("#take").count():
            page.locator("#take").click()
            worker.writes("مدد")
            expect(page.locator(".inbox-line.person")).to_be_visible()
            assert axe_violations(page, npm) == [] and overflow(page) == 0
        small = page.evaluate(
            "[...document.querySelectorAll('button, .button, select, summary, textarea')]"
            ".filter((each) => each.closest('main'))"
            ".filter((each) => each.offsetParent && each.getBoundingClientRect().height < 44)"
            ".map((each) => each.outerHTML.slice(0, 80))"
        )
        assert small == []
        shot(page, f"E-axe-{language}-{scheme}-{'chat' if 'inbox/' in page.url else 'list'}")
