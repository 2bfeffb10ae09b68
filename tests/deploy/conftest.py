"""A Haq with something in every store, in SQLite or in PostgreSQL."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import MetaData, create_engine, insert, select

from bot.privacy.stores import open_stores
from bot.rules.load import load_law
from bot.rules.tables import revision
from bot.settings import ROOT, Settings, load_settings
from tests.privacy.people import Worker, workers, write_everything
from tests.servers import free_port

LAW = ROOT / "tests" / "rules" / "good"
_REVISION = {
    "record": "rule/made-at-the-desk", "country": "QA", "document": "id: made-at-the-desk", "author": "amina",
    "reason": "a test", "at": "2026-01-01T00:00:00+00:00",
}  # fmt: skip
Content = dict[str, list[tuple[str, ...]]]
NOT_SAVED = ("sqlite_sequence",)


def place(folder: Path, url: str = "") -> Settings:
    """Settings with a folder of their own; `url`: one PostgreSQL for all."""
    names = ("HAQ_DATABASE_URL", "HAQ_CONVERSATIONS_URL", "HAQ_ACCOUNTS_URL") if url else ()
    ports = {f"HAQ_{part}_PORT": str(free_port()) for part in ("ASSISTANT", "ACTIONS", "DESK")}
    return load_settings({"HAQ_VAR_DIR": str(folder), **ports, **dict.fromkeys(names, url)})


def fill(settings: Settings, number: int = 5) -> list[Worker]:
    """Puts law, a revision made at the desk, people and an account into all databases."""
    load_law(settings.database_url, LAW)
    engine = create_engine(settings.database_url, future=True)
    with engine.begin() as connection:
        connection.execute(insert(revision).values(**_REVISION))
    engine.dispose()
    people = workers(number)
    stores = open_stores(settings)
    for each in people:
        write_everything(stores, each)
    stores.accounts.add("amina", ("caseworker",), "en")
    for opened in stores.databases:
        opened.dispose()
    return people


def content(url: str) -> Content:
    """Every row of every table, as text."""
    engine = create_engine(url, future=True)
    found = MetaData()
    found.reflect(engine)
    with engine.connect() as connection:
        rows = {
            name: sorted(tuple(map(str, row)) for row in connection.execute(select(table)))
            for name, table in found.tables.items()
            if name not in NOT_SAVED
        }
    engine.dispose()
    return rows


def everything(settings: Settings) -> dict[str, Content]:
    """The content of all databases."""
    urls = (settings.database_url, settings.conversations_url, settings.accounts_url)
    return {str(number): content(url) for number, url in enumerate(urls)}


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a Haq with files in SQLite, full of content."""
    folder = tmp_path_factory.mktemp("filled")
    fill(place(folder))
    return folder


@pytest.fixture
def here(tmp_path: Path, filled: Path) -> Settings:
    """A Haq of one's own, full of content."""
    shutil.copytree(filled, tmp_path / "here")
    return place(tmp_path / "here")


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., tuple[int, str]]]:
    """Runs a command with settings; its exit code and all that it said."""
    from bot import cli

    def run(settings: Settings, *arguments: object) -> tuple[int, str]:
        for name, value in settings.environment().items():
            monkeypatch.setenv(name, value)
        code = cli.run([str(each) for each in arguments])
        said = capsys.readouterr()
        return code, said.out + said.err

    mask = os.umask(0o077)
    yield run
    os.umask(mask)  # the commands change it for the whole process
