"""Who is let in without an account: programs on this machine, or whoever holds the key.

A web browser is no such program: whatever page it shows could have it ask here.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

_FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip")


def may_read(headers: Mapping[str, str], address: str, key: str | None) -> bool:
    """With a key: whoever sends `Authorization: Bearer KEY`. Without one: this machine, unless a proxy passes
    the request on, or a web page of anybody else asks. Names of headers are in lower case.

    >>> may_read({}, "127.0.0.1", None), may_read({}, "192.0.2.7", None)
    (True, False)
    >>> may_read({"host": "localhost:5005", "origin": "https://example.org"}, "127.0.0.1", None)
    False
    """
    if key is not None:
        given = headers.get("authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode("utf-8", "replace"), key.encode())
    if any(name in headers for name in _FORWARDED):
        return False
    return _is_loopback(address) and not _is_of_a_page(headers)


def _is_of_a_page(headers: Mapping[str, str]) -> bool:
    """Whether a page of somebody else asks, in a browser on this machine."""
    host = headers.get("host", "")
    if host and not _names_this_machine(host):  # a name of theirs that leads here
        return True
    origin = headers.get("origin")
    if origin is not None and origin.partition("://")[2] != host:
        return True
    return headers.get("sec-fetch-site", "none") not in ("none", "same-origin")


def _names_this_machine(host: str) -> bool:
    """
    >>> [_names_this_machine(each) for each in ("localhost:5005", "[::1]:5005", "127.0.0.1", "example.org")]
    [True, True, True, False]
    """
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return name == "localhost" or _is_loopback(name)


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:  # a name, a socket file, or nothing
        return False
