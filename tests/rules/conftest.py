"""The real law, read and loaded once a session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from bot.rules.lawbase import LawBase
from bot.rules.lawfiles import LawBook
from tests.law import loaded_law
from tests.rules.support import real_law


@pytest.fixture(scope="session")
def book() -> LawBook:
    """The law files of the repository, read."""
    return real_law()


@pytest.fixture(scope="session")
def law_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database into which the law files of the repository were loaded."""
    return loaded_law(tmp_path_factory)


@pytest.fixture(scope="session")
def base(law_url: str) -> Iterator[LawBase]:
    """The law base of that database."""
    opened = LawBase(law_url)
    yield opened
    opened.close()


settings.register_profile("haq", derandomize=True, deadline=None, database=None)
if settings.get_current_profile_name() == "default":
    settings.load_profile("haq")
