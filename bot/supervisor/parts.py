"""The parts of Haq: which services `haq run` starts."""

from __future__ import annotations

import secrets
from importlib.util import find_spec
from pathlib import Path

from bot.settings import Settings, engine_environment
from bot.supervisor.assistant import TOKEN_VARIABLE
from bot.supervisor.services import Service, python

DESK = "bot.desk.server"  # started once the module exists


class Parts:
    """The services for some settings; assistant and action server share a token made for this run."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._environment = {**engine_environment(settings), TOKEN_VARIABLE: secrets.token_urlsafe(24)}

    def assistant(self, model: Path) -> Service:
        """Rasa's server with exactly this model."""
        settings = self._settings
        return Service(
            name="assistant",
            command=python("-m", "bot.supervisor.assistant", "--model", str(model)),
            url=settings.assistant_url,
            host=settings.host,
            port=settings.assistant_port,
            port_variable="HAQ_ASSISTANT_PORT",
            environment=self._environment,
            expected={"service": "assistant", "model": model.name},
        )

    def actions(self) -> Service:
        """The action server; never beyond this machine."""
        settings = self._settings
        return Service(
            name="actions",
            command=python("-m", "bot.supervisor.actions"),
            url=settings.actions_url,
            host="127.0.0.1",
            port=settings.actions_port,
            port_variable="HAQ_ACTIONS_PORT",
            environment=self._environment,
            expected={"service": "actions"},
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
