"""What tests of the workshop share: a desk over a copy of the law, and forms as a browser sends them."""

from __future__ import annotations

import html
import os
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser

import httpx
import pytest

from tests.desk.conftest import RunningDesk
from tests.end_to_end.driver import free_port

WAGE = "qa-minimum-wage"
Fields = dict[str, list[str]]


@pytest.fixture(scope="module")
def workshop(law_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    """A desk over a copy of the law, which these tests change."""
    folder = tmp_path_factory.mktemp("workshop")
    shutil.copy(law_url.removeprefix("sqlite:///"), folder / "law.db")
    environment = {
        **os.environ,
        "HAQ_VAR_DIR": str(folder),
        "HAQ_DATABASE_URL": f"sqlite:///{folder / 'law.db'}",
        "HAQ_DESK_PORT": str(free_port()),
    }
    running = RunningDesk(folder, environment)
    running.start()
    first = running.client("editor")
    first.timeout = httpx.Timeout(300)
    first.post(f"/workshop/rules/{WAGE}/change", data={"do": "check"})  # reads the law files, once
    yield running
    running.stop()
    assert "Traceback" not in running.log()


class _Reader(HTMLParser):
    """Collects what stands in the form of a class."""

    def __init__(self, of_class: str) -> None:
        super().__init__()
        self.fields: Fields = {}
        self._class = of_class
        self._inside = False
        self._select = ""
        self._options: list[tuple[str, bool]] = []
        self._textarea = ""
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """As the parser calls it."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = self._class in given.get("class", "").split()
        if not self._inside:
            return
        if tag == "input" and given.get("name"):
            if given.get("type") != "checkbox" or "checked" in given:
                self._add(given["name"], given.get("value", ""))
        elif tag == "select":
            self._select, self._options = given["name"], []
        elif tag == "option" and self._select:
            self._options.append((given.get("value", ""), "selected" in given))
        elif tag == "textarea":
            self._textarea, self._text = given["name"], ""

    def handle_data(self, data: str) -> None:
        """As the parser calls it."""
        self._text += data if self._textarea else ""

    def handle_endtag(self, tag: str) -> None:
        """As the parser calls it."""
        if tag == "select" and self._select:
            chosen = [value for value, selected in self._options if selected]
            self._add(self._select, (chosen or [self._options[0][0]])[0])
            self._select = ""
        elif tag == "textarea" and self._textarea:
            self._add(self._textarea, self._text)
            self._textarea = ""
        elif tag == "form":
            self._inside = False

    def _add(self, name: str, value: str) -> None:
        self.fields.setdefault(name, []).append(value)


def form_of(page: str, of_class: str = "rule-form") -> Fields:
    """The fields of a form with what stands in them."""
    reader = _Reader(of_class)
    reader.feed(page)
    return reader.fields


def wrong_beside(page: str, field: str) -> str:
    """What is said to be wrong with a field."""
    found = re.search(rf'<ul class="wrong" id="{re.escape(field)}-wrong">(.*?)</ul>', page, re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", "", found[1])).strip() if found else ""


def alert(page: str) -> str:
    """What a page says first of all."""
    found = re.search(r'<(p|div) [^>]*role="alert"[^>]*>(.*?)</\1>', page, re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", found[2])).strip() if found else ""
