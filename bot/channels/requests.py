"""What a program or a page of ours may ask: a JSON object of a sensible size, or a refusal with a reason."""

from __future__ import annotations

from typing import Any

from sanic.exceptions import InvalidUsage
from sanic.request import Request

from bot.channels.fields import clean

MOST_BYTES = 64 * 1024


class Refused(Exception):
    """A request that is not taken: status, reason, and how many seconds to wait with the next."""

    def __init__(self, status: int, reason: str, after: int = 0) -> None:
        super().__init__(reason)
        self.status, self.after = status, after


def json_object(request: Request) -> dict[str, Any]:
    """The JSON object of a request. Raises Refused."""
    if len(request.body) > MOST_BYTES:
        raise Refused(413, f"The message is too long. At most {MOST_BYTES} bytes.")
    try:
        body = request.json
    except InvalidUsage as error:
        raise Refused(400, "The body is not JSON.") from error
    if not isinstance(body, dict):
        raise Refused(400, 'The body is not a JSON object. Send one such as {"text": "..."}.')
    return body


def text_of(body: dict[str, Any], key: str) -> str:
    """A text of the body that is more than spaces, without what no database keeps. Raises Refused."""
    value = body.get(key)
    value = clean(value) if isinstance(value, str) else ""
    if not value.strip():
        raise Refused(400, f"`{key}` is missing or is not a text.")
    return value
