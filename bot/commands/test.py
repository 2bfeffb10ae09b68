"""`haq test`: linters, type checker and tests, each in the environment it needs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import click

from bot.settings import ROOT, load_settings

CORE_PYTHON = "3.13"
CORE_TESTS = ("tests/rules", "tests/language", "tests/answers", "tests/letters", "tests/conversation")
# Their slow tests (every rule in every language, random walks) run on the current Python alone,
# where they take half the time; the fast ones marked `both` run on either.
ON_EVERY_CORE = ("-n", "auto", "--dist", "worksteal")
# What has a small server of its own is tested side by side; the assistant takes both cores, and is alone.
SIDE_BY_SIDE = (
    "tests/desk", "tests/people", "tests/privacy", "tests/security", "tests/observability", "tests/scale",
    "tests/deploy", "tests/front", "tests/speed", "tests/rules/test_postgresql.py",
)  # fmt: skip
WITH_ASSISTANT = ("tests/end_to_end", "tests/channels", "tests/ops")
CHECKED = ("bot", "actions", "tests")


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--slow", is_flag=True, help="All that CI runs: end-to-end tests, and another Python.")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(slow: bool, arguments: tuple[str, ...]) -> int:
    """Run the tests; ARGUMENTS are pytest's.

    Without arguments ruff, mypy, shellcheck and `haq audit` run first. --slow adds the tests with real
    servers, and those of rules, language and answers on Python 3.13 with SQLAlchemy 2.
    """
    failed = [] if arguments else _lint()
    with _training() if slow and not arguments else nullcontext():
        if slow and not arguments and not _core():
            failed.append(f"tests on Python {CORE_PYTHON}")
        code = _pytest(slow, list(arguments))
    if failed:  # otherwise pytest's closing line is the last
        click.echo(f"failed: {', '.join(failed)} (see above)")
        return code or 1
    return code


def _pytest(slow: bool, arguments: list[str]) -> int:
    """Runs the tests: the fast ones on every core, file by file; those with real servers one by one."""
    if arguments:
        return _run([sys.executable, "-m", "pytest", *([] if slow else ["-m", "not slow"]), *arguments])
    _heading("pytest")
    code = _run([sys.executable, "-m", "pytest", *ON_EVERY_CORE, "-m", "not slow"])
    if slow:
        which = ["-m", "slow and not thorough"]
        _heading("pytest, slow tests with small servers")
        by_file = ["-n", "auto", "--dist", "loadfile"]
        code = _run([sys.executable, "-m", "pytest", *by_file, *which, *SIDE_BY_SIDE]) or code
        _heading("pytest, slow tests with the assistant")
        code = _run([sys.executable, "-m", "pytest", *which, *WITH_ASSISTANT]) or code
    return code


@contextmanager
def _training() -> Iterator[None]:
    """Trains the model, if it is stale, while tests run that do not need it: it takes minutes of one core.

    What comes of it is the business of the tests that need it: they train, or say what is wrong.
    """
    quietly = [sys.executable, "-m", "bot.cli", "train"]
    training = subprocess.Popen(quietly, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        training.terminate()
        training.wait()


class NoEnvironment(Exception):
    """A second environment could not be made."""


def _lint() -> list[str]:
    """Runs the linters; the names of those that complain."""
    try:
        tools = _environment("lint", ".venv-tools", sys.executable)
    except NoEnvironment as error:
        return _skipped("ruff, mypy, shellcheck", error)
    scripts = [str(ROOT / name) for name in ("haq", ".ci/run", "deploy/make-secrets")]
    checks = {
        "ruff": [str(tools / "ruff"), "check", "--quiet", "--output-format", "concise", *CHECKED],
        "mypy": [str(tools / "mypy"), "--python-executable", sys.executable, "--no-error-summary"],
        "shellcheck": [str(tools / "shellcheck"), *scripts],
        "audit": [sys.executable, "-m", "bot.cli", "audit"],
    }
    failed = []
    for name, check in checks.items():
        _heading(name)
        if _run(check, cwd=ROOT) != 0:
            failed.append(name)
    return failed


def _core() -> bool:
    """Runs the tests of what must outlive Rasa's pins, on a current Python; whether they pass."""
    try:
        scripts = _environment("core", ".venv-core", _python_for(CORE_PYTHON))
    except NoEnvironment as error:
        return not _skipped(f"tests on Python {CORE_PYTHON}", error)
    _heading(f"pytest on Python {CORE_PYTHON} with SQLAlchemy 2")
    tests = [name for name in CORE_TESTS if (ROOT / name).is_dir()]
    quiet = ["-q", "-p", "no:cacheprovider", *ON_EVERY_CORE, "-m", "(slow or both) and not thorough"]
    return _run([str(scripts / "python"), "-m", "pytest", *quiet, *tests], cwd=ROOT) == 0


def _environment(name: str, folder: str, python: str) -> Path:
    """Makes or refreshes an environment from tools/NAME; where its programs are."""
    path = load_settings().state_dir / folder
    variables = {**os.environ, "UV_PROJECT_ENVIRONMENT": str(path), "HAQ_USE_UV": "1"}
    project = str(ROOT / "tools" / name)
    sync = ["sync", "--frozen", "--quiet", "--project", project, "--python", python]
    made = subprocess.run(  # the launcher knows where uv is, and fetches it where there is none
        [str(ROOT / "haq"), *sync], env=variables, cwd=ROOT, stderr=subprocess.PIPE, text=True, check=False
    )
    if made.returncode != 0:
        lines = made.stderr.strip().splitlines()
        raise NoEnvironment(lines[0] if lines else f"uv ended with {made.returncode}")
    return path / "bin"


def _python_for(version: str) -> str:
    """A working Python of that version: on the path, among pyenv's, or for uv to find or download."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    found = sorted(pyenv.glob(f"versions/{version}.*/bin/python"), reverse=True)
    for candidate in (f"python{version}", *map(str, found)):
        try:
            asked = subprocess.run(
                [candidate, "-c", "import sys; print('%d.%d' % sys.version_info[:2], sys.executable)"],
                capture_output=True,
                text=True,
                check=False,
            )
        except OSError:
            continue
        said, _, path = asked.stdout.strip().partition(" ")
        if asked.returncode == 0 and said == version:
            return path
    return version


def _skipped(what: str, why: NoEnvironment) -> list[str]:
    """Says loudly what is skipped; in CI that is a failure."""
    in_ci = os.environ.get("CI", "").lower() in ("1", "true")
    _heading(f"{'CANNOT RUN' if in_ci else 'SKIPPED'}: {what}: {why}")
    return [what] if in_ci else []


def _heading(text: str) -> None:
    click.echo(f"== {text}")


def _run(arguments: list[str], cwd: Path | None = None) -> int:
    return subprocess.run(arguments, cwd=cwd or ROOT, check=False).returncode
