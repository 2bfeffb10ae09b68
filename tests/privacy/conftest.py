"""All stores on databases of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.privacy.stores import Stores, open_stores
from bot.settings import Settings, load_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"HAQ_VAR_DIR": str(tmp_path)})


@pytest.fixture
def stores(settings: Settings) -> Stores:
    return open_stores(settings)
