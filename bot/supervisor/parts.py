"""The parts of Haq: which services `haq run` starts."""

from __future__ import annotations

import secrets
from importlib.util import find_spec
from pathlib import Path

from bot.settings import RASA, SERVER, THIN, Settings, engine_environment
from bot.supervisor.assistant import TOKEN_VARIABLE
from bot.supervisor.problems import ProcessError
from bot.supervisor.services import Service, python

DESK = "bot.desk.server"  # started once the module exists
FRONTS = {RASA: "bot.supervisor.assistant", THIN: "bot.front.assistant"}


class Parts:
    """The services for some settings; assistant and action server share a token made for this run."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._environment = {**engine_environment(settings), TOKEN_VARIABLE: secrets.token_urlsafe(24)}

    def assistants(self, model: Path) -> tuple[Service, ...]:
        """The server with exactly this model; as many as there are workers, on one port.

        Raises ProcessError when channels are set up that it does not have.
        """
        _check_front(self._settings)
        return tuple(self._assistant(name, model) for name in _names("assistant", self._settings.workers))

    def action_servers(self) -> tuple[Service, ...]:
        """The action server; as many as there are workers, where the assistants ask it. Rasa's alone do."""
        if self._settings.front == THIN:
            return ()
        number = self._settings.workers if self._settings.actions == SERVER else 1
        return tuple(self._actions(name) for name in _names("actions", number))

    def _assistant(self, name: str, model: Path) -> Service:
        settings = self._settings
        return Service(
            name=name,
            command=python("-m", FRONTS[settings.front], "--model", str(model)),
            url=settings.assistant_url,
            host=settings.host,
            port=settings.assistant_port,
            port_variable="HAQ_ASSISTANT_PORT",
            environment=self._environment,
            expected={"service": "assistant", "model": model.name},
            own_pulse=True,
        )

    def _actions(self, name: str) -> Service:
        """Never beyond this machine."""
        settings = self._settings
        return Service(
            name=name,
            command=python("-m", "bot.supervisor.actions"),
            url=settings.actions_url,
            host="127.0.0.1",
            port=settings.actions_port,
            port_variable="HAQ_ACTIONS_PORT",
            environment=self._environment,
            expected={"service": "actions"},
            own_pulse=True,
        )

    def desk(self) -> Service | None:
        """The web desk, if there is one."""
        if find_spec(DESK.rpartition(".")[0]) is None or find_spec(DESK) is None:
            return None
        settings = self._settings
        return Service(
            name="desk",
            command=python("-m", DESK),
            url=settings.desk_url,
            host=settings.host,
            port=settings.desk_port,
            port_variable="HAQ_DESK_PORT",
            environment=settings.environment(),
            expected={"service": "desk"},
        )


def _check_front(settings: Settings) -> None:
    """The thin front has the REST channel alone: on the others people would write to nobody."""
    if settings.front != THIN:
        return
    from bot.channels.configured import wanted  # else nothing here needs it, and it takes its time

    channels = wanted(settings.channels)
    if channels:
        raise ProcessError(
            f"HAQ_FRONT={THIN} serves the REST channel alone, but {', '.join(channels)} is set up: "
            f"set HAQ_FRONT={RASA}, or take the settings of the channels out (docs/settings.md)."
        )


def _names(name: str, number: int) -> list[str]:
    """One name a process; also that of its log.

    >>> _names("assistant", 1), _names("assistant", 2)
    (['assistant'], ['assistant-1', 'assistant-2'])
    """
    return [name] if number == 1 else [f"{name}-{each}" for each in range(1, number + 1)]
