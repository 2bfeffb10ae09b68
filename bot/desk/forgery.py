"""The token that every form of a session sends back, so that no other site can send one.

Pages show it under a mask that changes with every answer: packed pages would otherwise tell the token to
whoever measures their length and can make them repeat a guess (the attack known as BREACH).
"""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from operator import xor


def masked(token: str) -> str:
    """A token as a page shows it: a mask of the moment, and the token under it."""
    raw = token.encode()
    mask = secrets.token_bytes(len(raw))
    return urlsafe_b64encode(mask + _under(mask, raw)).decode()


def is_token(sent: str, token: str) -> bool:
    """Whether what was sent is the token, masked or plain; takes as long whatever is wrong with it."""
    raw = token.encode()
    plain = hmac.compare_digest(sent.encode("utf-8", "replace"), raw)
    return hmac.compare_digest(_unmasked(sent), raw) or plain


def _unmasked(sent: str) -> bytes:
    try:
        both = urlsafe_b64decode(sent)
    except ValueError:  # nothing that a page of ours shows
        return b""
    half = len(both) // 2
    return _under(both[:half], both[half:])


def _under(mask: bytes, content: bytes) -> bytes:
    return bytes(map(xor, mask, content))
