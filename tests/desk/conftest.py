"""A real desk: the process that `haq run` starts, on a port of its own, over the whole law."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import httpx
import pytest

from bot.desk.accounts.store import AccountStore, open_accounts
from bot.desk.guard import SESSION_COOKIE
from bot.people.store import PeopleStore
from bot.settings import ROOT, Settings, load_settings
from tests.browser import browser, npm
from tests.end_to_end.driver import free_port
from tests.law import loaded_law

__all__ = ["browser", "npm"]

PATIENCE = 60


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here that talks to the running desk is slow."""
    here = Path(__file__).parent
    for item in items:
        names = getattr(item, "fixturenames", ())
        if item.path.is_relative_to(here) and ("desk" in names or "law_url" in names):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def law_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The whole law, loaded once."""
    return loaded_law(tmp_path_factory)


@dataclass
class RunningDesk:
    """The desk's process, and its stores as the tests see them."""

    folder: Path
    environment: dict[str, str]

    @cached_property
    def settings(self) -> Settings:
        return load_settings(self.environment)

    @cached_property
    def accounts(self) -> AccountStore:
        return open_accounts(self.settings)

    @cached_property
    def people(self) -> PeopleStore:
        return PeopleStore(self.settings.conversations_url, self.settings.people_key)

    @property
    def address(self) -> str:
        return self.settings.desk_url

    def session(self, *roles: str) -> str:
        """The token of a new session of a new account with these roles."""
        name = f"{'-'.join(roles)}-{os.urandom(3).hex()}"
        return self.accounts.sign_in(self.accounts.add(name, roles).id)

    def client(self, *roles: str) -> httpx.Client:
        """A program's browser: signed in with these roles, a guest without any."""
        # Plain http: without `verify` each client would read every certificate of the machine first.
        made = httpx.Client(base_url=self.address, timeout=30, follow_redirects=False, verify=False)  # noqa: S501
        if roles:
            token = self.session(*roles)
            made.cookies.set(SESSION_COOKIE, token)
            made.headers["x-csrf-token"] = self.accounts.visitor(token).csrf
        return made

    def start(self) -> None:
        """Starts the process and waits for it."""
        with (self.folder / "desk.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot.desk.server"], cwd=ROOT, env=self.environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        began = time.monotonic()
        while time.monotonic() - began < PATIENCE and self.process.poll() is None:
            try:
                if httpx.get(f"{self.address}/health").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        raise AssertionError(f"the desk did not start:\n{self.log()}")

    def stop(self) -> None:
        """Ends the process."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=20)

    def log(self) -> str:
        """What it wrote."""
        return (self.folder / "desk.log").read_text(errors="replace")


@pytest.fixture(scope="session")
def desk(law_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    """The desk, running."""
    folder = tmp_path_factory.mktemp("desk")
    environment = {
        **os.environ,
        "HAQ_VAR_DIR": str(folder),
        "HAQ_DATABASE_URL": law_url,
        "HAQ_DESK_PORT": str(free_port()),
    }
    running = RunningDesk(folder, environment)
    running.start()
    yield running
    running.stop()
    assert "Traceback" not in running.log()
