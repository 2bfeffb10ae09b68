"""`python -m bot.desk.server`: the web desk and the HTTP API."""

from __future__ import annotations

import gc
import logging
import sys
from contextlib import suppress
from threading import Thread
from time import sleep

import uvicorn

from bot.desk import pickers
from bot.desk.api.answers import release
from bot.desk.app import create_app
from bot.desk.desk import open_desk
from bot.desk.live import live_of
from bot.desk.sheet.chats import warm_up
from bot.settings import Settings, load_settings
from bot.supervisor.lifeline import hold_on

CALM_SECONDS = 20.0  # the assistant starts beside us, and people wait for it


def _warm_up(settings: Settings) -> None:
    """Makes what takes a second the first time, and spares the garbage collector going through it."""
    sleep(CALM_SECONDS)
    pickers.warm_up()
    warm_up(settings.channels)
    release()
    gc.collect()
    gc.freeze()


def main() -> int:
    """The entry point; the exit code."""
    settings = load_settings()
    hold_on()
    logging.basicConfig(
        level=getattr(logging, settings.log_level.upper()),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    app = create_app(open_desk(settings))
    Thread(target=_warm_up, args=(settings,), name="warm-up", daemon=True).start()
    server = uvicorn.Server(
        uvicorn.Config(
            app, host=settings.host, port=settings.desk_port, log_config=None, access_log=False,
            server_header=False, timeout_graceful_shutdown=3,
            ws="none",  # Rasa pins too old a websockets; the inbox is live by server-sent events
        )
    )  # fmt: skip
    live_of(app).ends = lambda: server.should_exit  # open pages would hold up the end
    with suppress(KeyboardInterrupt):
        server.run()
    return 0 if server.started else 1


if __name__ == "__main__":
    sys.exit(main())
