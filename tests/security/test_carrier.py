"""Requests to the platforms: no redirects, no cookies, nothing unpacked, a longest response."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from bot.channels.carrier import HttpCarrier
from bot.channels.platform import Call, Outcome

Seen = list[dict[str, Any]]


class Platform:
    """Notes what a response was read as."""

    name, per_second, per_person = "test", 100.0, 100.0

    def __init__(self) -> None:
        self.read: list[tuple[int, bytes]] = []

    def outcome(self, status: int, _headers: dict[str, str], body: bytes) -> Outcome:
        """As a platform's."""
        self.read.append((status, body))
        return Outcome("sent")


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, Seen]]:
    """A server that redirects, sets cookies, packs, and never stops; and the requests that it saw."""
    seen: Seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append({"path": self.path, **{name.lower(): value for name, value in self.headers.items()}})
            self.rfile.read(int(self.headers.get("content-length", 0)))
            packed = gzip.compress(b"x" * 10_000_000)
            self.send_response(302 if self.path == "/moved" else 200)
            self.send_header("Set-Cookie", "a=b; Path=/")
            if self.path == "/moved":
                self.send_header("Location", "/other")
            if self.path == "/packed":
                self.send_header("Content-Encoding", "gzip")
            body = packed if self.path == "/packed" else b"y" * (2_000_000 if self.path == "/long" else 2)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    server.server_close()


async def test_what_a_server_may_do_to_us(elsewhere: tuple[str, Seen]) -> None:
    url, seen = elsewhere
    platform = Platform()
    carrier = HttpCarrier(platform)  # type: ignore[arg-type]
    for path in ("/moved", "/packed", "/long", "/again"):
        await carrier.make(Call(url + path, {"Authorization": "Bearer secret"}, json={}))
    await carrier.close()
    assert [each["path"] for each in seen] == ["/moved", "/packed", "/long", "/again"]  # nothing was followed
    assert not any("cookie" in each for each in seen)
    assert all(each["accept-encoding"] == "identity" for each in seen), json.dumps(seen)
    statuses, bodies = zip(*platform.read, strict=True)
    assert statuses == (302, 200, 200, 200)
    assert len(bodies[1]) < 20_000 and len(bodies[2]) == 256 * 1024 and bodies[3] == b"yy"
