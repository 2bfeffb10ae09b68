"""What people ask, in a real browser: phone and desktop, light and dark, in either direction."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.desk.guard import SESSION_COOKIE
from tests.browser import axe_violations
from tests.desk.conftest import RunningDesk
from tests.desk.test_questions import asked

__all__ = ["asked"]
pytestmark = [pytest.mark.slow, pytest.mark.thorough]


@pytest.mark.parametrize(
    ("width", "scheme", "direction"), [(360, "light", "ltr"), (360, "dark", "rtl"), (1280, "light", "rtl")]
)
def test_the_page(
    asked: RunningDesk, browser: Any, npm: Path, width: int, scheme: str, direction: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True
    )
    context.add_cookies([{"name": SESSION_COOKIE, "value": asked.session("viewer"), "url": asked.address}])
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{asked.address}/questions?weeks=52")
    page.evaluate(f"document.documentElement.dir = '{direction}'")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert axe_violations(page, npm) == []
    # Bars begin where their row does: the longest ends nearest to the edge of its cell.
    bar = page.locator("#h-topic ~ .scroll svg.bar").first
    assert bar.bounding_box()["width"] > 40
    assert page.get_by_role("img", name="Questions of each week").count() == 1
    assert complaints == []
    context.close()
