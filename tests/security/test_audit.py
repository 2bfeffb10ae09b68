"""`haq audit`: the list fits the lock file, its fences exist, and what is not judged is found."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from bot.cli import run
from bot.security.advisories import NotAsked, unknown, unknown_in_copy
from bot.security.known import Judgement, Known, locked, read_known, table, troubles
from bot.settings import ROOT

HERE = "tests/security/test_audit.py::test_the_list_fits"
ONE = Judgement("aiohttp", "3.9.5", ("CVE-2025-53643",), "low", "What.", "fenced", "Why.", (HERE,))
PINNED = {"aiohttp": frozenset({"3.9.5"})}


def said(*judgements: Judgement, packages: Mapping[str, frozenset[str]] = PINNED) -> list[str]:
    return list(troubles(Known(date(2026, 11, 22), judgements), packages))


def test_the_list_fits() -> None:
    assert list(troubles(read_known(), locked())) == []
    assert len(locked()) > 150 and locked()["rasa"] == frozenset({"3.6.21"})


def test_what_no_longer_fits_is_named() -> None:
    assert said(ONE) == []
    assert "uv.lock has 3.14.4" in said(ONE, packages={"aiohttp": frozenset({"3.14.4"})})[0]
    assert "gone" in said(ONE, packages={})[0]
    assert "no test is named" in said(replace(ONE, fences=()))[0]
    assert "has no test_other" in said(replace(ONE, fences=(HERE.replace("the_list_fits", "other"),)))[0]
    assert "there is no tests/nowhere.py" in said(replace(ONE, fences=("tests/nowhere.py::test_x",)))[0]
    assert "no id" in said(replace(ONE, ids=("CVE-25-1",)))[0]
    assert "judged twice" in said(ONE, ONE)[0]
    assert "`reachable` is" in said(replace(ONE, reachable="maybe"))[0]


def test_the_page_shows_the_list() -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    assert table(read_known()) in page, "write it anew with `haq audit --table`"


class Service:
    """Knows one weakness under two names, as OSV does."""

    def __init__(self, answers: bool = True) -> None:
        self.asked: list[Any] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                service.asked += body["queries"]
                results = [
                    {"vulns": [{"id": "GHSA-aaaa-bbbb-cccc"}]} if each["package"]["name"] == "aiohttp" else {}
                    for each in body["queries"]
                ]
                self._say({"results": results} if answers else {"code": 3})

            def do_GET(self) -> None:
                self._say({"id": "GHSA-aaaa-bbbb-cccc", "aliases": ["CVE-2025-53643"]})

            def _say(self, body: Any) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def service() -> Iterator[Service]:
    running = Service()
    yield running
    running.stop()


def test_the_service_is_asked_for_every_version(service: Service) -> None:
    packages = {**PINNED, "rasa": frozenset({"3.6.21"})}
    assert unknown(packages, frozenset(), service.url) == {"GHSA-aaaa-bbbb-cccc": "aiohttp 3.9.5"}
    assert {(each["package"]["name"], each["version"]) for each in service.asked} == {
        ("aiohttp", "3.9.5"), ("rasa", "3.6.21"),
    }  # fmt: skip
    assert unknown(packages, frozenset({"CVE-2025-53643"}), service.url) == {}  # known by its other name


def test_a_service_that_does_not_answer_is_said_and_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NotAsked):
        unknown(PINNED, frozenset(), "http://127.0.0.1:9")
    confused = Service(answers=False)
    with pytest.raises(NotAsked, match="KeyError"):
        unknown(PINNED, frozenset(), confused.url)
    confused.stop()
    assert run(["audit", "--service", "http://127.0.0.1:9"]) == 0
    assert "NOT ASKED" in capsys.readouterr().err


def test_what_is_not_judged_fails(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", "--service", service.url]) == 0  # the list has the other name
    known = read_known()
    assert "CVE-2025-53643" in known.ids
    assert unknown(locked(), known.ids - {"CVE-2025-53643"}, service.url)
    assert "all judged" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("events", "affected"),
    [
        ([{"introduced": "0"}], True),
        ([{"introduced": "0"}, {"fixed": "3.9.5"}], False),
        ([{"introduced": "0"}, {"fixed": "3.10"}], True),
        ([{"introduced": "3.10"}], False),
        ([{"introduced": "0"}, {"fixed": "2.0"}, {"introduced": "3.0"}, {"fixed": "3.9.6"}], True),
        ([{"introduced": "0"}, {"last_affected": "3.9.4"}], False),
        ([{"introduced": "0"}, {"last_affected": "3.9.5"}], True),
    ],
)
def test_ranges_of_a_copy(events: list[dict[str, str]], affected: bool, tmp_path: Path) -> None:
    entry = {
        "id": "PYSEC-2026-1", "aliases": ["CVE-2026-1111"],
        "affected": [{"package": {"name": "AioHTTP"}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}],
    }  # fmt: skip
    (tmp_path / "aiohttp").mkdir()
    (tmp_path / "aiohttp" / "PYSEC-2026-1.yaml").write_text(json.dumps(entry), encoding="utf-8")
    assert (unknown_in_copy(PINNED, frozenset(), tmp_path) != {}) is affected
    assert unknown_in_copy(PINNED, frozenset({"CVE-2026-1111"}), tmp_path) == {}
