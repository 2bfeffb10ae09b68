"""`haq bench rules`: whether a lookup costs more when the law base grows to a million rules."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from statistics import quantiles
from typing import Any

from sqlalchemy import insert

from bot.benchmarks.figures import Figures, Options
from bot.benchmarks.spare import spare_database
from bot.settings import Settings

SIZES = (1_000, 1_000_000)
ROWS = 10  # rules that speak of one topic of one corridor
LOOKUPS = 2_000
SEED = 11
_BATCH = 5_000


def bench(settings: Settings, _options: Options) -> Figures:
    """As `haq bench` calls it."""
    return bench_rules(settings)


def bench_rules(settings: Settings) -> dict[str, float]:
    """The median and 99th percentile of a warm lookup of one topic, in milliseconds, for each size.

    The rules are made up: ten for each topic of a corridor, beside the types and contacts of the real law.
    They go into a SQLite file, and into the database of BENCH_DATABASE_URL, if that is set: it is
    emptied for this. Raises NotMeasured when that is a database in use.
    """
    spare = spare_database(settings)
    with tempfile.TemporaryDirectory(prefix="haq-bench-") as folder:
        figures = _growth("sqlite", f"sqlite:///{Path(folder) / 'rules.db'}", settings.law_dir)
    if spare is not None:
        url = spare.render_as_string(hide_password=False)
        figures |= _growth(spare.get_backend_name(), url, settings.law_dir)
    return figures


def _growth(name: str, url: str, law: Path) -> dict[str, float]:
    figures: dict[str, float] = {}
    for size in SIZES:
        began = time.perf_counter()
        corridors = _fill(url, law, size)
        figures[f"{name}_{size}_fill_s"] = round(time.perf_counter() - began, 1)
        cuts = quantiles(_times(url, corridors), n=100)
        figures[f"{name}_{size}_p50_ms"] = round(cuts[49], 2)
        figures[f"{name}_{size}_p99_ms"] = round(cuts[98], 2)
    small, large = (figures[f"{name}_{size}_p99_ms"] for size in SIZES)
    figures[f"{name}_growth"] = round(large / small, 2)
    return figures


def _fill(url: str, law: Path, size: int) -> list[tuple[str, str, str]]:
    """Loads the real law's types, then so many made-up rules instead of its own; gives their corridors."""
    from bot.rules import tables
    from bot.rules.database import open_database
    from bot.rules.load import load_law

    load_law(url, law)
    engine = open_database(url)
    corridors = list(islice(_corridors(), size // ROWS))
    rows = _rules(corridors)
    with engine.begin() as connection:
        connection.execute(tables.rule_reach.delete())
        connection.execute(tables.rule.delete())
        while batch := list(islice(rows, _BATCH)):
            connection.execute(insert(tables.rule), [rule for rule, _ in batch])
            connection.execute(insert(tables.rule_reach), [reach for _, reach in batch])
    with engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()
    return corridors


def _corridors() -> Iterator[tuple[str, str, str]]:
    """Topics of corridors, every country of work with forty of origin."""
    from bot.rules.vocabulary import COUNTRIES, TOPICS

    chance = random.Random(SEED)  # noqa: S311
    countries = sorted(COUNTRIES)
    topics = [topic for topic in TOPICS if topic not in ("complaint", "hotline", "emergency")][:10]
    whole = [
        (place, home, topic)
        for place in countries
        for home in chance.sample([other for other in countries if other != place], 41)
        for topic in topics
    ]
    chance.shuffle(whole)
    yield from whole


def _rules(corridors: list[tuple[str, str, str]]) -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
    """A row of the rule table and one of the index for each made-up rule."""
    from bot.rules.model import Key, Provenance, Rule, Source, to_json

    source = Provenance(Source("Made up", "Benchmark", None), "Benchmark Act", "2026", "seen", "high")
    for place, home, topic in corridors:
        for number in range(ROWS):
            name = f"bench-{place}-{home}-{topic}-{number}".lower()
            text = f"Made-up statement {number} on {topic} for people of {home} in {place}."
            rule = Rule(
                name, "note", (topic,), "entitlement", "national_system", Key((place,), (home,)),
                {"text": text}, source, start="2020",
            )  # fmt: skip
            row = {
                "id": name, "type": "note", "kind": rule.kind, "via": rule.via, "start": "2020", "end": None,
                "as_of": "2026", "evidence": "seen", "confidence": "high", "review_by": None,
                "body": to_json(rule), "hash": name,
            }  # fmt: skip
            yield row, {"topic": topic, "destination": place, "origin": home, "rule_id": name}


def _times(url: str, corridors: list[tuple[str, str, str]]) -> list[float]:
    """Milliseconds of lookups of random corridors, connection included; none is asked twice."""
    from bot.rules.case import make_case
    from bot.rules.lawbase import LawBase
    from bot.rules.lookup import lookup

    chance = random.Random(SEED + 1)  # noqa: S311
    base, today = LawBase(url), date.today()
    times = []
    asked = [chance.choice(corridors) for _ in range(LOOKUPS + LOOKUPS // 10)]
    for place, home, topic in asked:
        case = make_case(today=today, origin=home, destination=place)
        began = time.perf_counter()
        found = lookup(base, case, [topic])
        times.append((time.perf_counter() - began) * 1_000)
        assert sum(each.rule.type == "note" for each in found.answers) == ROWS
    base.close()
    return times[LOOKUPS // 10 :]
