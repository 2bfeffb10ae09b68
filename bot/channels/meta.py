"""What WhatsApp and Messenger share: signatures, the handshake, careful reading, and the Graph API's errors.

Documentation: developers.facebook.com, "Webhooks" (validating payloads, verification requests) and
"Graph API: handle errors".
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from bot.channels.fields import clean, parse
from bot.channels.platform import Choice, Inbound, Malformed, Outcome, Receipt
from bot.channels.rendering import cut_label

logger = logging.getLogger(__name__)

BASE = "https://graph.facebook.com/v23.0"
_SIGNATURE = "x-hub-signature-256"
_ELLIPSIS = "…"
_YEAR_5138 = 1e11  # seconds; a time beyond it was given in milliseconds
# Downtime, or a limit of the whole application: "Graph API: handle errors", "Rate limits".
_TRANSIENT = frozenset({1, 2})
_PASSING = frozenset({408, 429})
_LIMITED = {4: 60.0, 17: 60.0, 32: 60.0, 341: 60.0}

Event = Inbound | Receipt


def genuine(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether Meta signed this raw body with the app's secret, in constant time."""
    if not secret:
        return False  # anybody can sign with an empty secret
    expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    # As bytes: compare_digest refuses text beyond ASCII, which a header may hold.
    return hmac.compare_digest(expected.encode(), headers.get(_SIGNATURE, "").encode("utf-8", "replace"))


def challenge(verify_token: str, query: Mapping[str, str]) -> str | None:
    """What the handshake wants back (`hub.challenge`), when it knows our verify token."""
    known = hmac.compare_digest(
        verify_token.encode(), query.get("hub.verify_token", "").encode("utf-8", "replace")
    )
    if not verify_token or not known or query.get("hub.mode") != "subscribe":
        return None
    return query.get("hub.challenge")


def entries(body: bytes, expected: str) -> list[dict[str, Any]]:
    """The entries of a webhook's body about the expected object. Raises Malformed."""
    data = parse(body)
    if data.text("object") != expected:
        raise Malformed("`object` is another one.")
    return mappings(data.items("entry"))


def mappings(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; what is no object is left out."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def mapping(value: Any, *path: str) -> dict[str, Any]:
    """The object at the end of the path; an empty one where there is none."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def text(value: Any) -> str:
    """The text; empty when it is none."""
    return clean(value) if isinstance(value, str) else ""


def identifier(value: Any) -> str:
    """An id, which Meta writes as text and sometimes as a number; empty when it is neither."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else text(value)


def required(value: str, name: str) -> str:
    """The value, which may not be empty. Raises Malformed with its name."""
    if not value:
        raise Malformed(f"`{name}` is missing.")
    return value


def moment(value: Any, per_second: int = 1) -> float:
    """Seconds since 1970. Raises Malformed."""
    try:
        seconds = float(identifier(value)) / per_second
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < _YEAR_5138:  # false for NaN too
        raise Malformed("`timestamp` is missing or no time.")
    return seconds


def place(latitude: Any, longitude: Any) -> tuple[float, float] | None:
    """A place on earth, or None when the two are not one."""
    for value, limit in ((latitude, 90), (longitude, 180)):
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        if not -limit <= value <= limit:  # false for NaN too
            return None
    return float(latitude), float(longitude)


def read_each(
    items: Iterable[dict[str, Any]], read_one: Callable[[dict[str, Any]], Sequence[Event]]
) -> list[Event]:
    """What all items hold. One that is malformed does not take the others of its body down with it; it is
    raised when there is nothing else."""
    found: list[Event] = []
    fault: Malformed | None = None
    for item in items:
        try:
            found += read_one(item)
        except Malformed as error:
            fault = error
    if fault and not found:
        raise fault
    if fault:
        logger.warning("A part of a webhook is malformed: %s", fault)
    return found


def cut(label: str, limit: int) -> str:
    """The label within the limit, cut at a word where that leaves enough of it."""
    short = cut_label(label, limit)
    kept = short.removesuffix(_ELLIPSIS)
    if short == label or label[len(kept)].isspace():
        return short
    whole_words = kept.rpartition(" ")[0].rstrip()
    return whole_words + _ELLIPSIS if len(whole_words) >= limit // 2 else short


def titles(choices: Iterable[Choice], limit: int) -> list[tuple[Choice, str]]:
    """Each choice with its title. Two titles may not be the same: then all carry their numbers."""
    unique = list({choice.label: choice for choice in choices}.values())
    short = [cut(choice.label, limit) for choice in unique]
    if len(set(short)) < len(short):
        short = [cut(f"{choice.number}. {choice.label}", limit) for choice in unique]
    return list(zip(unique, short, strict=True))


def payload(choice: Choice, limit: int) -> str:
    """What a pressed button says: the whole label, or its number when that is too long."""
    label = choice.label.strip()
    return label if len(label) <= limit else str(choice.number)


def outcome(
    status: int,
    body: bytes,
    sent: Callable[[dict[str, Any]], str],
    limited: Mapping[int, float],
    transient: Collection[int],
) -> Outcome:
    """What a response of the Graph API means.

    `sent` finds the id of a sent message; `limited` has the codes to wait for, with seconds; `transient`
    those to try again. Any other error comes back however often one tries, unless the server failed.
    """
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        return Outcome("retry", code=f"http {status}")
    error = mapping(data, "error")
    if not error:
        ok = 200 <= status < 300 and "error" not in data
        return Outcome("sent", id=sent(data)) if ok else Outcome("retry", code=f"http {status}")
    code = _number(error.get("code"))
    name = f"http {status}" if code is None else str(code)
    waits = {**_LIMITED, **limited}
    if code in waits:
        return Outcome("retry", after=waits[code], code=name)
    again = code is None or code in _TRANSIENT or code in transient or error.get("is_transient") is True
    if again or status in _PASSING or status >= 500:
        return Outcome("retry", code=name)
    return Outcome("dead", code=name)


def _number(value: Any) -> int | None:
    """An error's code, which may be written as text."""
    written = identifier(value)
    return int(written) if re.fullmatch(r"-?[0-9]{1,9}", written) else None
