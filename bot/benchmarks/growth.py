"""How much room conversations take: 2,000 through the real stores, in SQLite and, where named, PostgreSQL.

`BENCH_DATABASE_URL` names an empty PostgreSQL database; its tables of people are emptied before.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from sqlalchemy import text

from bot.backups.plan import PEOPLE, tables_of
from bot.benchmarks.figures import Figures, NotMeasured, Options, timed
from bot.benchmarks.spare import VARIABLE, spare_database
from bot.channels.mail import SENT
from bot.channels.mailbox import Mailbox
from bot.channels.platform import Inbound, Part
from bot.privacy.conversations import ConversationStore
from bot.privacy.database import clear_traces
from bot.rules.database import open_database
from bot.settings import Settings

CONVERSATIONS, MESSAGES = 2_000, 3  # messages of a person in each; room grows in proportion
BODY_BYTES = 2700
"""Of a conversation before it is sealed: the mean of those of the benchmarks of whole answers."""
_ANSWER = "Your employer must pay your wages within seven days after the end of the month. " * 6
_ID_DAYS, _SENT_DAYS = 9, 2  # after which ids, and what was sent, are dropped
_DAY = 24 * 3600.0


def bench(settings: Settings, _options: Options) -> Figures:
    """Bytes for each conversation, just after it and once what serves its delivery was dropped; seconds.

    Raises NotMeasured when BENCH_DATABASE_URL names no PostgreSQL, or a database in use.
    """
    spare = spare_database(settings)
    if spare is not None and spare.get_backend_name() != "postgresql":
        raise NotMeasured(f"{VARIABLE} must name a PostgreSQL database.")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        figures = dict(_grow("sqlite", f"sqlite:///{folder / 'people.db'}", folder))
        if spare is not None:
            figures |= _grow("postgresql", spare.render_as_string(hide_password=False), folder)
    return figures


def _grow(name: str, url: str, folder: Path) -> Figures:
    mailbox = Mailbox(url, folder / f"{name}.key")
    conversations = ConversationStore(url, folder / f"{name}.key")
    _empty(url)
    before = _bytes(url)
    chance = random.Random(9)  # noqa: S311 - for bodies of a usual length

    def converse() -> None:
        for number in range(CONVERSATIONS):
            _converse(mailbox, conversations, number, chance)

    seconds = timed(converse)
    fresh = _bytes(url)
    mailbox.purge(_ID_DAYS * _DAY, kept=30 * _DAY)  # the times below begin with 0
    later = _bytes(url)
    return {
        f"{name}_seconds": round(seconds, 1),
        f"{name}_bytes_each_at_first": round((fresh - before) / CONVERSATIONS),
        f"{name}_bytes_each_later": round((later - before) / CONVERSATIONS),
    }


def _converse(mailbox: Mailbox, conversations: ConversationStore, number: int, chance: random.Random) -> None:
    """Somebody writes some messages and is answered, as the office does it."""
    address = f"97798{number:08d}"
    for turn in range(MESSAGES):
        message = Inbound(
            address, f"wamid.{number}.{turn}", 0, "text", "my boss has not paid me for two months"
        )
        mailbox.accept("whatsapp", [message], 0.0)
        person = mailbox.person("whatsapp", address)
        found = mailbox.next_message(person, 1.0)
        assert found is not None
        mailbox.answer(found[0], person, "whatsapp", [Part(_ANSWER)], language="ne", now=0.0)
        conversations.put(person, chance.randbytes(BODY_BYTES // 2).hex())
        letter = mailbox.next_letter(person)
        assert letter is not None
        mailbox.settle(letter.id, SENT, message=f"sent.{number}.{turn}")


def _bytes(url: str) -> int:
    """What the tables take on the disk now, without rows that are only marked as deleted."""
    engine = open_database(url, patient=True)
    try:
        clear_traces(engine)
        alone = engine.execution_options(isolation_level="AUTOCOMMIT")
        with alone.connect() as connection:
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("VACUUM")
                pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
                return int(pages or 0) * int(connection.exec_driver_sql("PRAGMA page_size").scalar() or 0)
            sizes = 0
            for table in tables_of(PEOPLE):
                connection.exec_driver_sql(f'VACUUM FULL "{table}"')
                size = text("SELECT pg_total_relation_size(CAST(:name AS regclass))")
                sizes += int(connection.execute(size, {"name": table}).scalar() or 0)
            return sizes
    finally:
        engine.dispose()


def _empty(url: str) -> None:
    engine = open_database(url, patient=True)
    with engine.begin() as connection:
        for table in tables_of(PEOPLE):
            if not table.endswith("_version"):
                connection.exec_driver_sql(f'DELETE FROM "{table}"')  # noqa: S608
    engine.dispose()
