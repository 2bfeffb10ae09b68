"""Who may read the numbers: programs on this machine, or whoever holds the key."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from ipaddress import ip_address

_FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip")


def may_read(headers: Mapping[str, str], address: str, key: str | None) -> bool:
    """With a key (HAQ_METRICS_KEY): whoever sends `Authorization: Bearer KEY`. Without one: this machine,
    unless a proxy passes the request on. Names of headers are in lower case.

    >>> may_read({}, "127.0.0.1", None), may_read({}, "192.0.2.7", None)
    (True, False)
    """
    if key is not None:
        given = headers.get("authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), key.encode())
    if any(name in headers for name in _FORWARDED):
        return False
    try:
        return ip_address(address).is_loopback
    except ValueError:  # a socket file, or nothing
        return False
