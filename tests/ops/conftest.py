"""A stand-in for the assistant, on a machine whose proxy answers nobody."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest


class Assistant(HTTPServer):
    """Answers every message with what is set; remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.status = 200
        self.answer: Any = []
        self.waiting: list[dict[str, Any]] = []


class Handler(BaseHTTPRequestHandler):
    """Answers /health and messages."""

    server: Assistant

    def log_message(self, *_: Any) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        """/health, and what was written meanwhile."""
        if self.path.startswith("/webhooks/rest/messages?sender="):
            self._say(200, self.server.waiting)
            self.server.waiting = []
            return
        self._say(200, {"status": "ok", "service": "assistant"})

    def do_POST(self) -> None:
        """A message."""
        self.server.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.server.keys.append(self.headers.get("Authorization"))
        self._say(self.server.status, self.server.answer)

    def _say(self, status: int, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def assistant(monkeypatch: pytest.MonkeyPatch) -> Iterator[Assistant]:
    server = Assistant()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("HAQ_ASSISTANT_PORT", str(server.server_port))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
