"""A line between Haq and a server that can be made slow or cut: a small TCP proxy on loopback."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from typing import Literal

State = Literal["whole", "slow", "cut"]

_AT_ONCE = 65_536  # bytes
_SLOW_SECONDS = 0.02  # each way, for each packet


class Proxy:
    """Listens on a port of its own and hands on what it hears; has a thread of its own.

    `slow` hands each packet on late; `cut` hands on nothing and says nothing, as a pulled cable does. When a
    cut line is whole again, its old connections are broken off: a real network would have forgotten them.
    """

    def __init__(self, port: int) -> None:
        self.port = 0
        self._behind = port
        self._state: State = "whole"
        self._lines: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"proxy-{port}", daemon=True)

    def start(self) -> Proxy:
        """Begins to listen; `port` is then known."""
        self._thread.start()
        server = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._serve, "127.0.0.1", 0), self._loop
        ).result(10)
        self.port = int(server.sockets[0].getsockname()[1])
        return self

    def stop(self) -> None:
        """Breaks everything off."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def become(self, state: State) -> None:
        """Makes the line whole, slow or cut."""
        self._loop.call_soon_threadsafe(self._become, state)

    def _become(self, state: State) -> None:
        if self._state == "cut" and state != "cut":
            self._break_off()
        self._state = state

    def _break_off(self) -> None:
        for line in list(self._lines):
            line.transport.abort()

    async def _end(self) -> None:
        self._break_off()
        mine = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in mine:
            task.cancel()
        await asyncio.gather(*mine, return_exceptions=True)

    async def _serve(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        self._lines.add(back)
        try:
            far, forth = await asyncio.open_connection("127.0.0.1", self._behind)
        except OSError:  # nobody listens behind us
            self._lines.discard(back)
            back.transport.abort()
            return
        self._lines.add(forth)
        try:
            await asyncio.gather(self._hand_on(near, forth), self._hand_on(far, back))
        finally:
            for line in (back, forth):
                self._lines.discard(line)
                line.transport.abort()

    async def _hand_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(_AT_ONCE):
                if self._state == "slow":
                    await asyncio.sleep(_SLOW_SECONDS)
                while self._state == "cut":
                    await asyncio.sleep(0.05)
                if target.transport.is_closing():
                    return
                target.write(data)
                await target.drain()
        target.transport.abort()
