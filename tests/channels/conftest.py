"""The real assistant with every channel on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser import browser, npm
from tests.channels.delivery import Connected

__all__ = ["browser", "npm"]


@pytest.fixture(scope="session")
def connected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connected]:
    """`haq run`, connected to simulated platforms."""
    running = Connected(tmp_path_factory.mktemp("channels"))
    yield running
    assert running.servers.stop() in (0, 130)
