"""`haq run` needs no rights: it runs as a user who owns nothing but its own folder."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.settings import ROOT
from tests.end_to_end.driver import HTTP, START_SECONDS, free_port

NOBODY = 65534


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.skipif(os.getuid() != 0 or shutil.which("setpriv") is None, reason="only root can become nobody")
def test_it_runs_as_nobody(tmp_path: Path) -> None:
    """With a checkout that it cannot write, no capabilities, and no way to gain any."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder != Path("/") and folder.stat().st_mode & 0o005 != 0o005:
            folder.chmod(folder.stat().st_mode | 0o055)
    home = tmp_path / "home"
    home.mkdir()
    shutil.copytree(ROOT / "models", home / "models")
    for path in (home, *home.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    ports = {f"HAQ_{name}_PORT": str(free_port()) for name in ("ASSISTANT", "ACTIONS", "DESK")}
    environment = {**os.environ, **ports, "HOME": str(home), "HAQ_STATE_DIR": str(home)}
    environment.pop("HAQ_VAR_DIR", None)
    rights = [
        "--reuid",
        str(NOBODY),
        "--regid",
        str(NOBODY),
        "--clear-groups",
        "--no-new-privs",
        "--inh-caps=-all",
    ]
    command = ["setpriv", *rights, "--bounding-set=-all", sys.executable, "-m", "bot.cli", "run"]
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
        assert made and {path.stat().st_uid for path in made} == {NOBODY}
        assert not [path for path in made if path.stat().st_mode & 0o077]
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) in (0, 130)
