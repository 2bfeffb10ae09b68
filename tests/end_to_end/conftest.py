"""One real assistant for all end-to-end tests: `haq run`, on ports of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.end_to_end.driver import Conversation, Servers


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here starts real servers."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """The assistant, running."""
    running = Servers(tmp_path_factory.mktemp("haq run"))
    running.start()
    yield running
    assert running.stop() in (0, 130)


@pytest.fixture
def talk(servers: Servers) -> Callable[..., Conversation]:
    """A new person who talks to the assistant."""
    return lambda language=None: Conversation(servers.url, language=language)
