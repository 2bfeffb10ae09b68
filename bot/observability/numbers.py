"""The numbers of a process: where they are kept, and what is looked up beside what the work tells."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from bot.privacy.failures import where
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.observability.metrics import Metrics

logger = logging.getLogger(__name__)


def keep_numbers(settings: Settings, service: str, model: str | None = None) -> Metrics | None:
    """Begins to keep the numbers of this process; None where that cannot be, for people come first."""
    folder = metrics_folder(settings, service)
    try:
        from bot.observability import metrics

        kept = metrics.start(folder)
    except OSError as error:
        logger.warning("No numbers are kept in %s: %s.", folder, where(error))
        return None
    add_sources(kept, settings, service, model)
    return kept


def add_sources(metrics: Metrics, settings: Settings, service: str, model: str | None) -> None:
    """What is looked up when the numbers are asked for."""
    from bot.observability import gauges

    metrics.add_source(gauges.process_source(service, metrics.slot.folder))
    metrics.add_source(gauges.of_people(settings))
    metrics.add_source(gauges.of_law(settings))
    if model is not None:
        metrics.add_source(gauges.model_source(model))


def metrics_folder(settings: Settings, service: str) -> Path:
    """Where the processes of a kind keep their numbers."""
    return settings.var_dir / "metrics" / service
