"""The line between Haq and a server, whole, slow and cut."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from bot.benchmarks.faults_proxy import Proxy


@pytest.fixture
def echo() -> Iterator[int]:
    """A server that says what it hears."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    line, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=repeat, args=(line,), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


def repeat(line: socket.socket) -> None:
    with line:
        while data := line.recv(100):
            line.sendall(data)


def test_whole_slow_cut_and_whole_again(echo: int) -> None:
    proxy = Proxy(echo).start()
    try:
        with socket.create_connection(("127.0.0.1", proxy.port), 5) as line:
            line.sendall(b"one")
            assert line.recv(10) == b"one"
            proxy.become("slow")
            began = time.monotonic()
            line.sendall(b"two")
            assert line.recv(10) == b"two"
            assert time.monotonic() - began >= 0.04
            proxy.become("cut")
            line.settimeout(0.3)
            line.sendall(b"three")
            with pytest.raises(TimeoutError):
                line.recv(10)
            proxy.become("whole")
            line.settimeout(5)
            with suppress(ConnectionResetError):
                assert line.recv(10) == b"", "what was said while it was cut is lost"
        with socket.create_connection(("127.0.0.1", proxy.port), 5) as line:
            line.sendall(b"four")
            assert line.recv(10) == b"four"
    finally:
        proxy.stop()
