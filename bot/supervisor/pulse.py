"""A sign of life for the supervisor alone: of several workers behind one port each is asked for itself.

The supervisor opens an address on loopback for each process and hands it over; the process answers there
from its own event loop, once it serves.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

VARIABLE = "HAQ_PULSE"
"""The number under which a process inherits its address."""
_HEAD_SECONDS = 5.0


def new_address() -> socket.socket:
    """An address on loopback; connections are refused until the process listens."""
    address = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    address.bind(("127.0.0.1", 0))
    return address


def place(host: str, port: int, workers: int) -> dict[str, Any]:
    """Where a server of Sanic shall listen, as its `run` takes it; several workers share an address."""
    return {"host": host, "port": port} if workers == 1 else {"sock": shared_address(host, port)}


def shared_address(host: str, port: int) -> socket.socket:
    """An address that several workers share; each gets its part of the connections once it listens."""
    address = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    address.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    address.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    address.bind((host, port))
    return address


def answering(said: Mapping[str, str]) -> Any:
    """A listener for `after_server_start`: from then on the own address says this to `GET /health`."""

    async def start(app: Any, _loop: Any) -> None:
        app.ctx.haq_pulse = await answer(said)

    return start


async def answer(said: Mapping[str, str]) -> asyncio.AbstractServer | None:
    """From now on the own address says this to `GET /health`; None for a process that was started by hand."""
    number = os.environ.get(VARIABLE)
    if number is None:
        return None
    address = socket.socket(fileno=int(number))
    address.setblocking(False)
    body = json.dumps({"status": "ok", **said}).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    whole = head.encode() + b"Connection: close\r\n\r\n" + body

    async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.TimeoutError):
            await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _HEAD_SECONDS)
            writer.write(whole)
            await writer.drain()
        writer.close()

    return await asyncio.start_server(_answer, sock=address)
