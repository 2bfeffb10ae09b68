"""What a program or a page of ours may ask: a JSON object of a sensible size, or a refusal with a reason.

Free of any web framework.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.channels.fields import clean
from bot.observability.admission import may_read

MOST_BYTES = 64 * 1024


class Refused(Exception):
    """A request that is not taken: status, reason, and how many seconds to wait with the next."""

    def __init__(self, status: int, reason: str, after: int = 0) -> None:
        super().__init__(reason)
        self.status, self.after = status, after


def admit(headers: Mapping[str, str], address: str, key: str | None) -> None:
    """Lets in programs on this machine, or whoever holds the key if there is one. Raises Refused."""
    if may_read(headers, address, key):
        return
    if key is not None:
        raise Refused(401, "The key is missing or wrong. Send `Authorization: Bearer KEY`.")
    raise Refused(
        403, "Without a key this channel answers programs on this machine alone, no page. Set HAQ_REST_KEY."
    )


def json_object(body: bytes) -> dict[str, Any]:
    """The JSON object of a request's body. Raises Refused."""
    if len(body) > MOST_BYTES:
        raise Refused(413, f"The message is too long. At most {MOST_BYTES} bytes.")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refused(400, "The body is not JSON.") from error
    if not isinstance(found, dict):
        raise Refused(400, 'The body is not a JSON object. Send one such as {"text": "..."}.')
    return found


def text_of(body: Mapping[str, Any], key: str) -> str:
    """A text of the body that is more than spaces, without what no database keeps. Raises Refused."""
    value = body.get(key)
    value = clean(value) if isinstance(value, str) else ""
    if not value.strip():
        raise Refused(400, f"`{key}` is missing or is not a text.")
    return value


def metadata_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """What a program may say beside the message: the language."""
    given = body.get("metadata")
    language = given.get("language") if isinstance(given, dict) else None
    return {"language": language} if isinstance(language, str) else {}
