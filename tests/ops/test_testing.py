"""`haq test`: what it runs, in which order, and what it makes of the outcomes."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest

from bot import cli
from bot.commands import test as module
from bot.settings import ROOT


class Runs:
    """Takes the place of running programs."""

    def __init__(self) -> None:
        self.commands: list[list[str]] = []
        self.failing: set[str] = set()
        self.missing: set[str] = set()
        self.trained: list[bool] = []

    def run(self, arguments: list[str], cwd: Path | None = None) -> int:
        self.commands.append(arguments)
        return 1 if self.failing & {Path(part).name for part in arguments} else 0

    def environment(self, name: str, folder: str, python: str) -> Path:
        if name in self.missing:
            raise module.NoEnvironment("there is no network")
        return Path("/environments") / name

    @property
    def names(self) -> list[str]:
        return [Path(command[0]).name for command in self.commands]


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Runs:
    found = Runs()
    monkeypatch.setattr(module, "_run", found.run)
    monkeypatch.setattr(module, "_environment", found.environment)
    monkeypatch.setattr(module, "_training", lambda: nullcontext(found.trained.append(True)))
    monkeypatch.delenv("CI", raising=False)
    return found


def test_linters_come_first_and_pytest_has_the_last_word(
    runs: Runs, capfd: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["test"]) == 0
    assert runs.names[:3] == ["ruff", "mypy", "shellcheck"] and runs.commands[3][-1] == "audit"
    assert runs.commands[-1][1:] == ["-m", "pytest", *module.ON_EVERY_CORE, "-m", "not slow"]
    assert len(runs.commands) == 5 and not runs.trained
    assert capfd.readouterr().out.splitlines()[-1] == "== pytest"


def test_slow_adds_the_other_python_and_the_slow_tests(runs: Runs) -> None:
    assert cli.run(["test", "--slow"]) == 0 and runs.trained
    assert runs.commands[4][0] == "/environments/core/python"
    assert "tests/rules" in runs.commands[4]
    assert runs.commands[-3][-2:] == ["-m", "not slow"]
    assert runs.commands[-2][-len(module.SIDE_BY_SIDE) :] == list(module.SIDE_BY_SIDE)
    assert runs.commands[-1][3:] == ["-m", "slow and not thorough", *module.WITH_ASSISTANT]


def test_no_slow_test_is_left_out() -> None:
    slow = {path for path in (ROOT / "tests").rglob("test_*.py") if "mark.slow" in path.read_text()}
    run = [ROOT / name for name in (*module.CORE_TESTS, *module.SIDE_BY_SIDE, *module.WITH_ASSISTANT)]
    assert slow and not {path for path in slow if not any(path.is_relative_to(each) for each in run)}


def test_with_arguments_pytest_alone_runs_with_them(runs: Runs) -> None:
    assert cli.run(["test", "tests/ops", "-k", "one or two", "-x"]) == 0
    assert [command[1:] for command in runs.commands] == [
        ["-m", "pytest", "-m", "not slow", "tests/ops", "-k", "one or two", "-x"]
    ]


@pytest.mark.parametrize("failing", ["ruff", "mypy", "shellcheck", "audit"])
def test_a_linter_that_complains_fails_it_and_is_named_last(
    runs: Runs, failing: str, capfd: pytest.CaptureFixture[str]
) -> None:
    runs.failing = {failing}
    assert cli.run(["test"]) == 1
    assert len(runs.commands) == 5
    assert capfd.readouterr().out.splitlines()[-1] == f"failed: {failing} (see above)"


def test_failing_tests_fail_it(runs: Runs) -> None:
    runs.failing = {"pytest"}
    assert cli.run(["test"]) == 1


@pytest.mark.parametrize(("name", "arguments"), [("lint", ["test"]), ("core", ["test", "--slow"])])
def test_a_missing_environment_is_told_loudly_and_fails_in_ci_only(
    runs: Runs,
    name: str,
    arguments: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    runs.missing = {name}
    assert cli.run(arguments) == 0
    assert "== SKIPPED" in capfd.readouterr().out
    monkeypatch.setenv("CI", "true")
    assert cli.run(arguments) == 1
    assert "== CANNOT RUN" in capfd.readouterr().out


def test_the_other_python_is_a_working_one() -> None:
    found = module._python_for(module.CORE_PYTHON)
    assert found == module.CORE_PYTHON or Path(found).is_file()
    assert module._python_for("2.99") == "2.99"
