"""The dashboard and the alert rules ask for what the code really tells, and for nothing else."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.observability import gauges
from bot.observability.marks import COUNTS
from bot.observability.metrics import Metrics
from bot.observability.numbers import add_sources
from bot.observability.readiness import Readiness
from bot.rules.database import migrate, open_database
from bot.settings import ROOT
from tests.observability.support import samples, settings_in

FOLDER = ROOT / "deploy" / "monitoring"
_NAME = re.compile(r"\bhaq_[a-z_]+")
_SELECTOR = re.compile(r"\b(haq_[a-z_]+|up)(\{[^}]*\})?")
_LABEL = re.compile(r"([a-z_]+)\s*(?:=~|!~|!=|=)\s*\"([^\"]*)\"")
_BY = re.compile(r"\bby \(([^)]*)\)")
_LEGEND = re.compile(r"\{\{\s*\$?(?:labels\.)?([a-z_]+)\s*\}\}")
BY_PROMETHEUS = {"job", "instance", "part", "le"}  # `part` of a scrape job, beside that of errors


@pytest.fixture
def told(tmp_path: Path, metrics: Metrics) -> dict[str, set[str]]:
    """Every series of the code, with the names of its labels."""
    settings = settings_in(tmp_path)
    engine = open_database(settings.database_url)
    migrate(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO law_version (id, version, loaded_at) VALUES (1, 'v', '2026-01-01')"
        )
        connection.exec_driver_sql(
            "INSERT INTO record_change (record, at, version) VALUES ('rule/x', '2026-01-01T00:00:00', 'v')"
        )
    people_tables(tmp_path / "conversations.db")
    add_sources(metrics, settings, "assistant", "haq-0.tar.gz")
    metrics.add_source(gauges.ready_source(Readiness("assistant", {"rules": lambda: None})))
    for name, (_, labels) in COUNTS.items():
        metrics.counted(name, tuple("x" for _ in labels), 1)
    found: dict[str, set[str]] = {}
    for series in samples(metrics.text()):
        name, _, labels = series.partition("{")
        found.setdefault(name, set()).update(re.findall(r"([a-z_]+)=\"", labels))
    return found


def test_every_number_is_described_once(told: dict[str, set[str]], metrics: Metrics) -> None:
    described = re.findall(r"^# HELP (\S+) (.+)$", metrics.text(), re.MULTILINE)
    assert len({name for name, _ in described}) == len(described) >= len(told) / 4
    assert all(text.endswith(".") for _, text in described)


def people_tables(file: Path) -> None:
    sqlite3.connect(file).executescript(
        "CREATE TABLE channel_inbox (state, came_at); CREATE TABLE channel_outbox (state, made_at);"
        "CREATE TABLE handoff (state, opened_at); INSERT INTO channel_inbox VALUES ('new', 1.0);"
    )


def dashboard() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / "grafana-dashboard.json").read_text())
    return found


def alerts() -> list[dict[str, Any]]:
    content = yaml.safe_load((FOLDER / "alerts.yml").read_text())
    return [rule for group in content["groups"] for rule in group["rules"]]


def expressions() -> Iterator[tuple[str, str]]:
    for panel in dashboard()["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]
    for rule in alerts():
        yield rule["alert"], rule["expr"]


def test_every_query_asks_for_what_the_code_tells(told: dict[str, set[str]]) -> None:
    asked = set()
    for title, expression in expressions():
        assert _NAME.search(expression) or "up{" in expression, title
        for name, selector in _SELECTOR.findall(expression):
            labels = {label for label, _ in _LABEL.findall(selector)}
            assert name == "up" or name in told, (title, name)
            assert labels <= told.get(name, set()) | BY_PROMETHEUS, (title, name, labels)
            asked.add(name)
        have = set().union(*(told.get(name, set()) for name, _ in _SELECTOR.findall(expression)))
        for by in _BY.findall(expression):
            assert {each.strip() for each in by.split(",")} <= have | BY_PROMETHEUS, (title, by)
    unseen = {name for name in told if name.removesuffix("_bucket") not in asked} - asked
    assert {name for name in unseen if not re.search(r"_(sum|count|bucket)$", name)} == set(), (
        "told to nobody"
    )


def test_every_value_that_a_query_names_exists(told: dict[str, set[str]]) -> None:
    known = {
        "stage": {"answer"}, "queue": {"inbox", "outbox", "dead", "desk"}, "status": {"401"},
        "job": {"haq", "$job"},
    }  # fmt: skip
    for title, expression in expressions():
        for _, selector in _SELECTOR.findall(expression):
            for label, value in _LABEL.findall(selector):
                assert set(value.split("|")) <= known[label], (title, label, value)


def test_legends_name_labels_that_are_there(told: dict[str, set[str]]) -> None:
    for panel in dashboard()["panels"]:
        for target in panel["targets"]:
            kept = {each.strip() for by in _BY.findall(target["expr"]) for each in by.split(",")}
            have = kept or set().union(*(told[name] for name in _NAME.findall(target["expr"])))
            assert set(_LEGEND.findall(target["legendFormat"])) <= have, panel["title"]


def test_the_panels_lie_beside_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in dashboard()["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken and max(x for x, _ in cells) < 24, panel["title"]
        taken |= cells
    identifiers = [panel["id"] for panel in dashboard()["panels"]]
    assert len(identifiers) == len(set(identifiers))


def test_every_alert_says_what_to_do() -> None:
    for rule in alerts():
        assert rule["labels"]["severity"] in ("page", "warning", "info"), rule["alert"]
        assert rule["annotations"]["summary"] and rule["annotations"]["do"], rule["alert"]


@pytest.fixture(scope="session")
def promtool() -> str:
    """Prometheus's own tool, of Debian's package."""
    if shutil.which("promtool") is None and os.geteuid() == 0 and shutil.which("apt-get"):
        command = ["apt-get", "install", "-y", "--no-install-recommends", "prometheus"]
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
        subprocess.run(command, check=False, capture_output=True, timeout=300, env=environment)
    found = shutil.which("promtool")
    if found is None:
        pytest.skip("promtool is not installed (Debian: prometheus)")
    return found


@pytest.mark.thorough
def test_promtool_finds_no_fault(promtool: str) -> None:
    for kind, file in (("rules", "alerts.yml"), ("config", "prometheus.yml")):
        done = subprocess.run(
            [promtool, "check", kind, file], cwd=FOLDER, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.thorough
def test_alerts_ring_when_they_should_and_only_then(promtool: str, tmp_path: Path) -> None:
    shutil.copy(FOLDER / "alerts.yml", tmp_path)
    cases = Path(__file__).with_name("alert_cases.yml")
    shutil.copy(cases, tmp_path)
    done = subprocess.run(
        [promtool, "test", "rules", cases.name], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.thorough
def test_promtool_takes_every_query_of_the_dashboard(promtool: str, tmp_path: Path) -> None:
    rules = [
        {"record": f"x:{number}", "expr": expression.replace("$__rate_interval", "5m")}
        for number, (_, expression) in enumerate(expressions())
    ]
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "x", "rules": rules}]}))
    done = subprocess.run(
        [promtool, "check", "rules", "rules.yml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.thorough
def test_prometheus_itself_can_read_the_numbers(
    promtool: str, told: dict[str, set[str]], metrics: Metrics
) -> None:
    done = subprocess.run(
        [promtool, "check", "metrics"], input=metrics.text(), capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 3), done.stderr  # 3: matters of style
    assert "error while linting" not in done.stderr
