"""What people said of the answers, without anything that names a person."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

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

    def feedback(self) -> list[dict[str, Any]]:
        """All feedback, the oldest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(feedback).order_by(feedback.c.id))
            return [
                {"day": row.day, "kind": row.kind, "language": row.language, "topic": row.topic}
                | json.loads(row.body)
                for row in rows
            ]
