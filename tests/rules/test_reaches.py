"""What a law base holds of what it fetched: always what the database says, and never too much."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

from bot.rules import lawbase
from bot.rules.lawbase import LawBase, Reaches
from bot.rules.model import ANY, Rule
from bot.rules.vocabulary import TOPICS

PAIRS = (("QA", "NP"), ("SA", "PH"), ("PL", "UA"), (None, "NP"), ("QA", None), (None, None), ("FJ", "TV"))


def ids(base: LawBase, topics: list[str] | None, to: str | None, home: str | None) -> list[str]:
    with base.reading() as reader:
        return [rule.id for rule in reader.candidates(topics, to, home)]


def test_topics_together_are_what_each_gives(law_url: str) -> None:
    """Whatever was asked before, in whatever order."""
    chance = random.Random(9)
    asked_before, fresh = LawBase(law_url), LawBase(law_url)
    found = 0
    for _ in range(20):
        (to, home), topics = chance.choice(PAIRS), chance.sample(TOPICS, chance.randint(1, 6))
        fresh._held = None  # as after a start
        got = ids(asked_before, topics, to, home)
        assert got == ids(fresh, topics[::-1], to, home) == sorted(set(got))
        found += len(got)
    assert found > 150


def test_all_topics_and_each_of_them(law_url: str) -> None:
    """Every rule speaks of some topic, so all topics together are all rules."""
    base = LawBase(law_url)
    for to, home in PAIRS:
        assert ids(base, None, to, home) == ids(base, list(TOPICS), to, home)
    everywhere = ids(base, None, None, None)
    with base.reading() as reader:
        keys = [rule.key for rule in reader.all_rules() if rule.id in set(everywhere)]
    assert everywhere and all(key.destinations == key.origins == (ANY,) for key in keys)
    assert ids(base, [], "QA", "NP") == []


def test_what_is_held_is_bounded(law_url: str) -> None:
    """The first to come go first, and are fetched again."""
    base = LawBase(law_url)
    with base.reading() as reader:
        (rule,) = reader.candidates(None, "QA", "NP")[:1]
    held = Reaches(most=10)
    for number in range(8):
        held.keep((str(number), "QA", "NP"), (rule,) * 2)
    assert [number for number in range(8) if held.get((str(number), "QA", "NP"))] == [5, 6, 7]
    held.keep(("7", "QA", "NP"), (rule,) * 2)  # held already: counted once
    assert held.get(("5", "QA", "NP"))
    held.keep(("large", "QA", "NP"), (rule,) * 50)
    assert held.get(("large", "QA", "NP")) is None and held.get(("7", "QA", "NP")) is None
    held.keep(("0", "QA", "NP"), (rule,) * 2)
    assert held.get(("0", "QA", "NP"))


def test_many_threads_hold_the_same(law_url: str) -> None:
    """Threads that ask and throw out at once each get what the database says."""
    base = LawBase(law_url)
    expected = {
        (to, home, topic): ids(base, [topic], to, home) for to, home in PAIRS for topic in TOPICS[:12]
    }
    with base.reading() as reader:
        held = reader._held
    small = Reaches(most=200)
    object.__setattr__(held, "reaches", small)

    def ask(key: tuple[str | None, str | None, str]) -> bool:
        to, home, topic = key
        return ids(base, [topic], to, home) == expected[key]

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(ask, list(expected) * 3))
    assert small._count == sum(len(rules) + 1 for rules in small._rules.values()) <= 200


def test_a_rule_is_one_object_in_every_reach(law_url: str) -> None:
    """What is said of it is kept by the object."""
    base = LawBase(law_url)
    seen: dict[str, Rule] = {}
    with base.reading() as reader:
        for topic in TOPICS:
            for rule in reader.candidates([topic], "QA", "NP"):
                assert seen.setdefault(rule.id, rule) is rule
    assert len(seen) > 50 and lawbase.MOST_HELD > 10_000
