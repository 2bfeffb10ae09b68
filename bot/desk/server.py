"""`python -m bot.desk.server`: the web desk and the HTTP API."""

from __future__ import annotations

import gc
import logging
import os
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
from bot.observability import desk_pages, logs
from bot.observability.numbers import keep_numbers
from bot.privacy import housekeeping
from bot.settings import Settings, load_settings
from bot.supervisor.lifeline import hold_on

_TOLD_ALREADY = "Exception in ASGI application"
CALM_SECONDS = 20.0  # the assistant starts beside us, and people wait for it


def _warm_up(settings: Settings) -> None:
    """Makes what takes a second the first time, and spares the garbage collector going through it."""
    sleep(CALM_SECONDS)
    pickers.warm_up()
    warm_up(settings.channels)
    release()
    gc.collect()
    gc.freeze()


def _is_news(record: logging.LogRecord) -> bool:
    """Whether a line of uvicorn's says more than ours: a fault is told once, by `bot.desk.app`."""
    return not record.getMessage().startswith(_TOLD_ALREADY)


def main() -> int:
    """The entry point; the exit code."""
    os.umask(0o077)  # what is written holds conversations
    settings = load_settings()
    hold_on()
    logs.configure(settings, "desk")
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    metrics = keep_numbers(settings, "desk")
    app = create_app(open_desk(settings))
    desk_pages.show_numbers(app, metrics)
    housekeeping.start(settings)
    Thread(target=_warm_up, args=(settings,), name="warm-up", daemon=True).start()
    server = uvicorn.Server(
        uvicorn.Config(
            app, host=settings.host, port=settings.desk_port, log_config=None, access_log=False,
            server_header=False, timeout_graceful_shutdown=3, forwarded_allow_ips=settings.proxies,
            ws="none",  # Rasa pins too old a websockets; the inbox is live by server-sent events
        )
    )  # fmt: skip
    live_of(app).ends = lambda: server.should_exit  # open pages would hold up the end
    with suppress(KeyboardInterrupt):
        server.run()
    return 0 if server.started else 1


if __name__ == "__main__":
    sys.exit(main())
