"""Erases what has had its time, again and again while the program runs.

Every process that serves does so each hour. That several do it at once is no harm: each deletes what is
left, which is next to nothing.
"""

from __future__ import annotations

import logging
import threading
from random import uniform
from time import time
from typing import Final

from bot.privacy.database import clear_traces
from bot.privacy.failures import where
from bot.privacy.retention import STORES
from bot.privacy.stores import Stores, open_stores
from bot.settings import Settings

logger = logging.getLogger(__name__)

EVERY_SECONDS: Final = 3600.0
AFTER_FAILURE_SECONDS: Final = 60.0
_FIRST_SECONDS: Final = 30.0  # the start has better things to do


def tidy(stores: Stores, settings: Settings) -> dict[str, int]:
    """Erases what has had its time, in every store; how much of each. Raises what a database raises."""
    done = {each.what: each.tidy(stores, settings) for each in STORES if each.tidy is not None}
    for engine in stores.databases:
        # What somebody erased since the last time stands in SQLite's log, whether or not anything went now.
        if any(done.values()) or engine.dialect.name == "sqlite":
            clear_traces(engine)
    done["logs"] = _drop_old_logs(settings)
    return done


def _drop_old_logs(settings: Settings) -> int:
    limit = time() - settings.keep_days * 24 * 3600
    old = [path for path in settings.log_dir.glob("*.log.1") if path.stat().st_mtime < limit]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def start(settings: Settings) -> threading.Event:
    """Keeps house in a thread from now on, until the event is set that it gives."""
    ended = threading.Event()
    threading.Thread(target=_keep_house, args=(settings, ended), name="housekeeping", daemon=True).start()
    return ended


def _keep_house(settings: Settings, ended: threading.Event) -> None:
    stores: Stores | None = None
    pause = _FIRST_SECONDS
    while not ended.wait(uniform(0.8, 1.0) * pause):  # noqa: S311  # processes that start together spread out
        try:
            stores = stores or open_stores(settings)
            done = tidy(stores, settings)
        except Exception as error:  # the boundary: if this thread ended, nothing would be erased any more
            logger.error("What has had its time cannot be erased now: %s.", where(error))
            pause = AFTER_FAILURE_SECONDS
            continue
        pause = EVERY_SECONDS
        for what, number in done.items():
            if number:
                logger.info("Erased, for it has had its time: %s of %s.", number, what.partition(":")[0])
