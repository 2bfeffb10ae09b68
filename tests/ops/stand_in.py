"""A stand-in for a service: `python stand_in.py PORT NAME [behaviour ...]` answers /health like real ones.

Behaviours: `dies` (at once, exit code 7), `deaf` (ignores SIGTERM), `mute` (listens, never answers
/health), `waits` (is not ready while the file WAITS_FILE is there), `talks` (writes a line to its log
ten times a second), `child` (starts a process of its own
and writes its id to the file CHILD_FILE).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from bot.supervisor.lifeline import hold_on


class Handler(BaseHTTPRequestHandler):
    """Answers /health."""

    def do_GET(self) -> None:
        """Says who it is, and its process id."""
        if "mute" in sys.argv:
            self.send_error(503)
            return
        ready = "waits" not in sys.argv or not Path(os.environ["WAITS_FILE"]).exists()
        body = json.dumps({"status": "ok", "service": sys.argv[2], "pid": os.getpid()}).encode()
        self.send_response(200 if ready else 503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _talk() -> None:
    while True:
        print("The stand-in goes on.", flush=True)
        time.sleep(0.1)


def main() -> None:
    """Serves until killed."""
    hold_on()
    if "dies" in sys.argv:
        print("The stand-in cannot go on.", flush=True)
        sys.exit(7)
    if "deaf" in sys.argv:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if "child" in sys.argv:
        child = subprocess.Popen(["sleep", "600"])
        Path(os.environ["CHILD_FILE"]).write_text(str(child.pid), encoding="utf-8")
    if "talks" in sys.argv:
        threading.Thread(target=_talk, daemon=True).start()
    HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()


if __name__ == "__main__":
    main()
