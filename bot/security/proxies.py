"""Which proxies are believed when they say from whom a request comes."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network


def is_proxy(address: str, proxies: str) -> bool:
    """Whether an address is one of our own proxies (HAQ_PROXIES: networks with a comma between).

    >>> is_proxy("10.1.2.3", "127.0.0.0/8,10.0.0.0/8"), is_proxy("192.0.2.7", "127.0.0.0/8")
    (True, False)
    """
    try:
        found = ip_address(address)
    except ValueError:  # a socket file, or nothing
        return False
    return any(found in network for network in _networks(proxies))


@lru_cache(maxsize=8)
def _networks(proxies: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(each) for each in proxies.split(",") if each)
