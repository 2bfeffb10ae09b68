"""Numbers kept in this very process, for as long as a test takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.observability.metrics import Metrics


@pytest.fixture
def metrics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Metrics:
    """Numbers in a folder of their own."""
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")  # so that it is as before afterwards
    return Metrics(tmp_path / "metrics" / "test")
