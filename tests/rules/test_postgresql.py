"""The same law in PostgreSQL as in SQLite: a real server, started for this, where one is installed."""

from __future__ import annotations

import os
import random
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.rules.diff import diff
from bot.rules.lawbase import LawBase
from bot.rules.load import load_law
from bot.rules.lookup import lookup
from bot.rules.vocabulary import COUNTRIES, SECTORS, TOPICS
from tests.rules.support import LAW, case_of

SERVERS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not SERVERS, reason="no PostgreSQL server is installed (Debian: postgresql)"),
]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _as_server(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root."""
    return (
        ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", *command]
        if os.geteuid() == 0
        else command
    )


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    """The address of an empty database on a server of its own, on loopback."""
    pytest.importorskip("psycopg2")
    programs, port = SERVERS[0].parent, _free_port()
    folder = Path(tempfile.mkdtemp(prefix="haq-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    data = folder / "data"

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            _as_server([str(programs / program), *arguments]),
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=folder,
        )

    run("initdb", "-D", str(data), "-A", "trust", "-U", "haq")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    run("pg_ctl", "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start")
    try:
        run("createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "haq", "haq")
        yield f"postgresql://haq@127.0.0.1:{port}/haq"
    finally:
        run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def test_the_law_is_the_same_in_both(postgresql: str, base: LawBase) -> None:
    report = load_law(postgresql, LAW)
    assert diff(postgresql, LAW) == [] and not load_law(postgresql, LAW).anything
    other = LawBase(postgresql)
    chance = random.Random(5)
    countries = sorted(COUNTRIES)
    cases = [("NP", "QA"), ("MA", "FR"), ("PH", "KR"), *(chance.sample(countries, 2) for _ in range(60))]
    for home, to in cases:
        case = case_of(home=home, to=to, sector=chance.choice((None, *SECTORS)))
        topics = chance.sample(TOPICS, 5)
        one, two = lookup(base, case, topics), lookup(other, case, topics)
        assert one.version == two.version == report.version
        assert (one.answers, one.channels, one.gaps) == (two.answers, two.channels, two.gaps), case
        assert (one.contacts, one.emergency) == (two.contacts, two.emergency), case
    other.close()
