"""`haq run` needs no rights of root."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from bot.settings import ROOT
from tests.end_to_end.driver import HTTP, START_SECONDS, free_port

NOBODY = 65534


def _without_rights(user: int) -> list[str]:
    who = ["--reuid", str(user), "--regid", str(user), "--clear-groups"]
    return ["setpriv", *who, "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"]


def _may_run_python(user: int) -> bool:
    tried = [*_without_rights(user), sys.executable, "-c", "import bot.settings"]
    return subprocess.run(tried, cwd=ROOT, capture_output=True, check=False).returncode == 0


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.skipif(os.getuid() != 0 or shutil.which("setpriv") is None, reason="only root can become nobody")
def test_it_runs_without_rights(tmp_path: Path) -> None:
    """No capabilities and no way to gain any; as nobody, where nobody can run this Python."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_mode & 0o005 != 0o005 and folder.is_relative_to(tempfile.gettempdir()):
            folder.chmod(folder.stat().st_mode | 0o055)
    user = NOBODY if _may_run_python(NOBODY) else os.getuid()  # a Python below /root is for root alone
    home = tmp_path / "home"
    home.mkdir()
    shutil.copytree(ROOT / "models", home / "models")
    for path in (home, *home.rglob("*")):
        os.chown(path, user, user)
    ports = {f"HAQ_{name}_PORT": str(free_port()) for name in ("ASSISTANT", "ACTIONS", "DESK")}
    environment = {**os.environ, **ports, "HOME": str(home), "HAQ_STATE_DIR": str(home)}
    environment.pop("HAQ_VAR_DIR", None)
    command = [*_without_rights(user), sys.executable, "-m", "bot.cli", "run"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        until = time.monotonic() + START_SECONDS
        while b"Assistant " not in (tmp_path / "log").read_bytes():
            said = (tmp_path / "log").read_text(errors="replace")
            assert process.poll() is None and time.monotonic() < until, said
            time.sleep(0.5)
        url = f"http://127.0.0.1:{ports['HAQ_ASSISTANT_PORT']}/webhooks/rest/webhook"
        said = HTTP.post(url, json={"sender": "a", "message": "wages in Qatar"}, timeout=30).json()
        assert "Qatar" in said[0]["text"]
        made = [path for path in (home / "var").rglob("*") if path.is_file()]
        assert made and {path.stat().st_uid for path in made} == {user}
        assert not [path for path in made if path.stat().st_mode & 0o077]
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) in (0, 130)
