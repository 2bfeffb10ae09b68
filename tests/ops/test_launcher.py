"""The launcher, in a small checkout with a stand-in for uv; nothing is downloaded."""

from __future__ import annotations

import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.settings import ROOT

TOOLS = ["sh", "cat", "cksum", "mkdir", "rm", "mv", "dirname", "readlink", "tr", "sleep", "env", "ln"]
TOOLS += ["touch", "flock"]
SHELLS = [name for name in ("sh", "dash", "bash", "busybox") if shutil.which(name)]

UV = """#!/bin/sh
case $1 in --version) echo "uv ${FAKE_UV_VERSION:-0.13.9}"; exit 0;; esac
echo "$*" >>"$FAKE_UV_CALLS"
fail() { printf 'error: %s\\n' "$@" >&2; exit 2; }
bin=$UV_PROJECT_ENVIRONMENT/bin
case ${FAKE_UV:-ok} in
    network) fail "Request failed after 3 retries" "error sending request for url (https://x)";;
    disk) mkdir -p "$bin"; fail "failed to copy: No space left on device (os error 28)";;
    access) fail "failed to create directory: Permission denied (os error 13)";;
    hash) fail "Hash mismatch for click==8.1.8";;
    python) fail "No interpreter found for Python 3.10 in managed installations or search path";;
    odd) fail "something nobody thought of";;
    hang) mkdir -p "$bin"; touch "$UV_PROJECT_ENVIRONMENT/half"; sleep 60;;
    slow) sleep 1;;
esac
echo "Installed 3 packages in 2ms" >&2
mkdir -p "$bin"
rm -f "$bin/python"
ln -s "$REAL_PYTHON" "$bin/python"
"""

CLI = """
import json, os, sys
def main():
    said = {"arguments": sys.argv[1:], "cwd": os.getcwd(), "first": sys.path[0]}
    said["environment"] = {k: v for k, v in os.environ.items() if k.startswith(("HAQ_", "PYTHON"))}
    print(json.dumps(said))
    sys.exit(5 if "fail" in sys.argv else 0)
"""


@dataclass
class Checkout:
    """A checkout with the launcher, and what surrounds it."""

    root: Path
    path: Path
    """A folder with the tools of a small system; nothing else is on PATH."""
    calls: Path
    environment: dict[str, str]
    shell: str = "sh"

    def command(self, *arguments: str) -> list[str]:
        launcher = str(self.root / "haq")
        shell = ["busybox", "sh"] if self.shell == "busybox" else [self.shell]
        return [str(shutil.which(shell[0])), *shell[1:], launcher, *arguments]

    def run(
        self, *arguments: str, cwd: Path | None = None, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments),
            env={**self.environment, **variables},
            cwd=cwd or self.root,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*arguments),
            env={**self.environment, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    @property
    def syncs(self) -> int:
        return len(self.calls.read_text(encoding="utf-8").splitlines()) if self.calls.exists() else 0


def without_tools(checkout: Checkout, *names: str) -> None:
    for name in names:
        (checkout.path / name).unlink(missing_ok=True)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    root = tmp_path / "a clone with spaces, ünïcode & $signs"
    (root / "bot").mkdir(parents=True)
    (root / "tools" / "uv").mkdir(parents=True)
    shutil.copy(ROOT / "haq", root / "haq")
    shutil.copy(ROOT / "tools" / "uv" / "requirements.txt", root / "tools" / "uv")
    (root / "uv.lock").write_text("version = 1\n", encoding="utf-8")
    (root / "pyproject.toml").write_text("[project]\n", encoding="utf-8")
    (root / "bot" / "__init__.py").touch()
    (root / "bot" / "cli.py").write_text(CLI, encoding="utf-8")
    path = tmp_path / "tools on the path"
    path.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        if found:
            (path / tool).symlink_to(found)
    (path / "uv").write_text(UV, encoding="utf-8")
    (path / "uv").chmod(0o755)
    home = tmp_path / "home"
    home.mkdir()
    python = str(Path(sys.executable).resolve())
    calls = tmp_path / "calls"
    environment = {
        "PATH": str(path),
        "HOME": str(home),
        "HAQ_PYTHON": python,
        "REAL_PYTHON": python,
        "FAKE_UV_CALLS": str(calls),
    }
    return Checkout(root, path, calls, environment)


def said(done: subprocess.CompletedProcess[str]) -> dict[str, object]:
    assert done.returncode in (0, 5), done.stderr
    result: dict[str, object] = json.loads(done.stdout)
    return result


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    return done.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize("shell", SHELLS)
def test_the_first_start_installs_and_runs_the_second_only_runs(
    checkout: Checkout, shell: str, tmp_path: Path
) -> None:
    checkout.shell = shell
    arguments = ["lookup", "--from", "NP", "two words", "*", "", 'it\'s "so"', "a\nb", "-x"]
    first = checkout.run(*arguments, cwd=tmp_path)
    assert said(first)["arguments"] == arguments
    assert said(first)["cwd"] == str(tmp_path)
    assert said(first)["first"] == str(checkout.root)
    assert "haq: installing into" in first.stderr
    assert "haq: Installed 3 packages" in first.stderr
    second = checkout.run(*arguments, cwd=tmp_path)
    assert said(second)["arguments"] == arguments
    assert second.stderr == ""
    assert checkout.syncs == 1


def test_the_exit_code_is_that_of_the_command(checkout: Checkout) -> None:
    assert checkout.run("fail").returncode == 5
    assert checkout.run("fail").returncode == 5


def test_it_installs_again_only_when_the_lock_changed(checkout: Checkout) -> None:
    checkout.run()
    (checkout.root / "pyproject.toml").write_text("[project]\n[tool.ruff]\n", encoding="utf-8")
    (checkout.root / "uv.lock").touch()
    checkout.run()
    assert checkout.syncs == 1
    (checkout.root / "uv.lock").write_text("version = 1\nmore\n", encoding="utf-8")
    assert "up to date" in checkout.run().stderr
    assert checkout.syncs == 2
    assert "--frozen" in checkout.calls.read_text(encoding="utf-8")


def test_an_environment_whose_python_is_gone_is_made_again(checkout: Checkout) -> None:
    checkout.run()
    python = checkout.root / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python3.10")
    assert said(checkout.run("again"))["arguments"] == ["again"]
    assert checkout.syncs == 2


@pytest.mark.parametrize("python", ["/nowhere/python", "/bin/false", "cat", "/"])
def test_a_wrong_haq_python_is_named(checkout: Checkout, python: str) -> None:
    done = checkout.run(HAQ_PYTHON=python)
    assert done.returncode == 3
    assert last_line(done).startswith(f"haq: HAQ_PYTHON ({python}) is not a complete Python 3.10")
    assert checkout.syncs == 0


def test_the_newest_complete_python_of_pyenv_is_taken(checkout: Checkout, tmp_path: Path) -> None:
    for version, body in (
        ("3.10.2", 'echo "$0"'),
        ("3.10.13", 'echo "$0"'),
        ("3.10.14", "exit 1"),
        ("3.11.9", "echo x"),
    ):
        program = tmp_path / "pyenv" / "versions" / version / "bin" / "python3.10"
        program.parent.mkdir(parents=True)
        program.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        program.chmod(0o755)
    (checkout.path / "python3.10").write_text(
        "#!/bin/sh\necho 'pyenv: not found' >&2\nexit 127\n", encoding="utf-8"
    )
    (checkout.path / "python3.10").chmod(0o755)
    said(checkout.run(HAQ_PYTHON="", PYENV_ROOT=str(tmp_path / "pyenv")))
    assert "versions/3.10.13/bin/python3.10" in checkout.calls.read_text(encoding="utf-8")


def test_without_any_python_uv_is_asked_for_one(checkout: Checkout) -> None:
    said(checkout.run(HAQ_PYTHON=""))
    assert "--python 3.10" in checkout.calls.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("trouble", "advice"),
    [
        ("network", "the package registry could not be reached: check the network"),
        ("disk", "the disk is full"),
        ("access", "cannot be written"),
        ("hash", "is not the one that uv.lock names"),
        ("python", "no Python 3.10 was found and none could be downloaded"),
        ("odd", "the environment could not be made (error: something nobody thought of)"),
    ],
)
@pytest.mark.parametrize("shell", SHELLS)
def test_each_trouble_ends_in_one_line_of_advice(
    checkout: Checkout, trouble: str, advice: str, shell: str
) -> None:
    checkout.shell = shell
    done = checkout.run(FAKE_UV=trouble)
    assert done.returncode == 3
    assert done.stdout == ""
    assert last_line(done).startswith("haq: ")
    assert advice in last_line(done)
    assert len(done.stderr.strip().splitlines()) == 2  # what it was doing, and what to do
    assert said(checkout.run("again"))["arguments"] == ["again"]


def test_an_installation_that_stopped_half_way_is_made_anew(checkout: Checkout) -> None:
    half = checkout.root / ".venv" / "half"
    process = checkout.start(FAKE_UV="hang")
    while not half.exists():
        time.sleep(0.02)
    time.sleep(0.3)  # let the stand-in come to its `sleep`
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=10)
    assert process.returncode == 130
    assert (
        errors.strip().splitlines()[-1] == "haq: stopped; start again to go on: what was downloaded is kept."
    )
    done = checkout.run("again")
    assert said(done)["arguments"] == ["again"]
    assert "did not finish" in done.stderr
    assert not half.exists()


@pytest.mark.parametrize("flock", [True, False])
def test_two_first_starts_install_once(checkout: Checkout, flock: bool) -> None:
    if not flock:
        without_tools(checkout, "flock")
    processes = [checkout.start(str(number), FAKE_UV="slow") for number in range(4)]
    outcomes = [process.communicate(timeout=30) for process in processes]
    assert [process.returncode for process in processes] == [0] * 4
    assert checkout.syncs == 1
    assert sum("another start is installing" in errors for _, errors in outcomes) == 3


def test_a_lock_left_by_a_killed_start_does_not_block(checkout: Checkout) -> None:
    without_tools(checkout, "flock")
    gone = subprocess.Popen(["true"])
    gone.wait()
    lock = checkout.root / ".haq" / "lock.d"
    lock.mkdir(parents=True)
    (lock / "pid").write_text(f"{gone.pid}\n", encoding="utf-8")
    assert said(checkout.run("on"))["arguments"] == ["on"]
    assert not lock.exists()


def test_neither_uv_nor_pip(checkout: Checkout, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(bare)], check=True)
    without_tools(checkout, "uv")
    done = checkout.run(HAQ_PYTHON=str(bare / "bin" / "python"))
    assert done.returncode == 3
    assert "install uv" in last_line(done)


def test_an_old_uv_is_passed_over(checkout: Checkout, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(bare)], check=True)
    done = checkout.run(HAQ_PYTHON=str(bare / "bin" / "python"), FAKE_UV_VERSION="0.4.30 (abc 2024-11-04)")
    assert done.returncode == 3
    assert checkout.syncs == 0


def test_nothing_at_all_to_install_with(checkout: Checkout) -> None:
    without_tools(checkout, "uv")
    done = checkout.run(HAQ_PYTHON="")
    assert done.returncode == 3
    assert "no Python 3.10 was found" in last_line(done)


def test_it_works_through_a_link_and_from_any_folder(checkout: Checkout, tmp_path: Path) -> None:
    checkout.run()
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "haq").symlink_to("haq-link")
    (folder / "haq-link").symlink_to(checkout.root / "haq")
    environment = {**checkout.environment, "CDPATH": str(tmp_path)}
    done = subprocess.run(
        [str(folder / "haq"), "x"], env=environment, cwd="/", capture_output=True, text=True, check=True
    )
    assert said(done)["first"] == str(checkout.root)
    done = subprocess.run(
        ["./haq", "x"], env=environment, cwd=checkout.root, capture_output=True, text=True, check=True
    )
    assert said(done)["first"] == str(checkout.root)


def test_the_callers_folder_and_python_settings_do_not_interfere(checkout: Checkout, tmp_path: Path) -> None:
    odd = tmp_path / "odd"
    (odd / "bot").mkdir(parents=True)
    (odd / "json.py").write_text("raise SystemExit('the wrong json')", encoding="utf-8")
    (odd / "bot" / "cli.py").write_text("raise SystemExit('the wrong bot')", encoding="utf-8")
    variables = {"PYTHONPATH": str(odd), "PYTHONHOME": "/nowhere", "PYTHONDONTWRITEBYTECODE": "1"}
    for _ in range(2):
        environment = said(checkout.run("x", cwd=odd, **variables))["environment"]
        assert isinstance(environment, dict)
        assert not set(environment) & set(variables)


def test_a_folder_for_everything_that_is_made(checkout: Checkout, tmp_path: Path) -> None:
    state = tmp_path / "state of things"
    for _ in range(2):
        environment = said(checkout.run(HAQ_STATE_DIR=str(state)))["environment"]
        assert isinstance(environment, dict)
        assert environment["HAQ_STATE_DIR"] == str(state)
    assert (state / "venv" / "bin" / "python").exists()
    assert not (checkout.root / ".venv").exists()
    assert checkout.syncs == 1


def read_only(checkout: Checkout, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs with the checkout mounted read-only, for root cannot be refused otherwise."""
    script = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && cd "$0" && exec ./haq "$@"'
    unshare = [
        "unshare",
        "--mount",
        "--map-root-user",
        "/bin/sh",
        "-c",
        script,
        str(checkout.root),
        *arguments,
    ]
    path = f"{checkout.path}:{os.environ['PATH']}"
    environment = {**checkout.environment, "PATH": path, **variables}
    return subprocess.run(unshare, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def can_mount(tmp_path: Path) -> None:
    probe = ["unshare", "--mount", "--map-root-user", "mount", "--bind", str(tmp_path), str(tmp_path)]
    if not shutil.which("unshare") or subprocess.run(probe, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting is not allowed here")


@pytest.mark.usefixtures("can_mount")
def test_a_read_only_checkout_is_installed_in_the_cache(checkout: Checkout, tmp_path: Path) -> None:
    for _ in range(2):
        environment = said(read_only(checkout, "x"))["environment"]
        assert isinstance(environment, dict)
        state = Path(environment["HAQ_STATE_DIR"])
        assert state.parent == tmp_path / "home" / ".cache" / "haq"
        assert environment["PYTHONPYCACHEPREFIX"] == str(state / "pycache")
    assert checkout.syncs == 1
    elsewhere = said(read_only(checkout, "x", XDG_CACHE_HOME=str(tmp_path / "xdg")))["environment"]
    assert isinstance(elsewhere, dict)
    assert elsewhere["HAQ_STATE_DIR"] == str(tmp_path / "xdg" / "haq" / state.name)


@pytest.mark.usefixtures("can_mount")
def test_a_checkout_made_read_only_after_it_was_set_up_is_used_as_it_is(checkout: Checkout) -> None:
    checkout.run()
    done = read_only(checkout, "x")
    assert said(done)["arguments"] == ["x"]
    assert done.stderr == ""
    assert checkout.syncs == 1


@pytest.mark.usefixtures("can_mount")
def test_a_read_only_checkout_without_a_home(checkout: Checkout) -> None:
    done = read_only(checkout, HOME="")
    assert done.returncode == 3
    assert "set HAQ_STATE_DIR" in last_line(done)


@pytest.mark.usefixtures("can_mount")
def test_a_cache_that_cannot_be_written_either(checkout: Checkout) -> None:
    done = read_only(checkout, XDG_CACHE_HOME=str(checkout.root / "cache"))
    assert done.returncode == 3
    assert len(done.stderr.strip().splitlines()) == 1
    assert "HAQ_STATE_DIR" in last_line(done)


def test_a_second_start_adds_less_than_three_tenths_of_a_second(checkout: Checkout) -> None:
    checkout.run()
    times = []
    for _ in range(7):
        began = time.monotonic()
        checkout.run("x")
        times.append(time.monotonic() - began)
    assert statistics.median(times) < 0.3  # the interpreter's own start included


def test_its_pinned_installer_is_the_one_with_hashes() -> None:
    launcher = (ROOT / "haq").read_text(encoding="utf-8")
    requirements = (ROOT / "tools" / "uv" / "requirements.txt").read_text(encoding="utf-8")
    version = launcher.partition("UV_VERSION=")[2].splitlines()[0]
    assert f"uv=={version} \\" in requirements
    assert "--hash=sha256:" in requirements
