"""`python -m bot.supervisor.actions`: the action server, on loopback and for our own assistant alone.

The one that comes with rasa-sdk listens on every address, takes requests from any web page, lists its actions
and sends the whole conversation back when an action fails.
"""

from __future__ import annotations

import hmac
import os
import sys
from typing import TYPE_CHECKING

from bot.observability import logs
from bot.observability.numbers import keep_numbers
from bot.settings import Settings, load_settings
from bot.supervisor import pulse
from bot.supervisor.assistant import TOKEN_HEADER, TOKEN_VARIABLE
from bot.supervisor.lifeline import hold_on

if TYPE_CHECKING:
    from bot.observability.metrics import Metrics


def serve(settings: Settings, metrics: Metrics | None = None) -> None:
    """Serves until stopped."""
    from rasa_sdk.endpoint import create_app
    from sanic.request import Request
    from sanic.response import HTTPResponse, json

    from bot.observability.sanic_pages import PAGES, actions_readiness, add_pages
    from bot.supervisor.fence import PatientNoLonger, fence

    app = create_app("actions", cors_origins=[])
    fence(app)
    token = os.environ.get(TOKEN_VARIABLE)

    @app.middleware("request")
    async def admit(request: Request) -> HTTPResponse | None:
        if request.path == "/health":
            return json({"status": "ok", "service": "actions"})
        if request.path in PAGES:
            return None
        given = request.headers.get(TOKEN_HEADER, "").encode("utf-8", "replace")
        if not token or not hmac.compare_digest(given, token.encode()):  # without a token: nobody
            return json({"error": "forbidden"}, status=403)
        return None

    add_pages(app, metrics, actions_readiness(settings), settings.metrics_key)
    app.register_listener(pulse.answering({"service": "actions"}), "after_server_start")
    app.run(
        **pulse.place("127.0.0.1", settings.actions_port, settings.workers),
        access_log=False, debug=False, protocol=PatientNoLonger,
    )  # fmt: skip


def main() -> int:
    """The entry point; the exit code."""
    os.umask(0o077)  # what is written holds conversations
    settings = load_settings()
    hold_on()
    logs.configure(settings, "actions")
    serve(settings, keep_numbers(settings, "actions"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
