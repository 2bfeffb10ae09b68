"""`/health/ready` and `/metrics` of the desk's real application."""

from __future__ import annotations

import logging
from pathlib import Path

import httpx
import pytest

from bot.desk.app import create_app
from bot.desk.desk import open_desk
from bot.observability import desk_pages
from bot.observability.metrics import Metrics
from bot.observability.numbers import add_sources, keep_numbers
from bot.rules.database import migrate, open_database
from tests.observability.support import samples, settings_in


def client(app: object, address: str = "127.0.0.1") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, client=(address, 4000))  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")


async def test_the_desk_is_ready_once_the_law_is_there(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    engine = open_database(settings.database_url)
    migrate(engine)
    app = create_app(open_desk(settings))
    async with client(app, "203.0.113.9") as http:
        answer = await http.get("/health/ready")
        assert (answer.status_code, answer.json()["failing"]) == (503, ["rules"])
        with engine.begin() as connection:
            connection.exec_driver_sql(
                "INSERT INTO law_version (id, version, loaded_at) VALUES (1, 'v', '2026-01-01')"
            )
        app.state.readiness._until = 0.0  # the answer is kept for two seconds
        answer = await http.get("/health/ready")
        assert (answer.status_code, answer.json()) == (200, {"status": "ok", "service": "desk"})


async def test_the_numbers_are_shown_to_this_machine_alone(tmp_path: Path) -> None:
    app = create_app(open_desk(settings_in(tmp_path)))
    async with client(app) as here, client(app, "203.0.113.9") as elsewhere:
        assert (await elsewhere.get("/metrics")).status_code == 403
        assert (await here.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"})).status_code == 403
        assert (await here.get("/metrics")).status_code == 503  # nobody keeps numbers in this process


async def test_with_a_key_they_are_shown_to_whoever_has_it(tmp_path: Path) -> None:
    app = create_app(open_desk(settings_in(tmp_path, HAQ_METRICS_KEY="open sesame")))
    async with client(app, "203.0.113.9") as http:
        assert (await http.get("/metrics")).status_code == 403
        headers = {"Authorization": "Bearer open sesame"}
        assert (await http.get("/metrics", headers=headers)).status_code == 503


async def test_all_that_the_desk_tells(tmp_path: Path, metrics: Metrics) -> None:
    settings = settings_in(tmp_path)
    app = create_app(open_desk(settings))
    add_sources(metrics, settings, "desk", None)
    desk_pages.show_numbers(app, metrics)
    async with client(app) as http:
        answer = await http.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    found = samples(answer.text)
    assert found['haq_check_ok{check="rules",service="desk"}'] == 0
    assert found['haq_check_ok{check="accounts",service="desk"}'] == 1
    assert found['haq_source_up{database="rules"}'] == 0
    assert found['haq_process_memory_bytes{service="desk",worker="0"}'] > 20_000_000


def test_a_folder_that_cannot_be_written_stops_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "metrics").write_text("in the way")
    with caplog.at_level(logging.WARNING):
        assert keep_numbers(settings_in(tmp_path), "desk") is None
    assert "No numbers are kept" in caplog.text
