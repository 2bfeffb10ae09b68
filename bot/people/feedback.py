"""What people said of the answers, without anything that names a person."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, select

from bot.people import clock
from bot.people.tables import SealedStore, feedback


class Feedback(SealedStore):
    """What helped, what did not, what was not understood."""

    def note(self, kind: str, language: str, topic: str | None, body: Mapping[str, Any]) -> None:
        """Keeps feedback; the body holds nothing that names a person."""
        row = {
            "day": clock.moment().date().isoformat(), "kind": kind, "language": language, "topic": topic,
            "body": json.dumps(body, ensure_ascii=False),
        }  # fmt: skip
        with self._engine.begin() as connection:
            connection.execute(feedback.insert().values(**row))

    def purge_feedback(self, kept: timedelta) -> int:
        """Drops what was said so long ago; gives how much."""
        first = (clock.moment() - kept).date().isoformat()
        with self._engine.begin() as connection:
            return connection.execute(delete(feedback).where(feedback.c.day < first)).rowcount

    def feedback(self, kind: str | None = None, since: date | None = None) -> list[dict[str, Any]]:
        """Feedback, the oldest first: all, or that of a kind, or from a day on."""
        query = select(feedback).order_by(feedback.c.id)
        if kind is not None:
            query = query.where(feedback.c.kind == kind)
        if since is not None:
            query = query.where(feedback.c.day >= since.isoformat())
        with self._engine.connect() as connection:
            rows = connection.execute(query)
            return [
                {"day": row.day, "kind": row.kind, "language": row.language, "topic": row.topic}
                | json.loads(row.body)
                for row in rows
            ]
