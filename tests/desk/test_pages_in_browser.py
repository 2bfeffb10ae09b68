"""The lookup, the map and the calculators in a real, headless Chromium, with their scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import axe_violations
from tests.desk.conftest import RunningDesk

sync_api = pytest.importorskip("playwright.sync_api", reason="tests of pages need playwright")
expect = sync_api.expect

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

PATIENCE_MS = 20_000
CASE = "/lookup?from=NP&to=QA&sector=construction"


@pytest.fixture
def page(browser: Any, desk: RunningDesk) -> Iterator[Any]:
    """A page that must not fail: no error of a script, nothing that the policy forbids."""
    context = browser.new_context(base_url=desk.address, locale="en", viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE_MS)
    wrong: list[str] = []
    made = context.new_page()
    made.on("pageerror", lambda error: wrong.append(str(error)))
    made.on(
        "console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None
    )
    yield made
    context.close()
    assert wrong == []


def test_lookup_by_keyboard_alone(page: Any) -> None:
    """A worker from Nepal, in Qatar, a welder: typed as people type it, answered without a click."""
    page.goto("/lookup")
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.id") != "from":
        page.keyboard.press("Tab")
    page.keyboard.type("नेपाल")
    expect(page.get_by_role("option").first).to_contain_text("Nepal", timeout=PATIENCE_MS)
    page.keyboard.press("Enter")
    expect(page.locator("#from")).to_have_value("Nepal")
    page.keyboard.press("Tab")
    page.keyboard.type("Katar")
    page.keyboard.press("Tab")  # leaves the field before the suggestions are there: the first one is taken
    expect(page.locator("#to")).to_have_value("Qatar", timeout=PATIENCE_MS)
    page.keyboard.type("welder", delay=20)
    expect(page.get_by_role("option").first).to_contain_text("Construction", timeout=PATIENCE_MS)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**/lookup?from=NP&to=QA&sector=construction&lang=en")
    expect(page.locator("#answer-title")).to_have_text("Nepal → Qatar · Construction", timeout=PATIENCE_MS)
    expect(page.locator("#said")).to_contain_text("sure")
    expect(page.locator("#rule-qa-support-fund summary")).to_contain_text(
        "Workers' Support and Insurance Fund"
    )
    page.locator("#rule-qa-support-fund summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#rule-qa-support-fund .grounds")).to_contain_text("Law No. 17 of 2018")
    shown = page.locator(".line").count()
    page.reload()  # the address holds the whole case
    assert page.locator(".line").count() == shown > 50
    assert page.input_value("#from") == "Nepal"


def test_the_combobox(page: Any) -> None:
    """Arrows move, Escape closes and then empties, what is unknown is marked."""
    page.goto("/lookup")
    page.focus("#sector")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".options [role=option]")).to_have_count(13, timeout=PATIENCE_MS)
    assert page.get_attribute("#sector", "aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    active = page.get_attribute("#sector", "aria-activedescendant")
    assert page.get_attribute(f"#{active}", "aria-selected") == "true"
    page.keyboard.press("Escape")
    assert page.get_attribute("#sector", "aria-expanded") == "false"
    page.fill("#to", "zzzzzz")
    page.keyboard.press("Tab")
    expect(page.locator("#to")).to_have_attribute("aria-invalid", "true", timeout=PATIENCE_MS)


def test_more_is_known_more_is_sure(page: Any) -> None:
    """A choice in the form changes the answer and the address at once; the tour is dismissed for good."""
    page.goto("/lookup")
    page.get_by_role("button", name="Understood, do not show again").click()
    page.goto("/lookup")
    assert page.get_attribute("#tour", "open") is None
    page.goto("/lookup?from=NP&to=QA")
    before = page.locator(".mark.open").count()
    page.locator("#open summary").click()
    page.locator("#open-sector").select_option("construction")
    page.locator("#open-sector + button").click()
    page.wait_for_url("**sector=construction**")
    assert page.locator(".mark.open").count() < before
    page.select_option("#lang", "ar")
    page.wait_for_url("**lang=ar**")
    expect(page.locator("#rule-qa-support-fund summary [lang=ar][dir=rtl]")).to_be_visible()


def test_the_map(page: Any) -> None:
    """A sign opens its rules in place, and the address keeps it."""
    page.goto("/map?from=NP&to=QA")
    page.locator('a[data-cell="old_age.totalization"]').focus()
    page.keyboard.press("Enter")
    expect(page.locator("#cell-title")).to_have_text("Old-age pension: Years added up", timeout=PATIENCE_MS)
    expect(page.locator("#cell")).to_contain_text("no social security agreement between")
    page.reload()
    expect(page.locator("#cell-title")).to_be_visible()


def test_a_calculator(page: Any) -> None:
    """The result follows the form, with the sum of the command line (tests/ops/test_calc.py has it too)."""
    page.goto("/calculators/wages?from=NP&to=QA")
    page.fill("#wage", "a lot")
    page.keyboard.press("Tab")
    expect(page.locator("#wage-error")).to_have_text(
        "Write a number above zero, such as 1500.", timeout=PATIENCE_MS
    )
    page.fill("#wage", "1,500")
    page.fill("#months", "3")
    page.fill("#received", "500")
    page.keyboard.press("Tab")
    expect(page.locator(".steps")).to_contain_text("QAR 4,000", timeout=PATIENCE_MS)
    expect(page.locator("#wage-error")).to_be_empty()
    assert "1500" not in page.url and "wage=" not in page.url
    page.fill("#received", "0")
    expect(page.locator(".steps")).to_contain_text("QAR 4,500", timeout=PATIENCE_MS)


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize(
    "address",
    [
        "/lookup", CASE, "/lookup?to=congo", "/map?from=PH&to=KR&to2=QA&open=old_age.export",
        "/world?from=NP", "/calculators", "/calculators/end-of-service?to=QA", "/calculators/totalization",
    ],
)  # fmt: skip
def test_nothing_serious_for_axe(page: Any, npm: Path, address: str, language: str) -> None:
    """Accessible, in both directions; and no page is wider than a phone."""
    joint = "&" if "?" in address else "?"
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{address}{joint}ui={language}")
    assert axe_violations(page, npm) == []
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, re.sub(r"\?.*", "", address)
