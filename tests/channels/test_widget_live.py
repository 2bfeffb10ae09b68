"""The web chat in a real Chromium, talking with the real assistant."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.browser import axe_violations
from tests.channels.delivery import Connected
from tests.channels.test_widget import (
    PATIENCE_MS,
    QUESTIONS,
    VisitMaker,
    background,
    expect,
    stand_in,
    visit,
    wire,
)

__all__ = ["background", "stand_in", "visit", "wire"]

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

ASKED = {**QUESTIONS, "ar": "أنا أعمل في الدوحة ولم أستلم راتبي منذ شهرين"}
# Qatar, as an answer about wages in the language names it.
QATAR = {"en": "Qatar", "ar": "قطر", "bn": "কাতার"}


@pytest.fixture(scope="module")
def upstream(connected: Connected) -> int:
    """The assistant in place of the stand-in."""
    return int(connected.servers.environment["HAQ_ASSISTANT_PORT"])


@pytest.mark.parametrize("language", list(QATAR))
def test_a_conversation(visit: VisitMaker, npm: Path, language: str) -> None:
    """A question, its answer in the language, a choice taken; axe finds nothing serious."""
    here = visit()
    page = here.go(f'data-open="true" data-language="{language}"', html=f'<html lang="{language}">')
    here.say(ASKED[language])
    answer = page.locator(".haq-assistant .haq-bubble").first
    expect(answer).to_contain_text(QATAR[language], timeout=PATIENCE_MS)
    expect(answer).to_have_attribute("lang", language)
    here.shot(f"live-{language}")
    page.locator(".haq-choices button").first.click()
    here.settled(2)
    expect(page.locator(".haq-assistant .haq-bubble").last).to_be_visible()
    assert not axe_violations(page, npm)


def test_a_reload_in_the_middle(visit: VisitMaker) -> None:
    """Nothing is lost, nothing stands twice, and the case is remembered."""
    here = visit()
    page = here.go('data-open="true" data-language="en"')
    here.say("I work in construction in Qatar")
    expect(page.locator(".haq-assistant .haq-bubble").first).to_be_visible(timeout=PATIENCE_MS)
    before = page.locator(".haq-bubble").all_inner_texts()
    page.reload()
    here.settled(1)
    expect(page.locator(".haq-bubble")).to_have_count(len(before), timeout=PATIENCE_MS)
    assert page.locator(".haq-bubble").all_inner_texts() == before
    here.say("my salary is late")
    expect(page.locator(".haq-assistant .haq-bubble").last).to_contain_text(
        re.compile("paid"), timeout=PATIENCE_MS
    )
    assert "Qatar" in " ".join(page.locator(".haq-assistant .haq-bubble").all_inner_texts()[1:])


def test_the_assistant_is_killed_in_the_middle(visit: VisitMaker, connected: Connected) -> None:
    """What was written while it was away is answered when it is back, once."""
    here = visit()
    page = here.go('data-open="true" data-language="en"')
    here.say("I work in construction in Qatar")
    expect(page.locator(".haq-assistant .haq-bubble").first).to_be_visible(timeout=PATIENCE_MS)
    connected.kill_assistant()
    here.say("my salary is late")
    answer = page.locator(".haq-assistant .haq-bubble", has_text="Unpaid or late wages")
    expect(answer).to_have_count(1, timeout=90_000)
    page.wait_for_timeout(3000)
    expect(answer).to_have_count(1)
    assert here.own == ["I work in construction in Qatar", "my salary is late"]


def test_the_language_is_changed(visit: VisitMaker) -> None:
    """The picker changes the words of the chat, and what the assistant answers."""
    here = visit()
    page = here.go('data-open="true" data-language="en"')
    here.say("hello")
    here.settled(1)
    page.locator(".haq-language").select_option("ar")
    expect(page.locator(".haq")).to_have_attribute("dir", "rtl", timeout=PATIENCE_MS)
    here.say(ASKED["ar"])
    expect(page.locator(".haq-assistant .haq-bubble").last).to_contain_text(QATAR["ar"], timeout=PATIENCE_MS)


def test_by_keyboard_alone(visit: VisitMaker) -> None:
    """Opened, asked and read without a mouse."""
    here = visit()
    page = here.go('data-language="en"')
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.type(QUESTIONS["en"])
    page.keyboard.press("Enter")
    expect(page.locator(".haq-assistant .haq-bubble").first).to_contain_text("Qatar", timeout=PATIENCE_MS)
    page.keyboard.press("Escape")
    expect(page.locator(".haq-panel")).to_be_hidden()
