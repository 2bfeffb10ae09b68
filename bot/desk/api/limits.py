"""How often one address may ask without a key: a bucket that fills again steadily.

Addresses are held in memory alone, for as long as their bucket is not full.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

BURST = 120  # requests at once
A_SECOND = 2.0  # and then so many a second
MOST_ADDRESSES = 20_000


@dataclass
class _Bucket:
    left: float
    at: float


class Limits:
    """The buckets of all addresses. Used in one thread: that of the event loop."""

    def __init__(
        self, burst: float = BURST, a_second: float = A_SECOND, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._burst, self._a_second, self._clock = burst, a_second, clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def wait(self, address: str | None) -> int | None:
        """Takes one request from the bucket of an address; the seconds to wait where it is empty."""
        whose = _whose(address)
        if whose is None:
            return None
        now = self._clock()
        bucket = self._buckets.setdefault(whose, _Bucket(self._burst, now))
        self._buckets.move_to_end(whose)
        bucket.left = min(self._burst, bucket.left + (now - bucket.at) * self._a_second)
        bucket.at = now
        self._forget(now)
        if bucket.left < 1:
            return math.ceil((1 - bucket.left) / self._a_second)
        bucket.left -= 1
        return None

    def _forget(self, now: float) -> None:
        """Lets go of who asked longest ago: their buckets are full again, or there are too many."""
        full = self._burst / self._a_second
        while self._buckets:
            whose, bucket = next(iter(self._buckets.items()))
            if len(self._buckets) <= MOST_ADDRESSES and now - bucket.at < full:
                return
            del self._buckets[whose]


def _whose(address: str | None) -> str | None:
    """Who is counted as one: an address, or the network that a household has under IPv6; None: no limit."""
    if address is None:
        return "unknown"
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if found.is_loopback:
        return None
    return found.exploded[:19] if isinstance(found, IPv6Address) else str(found)
