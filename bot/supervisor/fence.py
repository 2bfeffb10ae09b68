"""What stands between the network and the pinned web server (Sanic 21.12), whose reading of HTTP is of 2021.

A request whose end another reader could see elsewhere ("smuggling") is refused before its body is read, a
body and a head have a longest size and a longest time, the engine tells nobody its version, and an error
answers with its kind alone. docs/security.md names the weaknesses that this shuts out.
"""

from __future__ import annotations

import logging
import re
from typing import Any, Final

from sanic.exceptions import InvalidUsage, NotFound
from sanic.http import Stage
from sanic.request import Request
from sanic.response import HTTPResponse, json
from sanic.server import HttpProtocol

logger = logging.getLogger(__name__)

MOST_BYTES: Final = 1_000_000  # of a body; a batch of the platforms has some kilobytes
HEAD_SECONDS: Final = 15  # from the first byte of a request to the end of its head
WHOLE_SECONDS: Final = 60  # its body and its answer; the web chat's long poll takes 25
_LAST_WORD_SECONDS: Final = 1.0
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_NAME: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_SAID_ONCE: Final = (b"content-length", b"transfer-encoding", b"host")


def fence(app: Any) -> None:
    """Puts the fence around a server of Sanic that does not run yet."""
    app.config.update(
        REQUEST_MAX_SIZE=MOST_BYTES, REQUEST_TIMEOUT=HEAD_SECONDS, RESPONSE_TIMEOUT=WHOLE_SECONDS
    )

    @app.signal("http.routing.before")
    async def admit(request: Request, **_more: Any) -> None:
        trouble = ambiguity(request.head)
        if trouble or "transfer-encoding" in request.headers:
            # Where the body ends in parts, nothing that follows on this connection is trusted.
            request.stream.keep_alive = False
        if trouble:
            raise InvalidUsage(trouble)
        if request.path == "/":
            raise NotFound("Nothing is here.")  # the engine greets with its name and version

    @app.middleware("response")
    async def say_headers(_request: Request, response: HTTPResponse) -> None:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)

    @app.exception(Exception)
    async def failed(request: Request, exception: Exception) -> HTTPResponse:
        unread = request.method == "NONE"  # the engine's own, where the head made no sense
        status = getattr(exception, "status_code", 400 if unread else 500)
        if status >= 500:
            logger.error("A request failed.", exc_info=exception)
        return json({"error": type(exception).__name__}, status=status)


def ambiguity(head: bytes) -> str | None:
    """Why the head of a request could be read in two ways; None when it cannot.

    >>> ambiguity(b"POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 5\\r\\nTransfer-Encoding: chunked")
    'Content-Length and Transfer-Encoding say two things.'
    >>> ambiguity(b"POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 5")
    """
    first, *lines = head.split(b"\r\n")
    if _CONTROL.search(head.replace(b"\r\n", b"")) or first.count(b" ") != 2:
        return "The head holds what does not belong there."
    said: dict[bytes, bytes] = {}
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or not _NAME.fullmatch(name):
            return "A header has no name, or one with a space."
        key = name.lower()
        if key in _SAID_ONCE:
            if key in said:
                return "A header that may stand once stands twice."
            said[key] = value.strip(b" \t")
    length, coding = said.get(b"content-length"), said.get(b"transfer-encoding")
    if length is not None and coding is not None:
        return "Content-Length and Transfer-Encoding say two things."
    if length is not None and not length.isdigit():
        return "Content-Length is no number."
    if coding not in (None, b"chunked"):
        return "Transfer-Encoding is not `chunked`."
    return None


class PatientNoLonger(HttpProtocol):
    """A connection whose time runs from the first byte of a request, not from the last that dripped in."""

    _time: float  # the engine's: since when it waits

    def data_received(self, data: bytes) -> None:
        """Takes what came; only a new request starts the time anew."""
        since: float = self._time
        begun = _has_begun(getattr(self, "_http", None))
        super().data_received(data)
        if begun:
            self._time = since

    def check_timeouts(self) -> None:
        """Ends what took too long: after its answer the engine would wait for the rest of a body for ever."""
        super().check_timeouts()
        if getattr(self._http, "exception", None) is not None:
            self.loop.call_later(_LAST_WORD_SECONDS, self.abort)


def _has_begun(http: Any) -> bool:
    """Whether the head, or the body, of a request is on its way."""
    return http is not None and (http.stage is Stage.REQUEST or bool(getattr(http, "request_body", None)))
