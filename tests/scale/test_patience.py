"""A database that is slow, or says nothing: whoever asks hears so within seconds."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.rules import patience
from bot.rules.database import open_database
from tests.servers import Server

pytestmark = [pytest.mark.slow, pytest.mark.thorough]


def seconds_of(url: str, statement: str, patient: bool = False) -> float:
    """How long a statement takes until it fails; it must."""
    engine = open_database(url, patient=patient)
    began = time.monotonic()
    with pytest.raises(DBAPIError), engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
    return time.monotonic() - began


def test_a_slow_statement_is_given_up_and_the_connection_lives(postgresql: str) -> None:
    assert 2.5 < seconds_of(postgresql, "SELECT pg_sleep(30)") < 4
    patient = open_database(postgresql, patient=True)
    with patient.connect() as connection:
        connection.execute(text("SELECT pg_sleep(4)"))  # nobody waits for this
    patient.dispose()


def test_a_server_that_hangs_is_given_up_and_found_again(postgresql_server: Server, postgresql: str) -> None:
    engine = open_database(postgresql)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
    postgresql_server.freeze()
    try:
        began = time.monotonic()
        with pytest.raises(DBAPIError), engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        assert time.monotonic() - began < 4.5, "the first hears of it before the person gets impatient"
        began = time.monotonic()
        with pytest.raises(DBAPIError), engine.connect():
            pass
        assert time.monotonic() - began < 1.5, "the next need not find out anew"
    finally:
        postgresql_server.thaw()
    time.sleep(0.5)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
    engine.dispose()
    patience._suspected["until"] = float("-inf")


def test_a_server_that_is_gone_is_found_again(postgresql_server: Server, postgresql: str) -> None:
    engine = open_database(postgresql)
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    postgresql_server.kill()
    try:
        with pytest.raises(DBAPIError), engine.connect():
            pass
    finally:
        postgresql_server.start()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
    engine.dispose()
