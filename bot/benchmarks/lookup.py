"""`haq bench lookup`: lookups of random cases, in process, warm."""

from __future__ import annotations

import random
from datetime import date

from bot.benchmarks.figures import Figures, Options, percentiles, timed
from bot.rules.case import make_case
from bot.rules.lawbase import LawBase
from bot.rules.lookup import lookup
from bot.rules.vocabulary import COUNTRIES, SECTORS, TOPICS
from bot.settings import Settings

SEED = 7
LOOKUPS = 2000


def bench(settings: Settings, _options: Options) -> Figures:
    """Milliseconds of a lookup of one topic of a random corridor and sector."""
    chance = random.Random(SEED)  # noqa: S311
    base = LawBase(settings.database_url)
    countries, today = sorted(COUNTRIES), date.today()

    def once() -> None:
        origin, destination = chance.sample(countries, 2)
        case = make_case(today=today, origin=origin, destination=destination, sector=chance.choice(SECTORS))
        lookup(base, case, [chance.choice(TOPICS)])

    for _ in range(LOOKUPS // 10):
        once()
    return percentiles([timed(once) for _ in range(LOOKUPS)])
