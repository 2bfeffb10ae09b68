"""What runs: our processes, and the servers that they lean on."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

from bot.observability.doctor.finding import Finding, warning, well, wrong
from bot.settings import INSIDE, Settings, hide_password
from bot.supervisor.services import health

SECONDS = 3.0
_open = build_opener(ProxyHandler({})).open


def processes(settings: Settings) -> Iterator[Finding]:
    """The assistant, the actions and the desk: whether they run, and call themselves ready."""
    parts = [("assistant", settings.assistant_url), ("desk", settings.desk_url)]
    if settings.actions != INSIDE:
        parts.insert(1, ("actions", settings.actions_url))
    for name, url in parts:
        said = health(url, SECONDS)
        if said is None:
            yield _silent(name, url)
        elif said.get("service") != name:
            yield wrong(
                name,
                f"Another program answers at {url}.",
                f"The {name} cannot start there.",
                f"Stop that program, or set HAQ_{name.upper()}_PORT to a free port.",
            )
        else:
            yield _ready(name, url)


def _silent(name: str, url: str) -> Finding:
    place = urlsplit(url)
    try:
        with socket.create_connection((place.hostname or "", place.port or 0), timeout=SECONDS):
            pass
    except OSError:
        return warning(
            name,
            f"It does not run at {url}.",
            "Nobody is answered while it is off.",
            "Start ./haq run, unless it is meant to be off.",
        )
    return wrong(
        name,
        f"Something listens at {url}, but does not say that it is well.",
        "It hangs, or another program has the port.",
        f"Look in the log of the {name}; stop the other program or change the port.",
    )


def _ready(name: str, url: str) -> Finding:
    status, body = _asked(f"{url}/health/ready")
    if status == 200:
        return well(name, "It runs and is ready.")
    failing = ", ".join(map(str, body.get("failing", ()))) or f"status {status}"
    return wrong(
        name,
        f"It runs, but is not ready: {failing}.",
        "People get apologies instead of answers.",
        "The findings on what fails say what to do; the log has the kind of error.",
    )


def _asked(url: str) -> tuple[int, dict[str, Any]]:
    try:
        with _open(url, timeout=SECONDS) as response:
            return response.status, json.load(response)
    except HTTPError as error:
        with error:
            try:
                return error.code, json.load(error)
            except ValueError:
                return error.code, {}
    except (OSError, HTTPException, ValueError):
        return 0, {}


def redis(settings: Settings) -> Iterator[Finding]:
    """Redis, where one is set."""
    if settings.redis_url is None:
        return
    from redis import Redis
    from redis.exceptions import RedisError

    shown = hide_password(settings.redis_url)
    try:
        server = Redis.from_url(settings.redis_url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS)
        with server:
            server.ping()
    except (RedisError, OSError, ValueError) as error:
        yield wrong(
            "Redis",
            f"{shown} does not answer ({type(error).__name__}).",
            "The assistant goes on without it, with limits and locks of its own, more slowly.",
            "Is the server running, and is HAQ_REDIS_URL right?",
        )
    else:
        yield well("Redis", "It answers.")


def events(settings: Settings) -> Iterator[Finding]:
    """The broker of events, where one is set."""
    if settings.events_url is None:
        return
    place = urlsplit(settings.events_url)
    try:
        address = (place.hostname or "", place.port or (5671 if place.scheme == "amqps" else 5672))
        with socket.create_connection(address, timeout=SECONDS) as connection:
            connection.settimeout(SECONDS)
            connection.sendall(b"AMQP\x00\x00\x09\x01")
            greets = place.scheme == "amqps" or connection.recv(1) == b"\x01"
    except (OSError, ValueError):
        greets = False
    if greets:
        yield well("events", "The broker answers.")
    else:
        yield wrong(
            "events",
            f"{hide_password(settings.events_url)} does not answer.",
            "Answers go on; events are dropped when too many wait.",
            "Is the broker running, and is HAQ_EVENTS_URL right?",
        )
