"""The case sheet in a real Chromium: on paper, on a phone, by keyboard, for everybody."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pypdfium2
import pytest

from tests.browser import axe_violations
from tests.desk.conftest import RunningDesk
from tests.end_to_end.driver import free_port

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

CASE = "from=BD&to=QA&sector=domestic_work&topic=wages&ui=en"
SIZES = [(360, 640), (390, 844), (1280, 800)]


@dataclass(frozen=True)
class Opened:
    """A page, and what went wrong on it."""

    page: Any
    problems: list[str]


@pytest.fixture(scope="module")
def chatting(law_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    """A desk whose chats have addresses."""
    folder: Path = tmp_path_factory.mktemp("chatting")
    environment = {
        **os.environ,
        "HAQ_VAR_DIR": str(folder),
        "HAQ_DATABASE_URL": law_url,
        "HAQ_DESK_PORT": str(free_port()),
        "HAQ_WHATSAPP_PHONE": "+15551234567",
        "HAQ_TELEGRAM_BOT": "haq_example_bot",
    }
    running = RunningDesk(folder, environment)
    running.start()
    yield running
    running.stop()
    assert "Traceback" not in running.log()


@pytest.fixture
def visit(browser: Any, chatting: RunningDesk) -> Iterator[Any]:
    """Opens pages; afterwards nothing failed and no policy was broken."""
    opened: list[Opened] = []

    def make(query: str, size: tuple[int, int] = (1280, 800), scheme: str = "light") -> Any:
        viewport = {"width": size[0], "height": size[1]}
        page = browser.new_context(viewport=viewport, color_scheme=scheme, accept_downloads=True).new_page()
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
        opened.append(Opened(page, problems))
        page.goto(f"{chatting.address}/sheet?{query}")
        return page

    yield make
    for each in opened:
        each.page.context.close()
        assert each.problems == []


@pytest.mark.parametrize("size", SIZES)
def test_every_size(visit: Any, size: tuple[int, int]) -> None:
    """No sideways scroll; two columns where there is room, the worker's language first elsewhere."""
    page = visit(f"{CASE}&lang=bn&desk=en", size)
    assert page.evaluate("document.documentElement.scrollWidth") == size[0]
    cells = page.locator(".rows .pair").first.locator(".cell")
    first, second = cells.nth(0).bounding_box(), cells.nth(1).bounding_box()
    if size[0] > 700:
        assert first["y"] == second["y"] and first["x"] < second["x"]
    else:
        assert first["y"] < second["y"] and abs(first["x"] - second["x"]) < 1


@pytest.mark.parametrize("languages", ["lang=ar&desk=en", "lang=en&desk=ar"])
def test_right_to_left_stands_on_the_right(visit: Any, languages: str) -> None:
    """Whichever of the two is the worker's."""
    page = visit(f"{CASE}&{languages}")
    pair = page.locator(".rows .pair").first
    arabic, english = (pair.locator(f"[lang={each}]").bounding_box() for each in ("ar", "en"))
    assert arabic["x"] > english["x"] and arabic["y"] == english["y"]


def test_on_paper(visit: Any) -> None:
    """Printed: both languages, the square code's words, the sources; no forms, no menus."""
    page = visit(f"{CASE}&lang=bn&desk=en", scheme="dark")
    document = pypdfium2.PdfDocument(page.pdf(format="A4", prefer_css_page_size=True))
    text = "".join(str(each.get_textpage().get_text_range()) for each in document)
    flat = " ".join(text.split())
    assert "Where to get help" in flat and "[1]" in flat and "Open the chat" in flat
    for gone in ("Choose topics", "Letter as PDF", "Log in", "Calendar"):
        assert gone not in flat
    image = document[0].render(scale=1).to_pil().convert("L")
    assert image.getpixel((5, 5)) == 255  # paper is white, whatever the screen is


def test_the_code_leads_to_the_chat(visit: Any) -> None:
    """The link of the code writes the words that the page shows."""
    page = visit(f"{CASE}&lang=bn&desk=en")
    address = page.locator(".code a").get_attribute("href")
    assert address.startswith("https://wa.me/15551234567?text=")
    assert unquote(address.partition("text=")[2]) == page.locator("blockquote").inner_text()
    page.locator("summary", has_text="Choose topics").click()
    page.get_by_label("Chat of the square code").select_option("telegram")
    page.get_by_role("button", name="Make the sheet").click()
    assert (
        page.locator(".code a")
        .get_attribute("href")
        .startswith("https://t.me/haq_example_bot?start=bn_BD_QA")
    )


def test_letter_by_keyboard(visit: Any) -> None:
    """A form without a mouse gives a file."""
    page = visit(f"{CASE}&lang=bn&desk=en", (390, 844))
    page.get_by_role("textbox", name="Employer", exact=True).focus()
    page.keyboard.type("Example LLC")
    page.get_by_label("What happened, in the worker's own words and language").focus()
    page.keyboard.type("No pay for three months.")
    button = page.get_by_role("button", name="Letter as PDF")
    button.focus()
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    made = pypdfium2.PdfDocument(download.value.path().read_bytes())
    assert "Example LLC" in str(made[0].get_textpage().get_text_range())


@pytest.mark.parametrize("query", [f"{CASE}&lang=bn&desk=en", f"{CASE}&lang=ur&desk=ar&ui=ar", ""])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessibility(visit: Any, npm: Path, query: str, scheme: str) -> None:
    """axe-core finds nothing serious, with everything open."""
    page = visit(query, (390, 844), scheme)
    page.evaluate("document.querySelectorAll('.choices').forEach((each) => { each.open = true; })")
    assert axe_violations(page, npm) == []
