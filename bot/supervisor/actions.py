"""`python -m bot.supervisor.actions`: the action server, on loopback and for our own assistant alone.

The one that comes with rasa-sdk listens on every address, takes requests from any web page, lists its actions
and sends the whole conversation back when an action fails.
"""

from __future__ import annotations

import hmac
import logging
import os
import sys

from bot.settings import Settings, load_settings
from bot.supervisor.assistant import TOKEN_HEADER, TOKEN_VARIABLE
from bot.supervisor.lifeline import hold_on

logger = logging.getLogger(__name__)


def serve(settings: Settings) -> None:
    """Serves until stopped."""
    from rasa_sdk.endpoint import create_app
    from sanic.request import Request
    from sanic.response import HTTPResponse, json

    app = create_app("actions", cors_origins=[])
    token = os.environ.get(TOKEN_VARIABLE)

    @app.middleware("request")
    async def admit(request: Request) -> HTTPResponse | None:
        if request.path == "/health":
            return json({"status": "ok", "service": "actions"})
        if token and not hmac.compare_digest(request.headers.get(TOKEN_HEADER, "").encode(), token.encode()):
            return json({"error": "forbidden"}, status=403)
        return None

    @app.exception(Exception)
    async def failed(request: Request, exception: Exception) -> HTTPResponse:
        status = getattr(exception, "status_code", 500)
        logger.error("A request to %s failed.", request.path, exc_info=exception)
        return json({"error": type(exception).__name__}, status=status)

    app.run(host="127.0.0.1", port=settings.actions_port, access_log=False, debug=False)


def main() -> int:
    """The entry point; the exit code."""
    settings = load_settings()
    hold_on()
    logging.basicConfig(
        level=getattr(logging, settings.log_level.upper()),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    serve(settings)
    return 0


if __name__ == "__main__":
    sys.exit(main())
