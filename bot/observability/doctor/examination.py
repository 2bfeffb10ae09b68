"""All that the doctor looks at, in its order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from bot.observability.doctor import backups, configuration, law_and_model, services, stores, surroundings
from bot.observability.doctor.finding import Finding, wrong
from bot.privacy.failures import where
from bot.settings import Settings, SettingsError, load_settings

Look = Callable[[Settings], Iterable[Finding]]

LOOKS: Final[tuple[Look, ...]] = (
    surroundings.python, configuration.settings, surroundings.space, surroundings.keys, stores.databases,
    law_and_model.law, law_and_model.model, services.processes, services.redis, services.events,
    surroundings.clock, surroundings.time_zones, backups.backups, backups.backup_programs,
)  # fmt: skip


def examine(environment: Mapping[str, str] | None = None, looks: Iterable[Look] = LOOKS) -> Iterator[Finding]:
    """What is found, as it is found. Never raises for what is wrong with the deployment."""
    try:
        settings = load_settings(environment)
    except SettingsError as error:
        yield wrong("settings", str(error), "Nothing can start with it.", "Mend it; see docs/settings.md.")
        return
    for look in looks:
        yield from _looked(look, settings)


def _looked(look: Look, settings: Settings) -> Iterator[Finding]:
    try:
        yield from look(settings)
    except Exception as error:  # the boundary: one look that fails must not hide what the others find
        name = look.__name__.replace("_", " ")
        yield wrong(name, f"It could not be looked at: {where(error)}.", "What is wrong there stays unknown.",
                    "Tell those who keep Haq; nothing personal stands in this line.")  # fmt: skip
