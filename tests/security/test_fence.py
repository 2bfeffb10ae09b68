"""The fence around the pinned web server: requests that two readers could read in two ways, sizes, times."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings import ROOT
from bot.supervisor.fence import MOST_BYTES, ambiguity
from tests.end_to_end.driver import free_port

HEAD = b"POST /echo HTTP/1.1\r\nHost: a\r\n"
# What was sent as one request with a second one hidden behind it: (head after the first lines, body).
SMUGGLED = {
    "both lengths": (b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", b"0\r\n\r\n"),
    "two lengths": (b"Content-Length: 0\r\nContent-Length: 40\r\n\r\n", b""),
    "two codings": (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n", b"0\r\n\r\n"),
    "another coding": (b"Transfer-Encoding: xchunked\r\n\r\n", b"0\r\n\r\n"),
    "capital coding": (b"Content-Length: 0\r\nTransfer-Encoding: Chunked\r\n\r\n", b""),
    "a signed length": (b"Content-Length: +5\r\n\r\n", b"hello"),
    "an underscore": (b"Content-Length: 0_5\r\n\r\n", b"hello"),
    "a space before the colon": (b"Content-Length : 5\r\n\r\n", b"hello"),
    "a folded line": (b"X-A: b\r\n Content-Length: 5\r\n\r\n", b"hello"),
    "two hosts": (b"Host: b\r\nContent-Length: 0\r\n\r\n", b""),
    "a bare line feed": (b"X-A: b\nContent-Length: 5\r\n\r\n", b"hello"),
    "a null": (b"X-A: b\x00\r\nContent-Length: 0\r\n\r\n", b""),
}
HIDDEN = b"GET /broken HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    number = free_port()
    command = [sys.executable, "-m", "tests.security.small_server", str(number)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        until = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", number), 1).close()
                break
            except OSError:
                assert time.monotonic() < until and server.poll() is None
                time.sleep(0.05)
        yield number
        server.kill()


def ask(port: int, *parts: bytes, pause: float = 0.0) -> bytes:
    """Sends bytes, and reads until the server hangs up."""
    said = b""
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        try:
            for part in parts:
                connection.sendall(part)
                time.sleep(pause)
            while more := connection.recv(65536):
                said += more
        except ConnectionError:
            pass
    return said


@pytest.mark.slow
@pytest.mark.parametrize("how", sorted(SMUGGLED))
def test_nothing_is_smuggled(port: int, how: str) -> None:
    """It is refused, once, and what stands behind it is never read."""
    head, body = SMUGGLED[how]
    said = ask(port, HEAD + head + body + HIDDEN)
    assert said.startswith(b"HTTP/1.1 400 "), said
    assert said.count(b"HTTP/1.1 ") == 1 and b"connection: close" in said.lower()


@pytest.mark.slow
def test_parts_are_read_and_nothing_after_them(port: int) -> None:
    """A body in parts is taken whole; a trailer, or a request behind it, is not."""
    parts = b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n"
    for trailer in (b"\r\n", b"X-Trailer: x\r\n\r\n", b"GET /broken HTTP/1.1\r\nHost: a\r\n\r\n"):
        said = ask(port, HEAD + parts + trailer + HIDDEN)
        assert said.count(b"HTTP/1.1 ") == 1 and said.endswith(b"5 bytes"), said


@pytest.mark.slow
def test_ordinary_requests_share_a_connection(port: int) -> None:
    one = HEAD + b"Content-Length: 5\r\n\r\nhello"
    said = ask(port, one + one)
    assert said.count(b"HTTP/1.1 200") == 2 and said.count(b"5 bytes") == 2
    assert said.lower().count(b"x-content-type-options: nosniff") == 2


@pytest.mark.slow
def test_sizes(port: int) -> None:
    """Too long a body is refused by what it says, in parts by what comes; so is too long a head."""
    assert ask(port, HEAD + b"Content-Length: %d\r\n\r\n" % (MOST_BYTES + 1)).startswith(b"HTTP/1.1 413")
    part = b"%x\r\n" % 60_000 + b"x" * 60_000 + b"\r\n"
    assert b"413" in ask(port, HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *[part] * 18)[:20]
    assert ask(port, HEAD + b"X-A: " + b"x" * 20_000 + b"\r\n\r\n").startswith(b"HTTP/1.1 413")


@pytest.mark.slow
@pytest.mark.parametrize("head", [HEAD, HEAD + b"Content-Length: 100\r\n\r\n"], ids=["head", "body"])
def test_who_drips_is_hung_up_on(port: int, head: bytes) -> None:
    """A letter now and then does not keep a connection: the time runs from the first."""
    began = time.monotonic()
    ask(port, head, *[b"x"] * 12, pause=0.4)
    assert time.monotonic() - began < 4.4  # twelve letters would take 4.8 seconds, and then a second more


@pytest.mark.slow
def test_errors_say_their_kind(port: int) -> None:
    """No trace, no words of the error, no name or version of the engine."""
    for path, status in (("/broken", b"500"), ("/nothing<script>", b"404"), ("/", b"404"), ("/echo", b"405")):
        said = ask(port, f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
        assert said.startswith(b"HTTP/1.1 " + status)
        for word in (b"5555", b"Traceback", b"script", b"anic", b"asa", b".py"):
            assert word not in said


def test_what_browsers_and_platforms_send_is_plain() -> None:
    for more in (
        b"",
        b"Content-Length: 5",
        b"Transfer-Encoding: chunked",
        b"X-A:\tb \xc3\xa9",
        b"Accept: */*",
    ):
        assert ambiguity((HEAD + more).removesuffix(b"\r\n")) is None


@given(st.binary(max_size=300))
def test_any_head_is_judged(head: bytes) -> None:
    assert ambiguity(head) is None or len(ambiguity(head) or "") > 10
