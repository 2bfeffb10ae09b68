"""The rules workshop in Chromium: a change from the form to the lookup, axe-core, a phone's width."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.desk.guard import SESSION_COOKIE
from tests.browser import axe_violations
from tests.desk.conftest import RunningDesk
from tests.desk.workshop_forms import WAGE, workshop

__all__ = ["workshop"]

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

PATIENCE_MS = 60_000
PAGES = (
    "/workshop?country=QA",
    "/workshop/due?owner=Gulf&kind=overtaken",
    f"/workshop/rules/{WAGE}",
    f"/workshop/rules/{WAGE}/change",
    "/workshop/rules/qa-employment-injury/change",
    "/workshop/new",
    "/workshop/new?type=minimum_wage&country=QA",
    "/workshop/proposals",
    "/workshop/revisions",
    f"/workshop/wording?lang=ne&rule={WAGE}",
)


def opened(browser: Any, desk: RunningDesk, *roles: str, **how: Any) -> Any:
    """A page of a browser of its own, signed in; what its scripts complain of is collected."""
    context = browser.new_context(**how)
    if roles:
        context.add_cookies([{"name": SESSION_COOKIE, "value": desk.session(*roles), "url": desk.address}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    return page


@pytest.fixture
def pages(browser: Any) -> Iterator[Any]:
    """The browser; its windows are closed afterwards."""
    yield browser
    for context in browser.contexts:
        context.close()


def test_from_the_form_to_the_lookup(pages: Any, workshop: RunningDesk, npm: Path) -> None:
    """Wrong, mended, proposed, approved by another, and in the answer within five seconds."""
    editor, reviewer = (opened(pages, workshop, role, bypass_csp=True) for role in ("editor", "reviewer"))
    worker = opened(pages, workshop)
    worker.goto(f"{workshop.address}/lookup?from=NP&to=QA&sector=construction&topic=minimum_wage")
    assert "QAR 1,000" in worker.inner_text("#results")

    editor.goto(f"{workshop.address}/workshop/rules/{WAGE}")
    editor.get_by_role("link", name="Propose a change").click()
    amount = editor.get_by_role("textbox", name="monthly", exact=True)
    amount.fill("a lot")
    editor.get_by_label("The information is of").fill("2026-11-20")
    editor.get_by_label("Why? What did you read, and where?").fill("Gazette 12")
    editor.get_by_role("button", name="Check and preview").click()
    editor.wait_for_selector("#wrong")
    assert editor.evaluate("document.activeElement.id") == "wrong"
    assert amount.get_attribute("aria-invalid") == "true"
    assert "is not a rate of pay" in editor.inner_text(f"#{amount.get_attribute('aria-describedby')}")
    amount.fill("1234")
    editor.get_by_role("button", name="Check and preview").click()
    editor.wait_for_selector("#preview")
    assert editor.locator(".tongue").count() == 16
    assert (
        editor.locator('.tongue p[lang="ar"]').first.evaluate("each => getComputedStyle(each).direction")
        == "rtl"
    )
    assert axe_violations(editor, npm) == []
    editor.get_by_role("button", name="Propose for review").click()
    editor.wait_for_url("**/workshop/proposals/*")

    reviewer.goto(editor.url)
    approve = reviewer.get_by_role("button", name="Approve: live at once")
    assert axe_violations(reviewer, npm) == []
    began = time.monotonic()
    approve.click()
    reviewer.get_by_text("approved", exact=True).first.wait_for()
    worker.reload()
    assert "QAR 1,234" in worker.inner_text("#results")
    assert time.monotonic() - began < 5
    complaints = [*editor.complaints, *reviewer.complaints]
    assert [each for each in complaints if "422" not in each] == []  # which the form with a mistake is


def test_one_more_line(pages: Any, workshop: RunningDesk) -> None:
    """Lists grow by a button; each new line has names of its own."""
    editor = opened(pages, workshop, "editor")
    editor.goto(f"{workshop.address}/workshop/rules/qa-employment-injury/change")
    rows = editor.locator(".rows").first
    before = rows.locator(".one-row").count()
    rows.locator("xpath=..").get_by_role("button", name="One more line").click()
    assert rows.locator(".one-row").count() == before + 1
    names = rows.locator("input, select").evaluate_all("every => every.map(each => each.name)")
    ids = editor.locator("[id]").evaluate_all("every => every.map(each => each.id)")
    assert any(f".{before}." in name for name in names)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("address", PAGES)
def test_pages(pages: Any, workshop: RunningDesk, npm: Path, address: str) -> None:
    """Nothing serious for axe-core, nothing wider than a small phone, in both directions of writing."""
    for language in ("en", "ar"):
        look = {
            "viewport": {"width": 360, "height": 740},
            "color_scheme": "dark" if language == "ar" else "light",
        }
        page = opened(pages, workshop, "reviewer", bypass_csp=True, **look)
        page.goto(f"{workshop.address}{address}{'&' if '?' in address else '?'}ui={language}")
        page.evaluate("document.querySelectorAll('details.card').forEach(each => { each.open = true })")
        if language == "ar":
            page.evaluate("document.documentElement.dir = 'rtl'")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert axe_violations(page, npm) == []
        page.context.close()
