"""What the desk keeps of what it worked out: for the version of the law that it is of, and not for ever."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest

from bot.desk import worldview
from bot.desk.asked import Asked
from bot.desk.kept import Kept
from bot.rules.lawbase import LawBase, LawReader

TODAY = date(2026, 11, 22)


def test_what_was_not_asked_for_longest_goes_first() -> None:
    kept: Kept[str, int] = Kept(2)
    assert kept.get("one") is None and kept.keep("one", 1) == 1
    kept.keep("two", 2)
    assert kept.get("one") == 1
    kept.keep("three", 3)
    assert (kept.get("one"), kept.get("two"), kept.get("three")) == (1, None, 3)


def test_the_world_is_of_the_version_it_is_kept_under(law_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The law changes while it is worked out; in one view it cannot."""
    monkeypatch.setattr(worldview, "_WORLDS", Kept(2))
    monkeypatch.setattr(worldview, "COUNTRIES", frozenset(("NP", "QA", "KR")))
    views = []

    class Counting(LawBase):
        @contextmanager
        def reading(self) -> Iterator[LawReader]:
            with super().reading() as reader:
                views.append(reader.version)
                yield reader

    base = Counting(law_url)
    try:
        first = worldview.world(base, Asked("NP"), TODAY)
        assert [each.country for each in first] == ["KR", "QA"] and len(views) == 1
        again = worldview.world(base, Asked("NP"), TODAY)
    finally:
        base.close()
    assert again == first and all(one is other for one, other in zip(first, again, strict=True))
