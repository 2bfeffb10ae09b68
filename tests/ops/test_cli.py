"""The command shell: lazy, and clear about errors."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys
from collections.abc import Callable

import click
import pytest

from bot import cli
from bot.settings import ROOT, SettingsError

HEAVY = {"rasa", "rasa_sdk", "tensorflow", "sanic", "spacy", "sqlalchemy", "numpy"}


def modules_after(*arguments: str) -> set[str]:
    """The top-level modules that a command line imports."""
    code = (
        "import json, sys, atexit\n"
        "tops = lambda: sorted({name.partition('.')[0] for name in sys.modules})\n"
        "atexit.register(lambda: print('\\n' + json.dumps(tops())))\n"
        "from bot.cli import run\n"
        f"run({list(arguments)!r})\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "arguments", [("--version",), ("--help",), ("run", "--help"), ("chat", "--help"), ("nope",)]
)
def test_nothing_heavy_is_imported_to_say_hello(arguments: tuple[str, ...]) -> None:
    assert not modules_after(*arguments) & HEAVY


def test_lookup_needs_no_engine() -> None:
    engine = {"rasa", "rasa_sdk", "tensorflow", "sanic"}
    assert not modules_after("lookup", "--from", "NP", "--to", "QA", "--sector", "construction") & engine


def test_help_lists_what_exists_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--help"]) == 0
    listed = capsys.readouterr().out.partition("Commands:")[2].split("\n")
    names = [line.split()[0] for line in listed if line.startswith("  ") and line[2] != " "]
    assert names == [name for name in cli.COMMANDS if name in MODULES]
    assert "run" in names


MODULES = {module.name for module in pkgutil.iter_modules([str(ROOT / "bot" / "commands")])}


@pytest.mark.parametrize("name", sorted(MODULES))
def test_every_module_holds_a_command_that_is_listed(name: str) -> None:
    assert name in cli.COMMANDS
    assert isinstance(cli.cli.get_command(click.Context(cli.cli), name), click.Command)


@pytest.mark.parametrize(
    "arguments", [["nope"], ["--nope"], ["run", "--nope"], ["train", "surplus"], ["bench", "nope"]]
)
def test_bad_input_is_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Error:" in captured.err


def rules_error() -> Exception:
    from bot.rules.errors import CaseError

    return CaseError("No such country.")


def unavailable() -> Exception:
    from bot.rules.errors import LawBaseUnavailable

    return LawBaseUnavailable("No database.")


def process_error() -> Exception:
    from bot.supervisor.problems import ProcessError

    return ProcessError("Port taken.")


@pytest.mark.parametrize(
    ("make", "code", "message"),
    [
        (rules_error, 2, "No such country."),
        (unavailable, 1, "No database."),
        (process_error, 1, "Port taken."),
        (lambda: SettingsError("HAQ_X must be y."), 2, "HAQ_X must be y."),
        (
            lambda: OSError(28, "No space left on device", "/var/haq.db"),
            1,
            "No space left on device: /var/haq.db",
        ),
        (KeyboardInterrupt, 130, "Stopped."),
        (lambda: click.UsageError("Odd."), 2, "Odd."),
        (lambda: cli.Failure("It failed."), 1, "It failed."),
    ],
)
def test_known_errors_are_one_message(
    make: Callable[[], BaseException],
    code: int,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail() -> None:
        raise make()

    monkeypatch.setattr(cli.LazyGroup, "get_command", lambda *_: click.Command("x", callback=fail))
    assert cli.run(["x"]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.strip().endswith(message)
    assert "Traceback" not in captured.err


def test_a_bug_keeps_its_stack_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(cli.LazyGroup, "get_command", lambda *_: click.Command("x", callback=fail))
    with pytest.raises(ZeroDivisionError):
        cli.run(["x"])


def test_exit_codes_of_commands_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli.LazyGroup, "get_command", lambda *_: click.Command("x", callback=lambda: 7))
    assert cli.run(["x"]) == 7
