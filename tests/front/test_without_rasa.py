"""What outlives Rasa is imported where nothing of Rasa is."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bot.settings import ROOT
from tests.front.source import below
from tests.front.test_edge import WITHOUT_ENGINE

pytestmark = pytest.mark.slow


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.front.without_rasa", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_all_that_outlives_rasa_is_imported_without_it() -> None:
    done = run("tests.front.import_all")
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) == sum(len(below(f"bot.{package}")) for package in WITHOUT_ENGINE) > 150


def test_rasa_is_missing_there_indeed() -> None:
    done = run("bot.channels.conversing")
    assert done.returncode == 1
    assert "rasa.core.agent is missing here" in done.stderr or "rasa is missing here" in done.stderr
