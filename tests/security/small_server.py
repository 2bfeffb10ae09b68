"""A server of the pinned kind behind the fence, with two pages: what the tests of the fence talk to."""

from __future__ import annotations

import sys

from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, text

from bot.supervisor import fence


def main() -> None:
    """Serves on the given port; times are short, so that a test need not wait."""
    app = Sanic("small")
    fence.fence(app)
    app.config.update(REQUEST_TIMEOUT=1, RESPONSE_TIMEOUT=1, KEEP_ALIVE_TIMEOUT=1)

    @app.post("/echo")
    async def echo(request: Request) -> HTTPResponse:
        return text(f"{len(request.body)} bytes")

    @app.get("/broken")
    async def broken(_request: Request) -> HTTPResponse:
        raise RuntimeError("my phone is +974 5555 1234")

    app.run(port=int(sys.argv[1]), access_log=False, debug=False, motd=False, protocol=fence.PatientNoLonger)


if __name__ == "__main__":
    main()
