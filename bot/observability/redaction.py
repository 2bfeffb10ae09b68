"""The last line of defence of the logs: what looks like a phone number, an address or a secret is taken out.

Our own lines carry none of it; what a library writes might.
"""

from __future__ import annotations

import re
from typing import Final

GONE: Final = "[…]"
_PATTERNS: Final = (
    re.compile(r"[^\s@<>'\"]{1,64}@[^\s@<>'\"]+\.[^\s@<>'\",;)]+"),  # e-mail
    re.compile(r"(?i)\b(bearer|basic|token|key|secret|password|passwd|authorization)(\s*[=:]\s*|\s+)"
               r"['\"]?[^\s'\",;]{6,}"),
    re.compile(r"\?[\w.%-]+=[^\s'\"]*"),  # the query of an address
    re.compile(r"(?<=://)[^\s/@:]+:[^\s/@]+(?=@)"),  # name and password in an address
    re.compile(r"\b\d{6,12}:[A-Za-z0-9_-]{30,}\b"),  # the token of a Telegram bot
    re.compile(r"\b[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}\b"),  # a signed token
    re.compile(r"\b(?=[A-Za-z_-]*\d)(?=[\d_-]*[A-Za-z])[A-Za-z0-9_-]{24,}={0,2}"),  # a long random word
    # A phone number, a card, an identity number, in any script; a date or a place in a file is shorter.
    re.compile(r"(?<![\w.:/-])\+?\d(?:[ ().-]?\d){8,18}(?![\w:])"),
)  # fmt: skip
# What looks like one of those and is no secret: times, hashes of the law, names of models, our own ids.
_HARMLESS: Final = re.compile(
    r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d+)?)?)?|haq-[0-9a-f]{16}(\.tar\.gz)?|[a-z]+(_[a-z0-9]+)+\.py"
)


def redacted(text: str) -> str:
    """The text without what looks personal or secret.

    >>> redacted("call +974 5555 1234 or write to a.b@example.org")
    'call […] or write to […]'
    >>> redacted("since 2026-11-22 10:55:31 the model haq-0123456789abcdef.tar.gz is loaded")
    'since 2026-11-22 10:55:31 the model haq-0123456789abcdef.tar.gz is loaded'
    """
    for pattern in _PATTERNS:
        text = pattern.sub(_gone, text)
    return text


def _gone(found: re.Match[str]) -> str:
    return found[0] if _HARMLESS.fullmatch(found[0]) else GONE
