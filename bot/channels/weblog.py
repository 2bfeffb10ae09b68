"""The web chat's sessions and what was said in them, kept while the tab is open and then erased.

Unlike a messaging app a page has no memory of its own: a reload, or a lost line, asks for what was said.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from time import time
from typing import Any

from sqlalchemy import Column, Float, Integer, MetaData, String, Table, Text, delete, func, select, update
from sqlalchemy.engine import Engine

from bot.databases.migrating import PEOPLE, bring_up_to_date
from bot.databases.upserts import upsert
from bot.privacy.database import open_private
from bot.privacy.ownership import sealer_for
from bot.privacy.places import WEB_EVENT
from bot.privacy.sealing import SealError

KEPT_SECONDS = 24 * 3600.0  # after the last sign of life

_metadata = MetaData()
_sessions = Table(
    "web_session", _metadata,
    Column("person", String(64), primary_key=True),
    Column("language", String(8), nullable=False),
    Column("chosen", Integer, nullable=False, default=0),  # the person chose the language
    Column("seen_at", Float, nullable=False, index=True),
)  # fmt: skip
_events = Table(
    "web_event", _metadata,
    Column("number", Integer, primary_key=True),
    Column("person", String(64), nullable=False, index=True),
    Column("reference", String(80), nullable=False, unique=True),  # each is kept once
    Column("body", Text, nullable=False),  # sealed JSON: who, text, choices, file, id, language
)  # fmt: skip


class WebLog:
    """Sessions of the web chat, by the keyed hash of the session's secret."""

    def __init__(self, url: str, key_file: Path) -> None:
        self._engine: Engine = open_private(url)
        bring_up_to_date(self._engine, PEOPLE)
        self._sealer = sealer_for(self._engine, key_file)

    @staticmethod
    def new_secret() -> str:
        """A secret that only the page holds."""
        return secrets.token_hex(32)

    def open(self, person: str, language: str, chosen: bool, now: float | None = None) -> None:
        """Opens a session, or brings its language up to date."""
        row = {"language": language, "chosen": int(chosen), "seen_at": time() if now is None else now}
        with self._engine.begin() as connection:
            statement = upsert(connection, _sessions).values(person=person, **row)
            connection.execute(statement.on_conflict_do_update(index_elements=["person"], set_=row))

    def session(self, person: str, now: float | None = None) -> tuple[str, bool] | None:
        """The language of a session and whether it was chosen; None for one that is unknown or over."""
        moment = time() if now is None else now
        with self._engine.begin() as connection:
            row = connection.execute(select(_sessions).where(_sessions.c.person == person)).first()
            if row is None or row.seen_at < moment - KEPT_SECONDS:
                return None
            connection.execute(update(_sessions).where(_sessions.c.person == person).values(seen_at=moment))
        return str(row.language), bool(row.chosen)

    def write(self, person: str, reference: str, body: Mapping[str, Any]) -> None:
        """Adds something that was said, unless the session is over; the same reference is kept once.

        Who writes for the same person waits: else a lower number could come to light after a higher one,
        and a page that asks for what came after the higher one would never see it.
        """
        row = {
            "person": person,
            "reference": reference,
            "body": self._sealer.seal(json.dumps(body, ensure_ascii=False), WEB_EVENT),
        }
        session = select(_sessions.c.person).where(_sessions.c.person == person).with_for_update()
        with self._engine.begin() as connection:
            if connection.execute(session).first() is not None:
                connection.execute(upsert(connection, _events).values(**row).on_conflict_do_nothing())

    def after(self, person: str, number: int) -> list[dict[str, Any]]:
        """What was said after a number, in its order."""
        query = (
            select(_events)
            .where(_events.c.person == person, _events.c.number > number)
            .order_by(_events.c.number)
        )
        found = []
        with self._engine.connect() as connection:
            for row in connection.execute(query):
                try:
                    body = self._sealer.open(row.body, WEB_EVENT)
                    found.append({"number": row.number, **json.loads(body)})
                except SealError:  # sealed with a key that is lost: as good as erased
                    continue
        return found

    def newest(self, person: str) -> int:
        """The number of what was said last."""
        query = select(func.max(_events.c.number)).where(_events.c.person == person)
        with self._engine.connect() as connection:
            return int(connection.execute(query).scalar() or 0)

    def keep_last(self, person: str) -> None:
        """Erases all that was said but the last."""
        last = self.newest(person)
        with self._engine.begin() as connection:
            connection.execute(delete(_events).where(_events.c.person == person, _events.c.number < last))

    def erase(self, person: str) -> dict[str, int]:
        """Ends a session and erases what was said in it; how many rows of each table there were."""
        with self._engine.begin() as connection:
            return {
                table.name: connection.execute(delete(table).where(table.c.person == person)).rowcount
                for table in (_sessions, _events)  # as `write` locks them
            }

    def over(self, now: float | None = None) -> list[str]:
        """Persons whose session gave no sign of life for long. It alone names them: it goes last."""
        limit = (time() if now is None else now) - KEPT_SECONDS
        with self._engine.connect() as connection:
            return list(
                connection.execute(select(_sessions.c.person).where(_sessions.c.seen_at < limit)).scalars()
            )
