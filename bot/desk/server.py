"""`python -m bot.desk.server`: the web desk and the HTTP API."""

from __future__ import annotations

import logging
import sys

import uvicorn

from bot.desk.app import create_app
from bot.desk.desk import open_desk
from bot.settings import load_settings
from bot.supervisor.lifeline import hold_on


def main() -> int:
    """The entry point; the exit code."""
    settings = load_settings()
    hold_on()
    logging.basicConfig(
        level=getattr(logging, settings.log_level.upper()),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    app = create_app(open_desk(settings))
    uvicorn.run(
        app, host=settings.host, port=settings.desk_port, log_config=None, access_log=False,
        server_header=False, timeout_graceful_shutdown=3,
        ws="none",  # Rasa pins too old a websockets; the inbox is live by server-sent events
    )  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
