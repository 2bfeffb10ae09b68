"""The first message of all: everything that is read or compiled at first use is then ready for people."""

from __future__ import annotations

import json
import logging
import secrets
from urllib.error import URLError
from urllib.request import ProxyHandler, Request, build_opener

from bot.people.records import NOBODY
from bot.settings import Settings

logger = logging.getLogger(__name__)

_MESSAGES = ("my salary is late in Qatar, I work in construction", "delete my data")
_TIMEOUT_SECONDS = 20
_open = build_opener(ProxyHandler({})).open  # a proxy would see the key


def warm_up(settings: Settings) -> None:
    """Talks to the assistant once as nobody, and has that forgotten; a failure is only logged."""
    nobody = f"{NOBODY}{secrets.token_hex(8)}"
    headers = {"Content-Type": "application/json"}
    if settings.rest_key:
        headers["Authorization"] = f"Bearer {settings.rest_key}"
    times = 1 if settings.workers == 1 else 3 * settings.workers  # so that most likely each hears of it
    for message in _MESSAGES * times:
        body = json.dumps({"sender": nobody, "message": message}).encode()
        url = f"{settings.assistant_url}/webhooks/rest/webhook"
        try:
            with _open(Request(url, body, headers), timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310
                answer.read()
        except (URLError, TimeoutError) as error:
            logger.warning("The first message failed: %s.", type(error).__name__)
            return
