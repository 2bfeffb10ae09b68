"""The databases: reachable, up to date, writable, and doing what they should."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.databases import migrating
from bot.observability import gauges
from bot.observability.checks import NotReady, file_of, write_nothing
from bot.observability.doctor.finding import Finding, warning, well, wrong
from bot.rules.database import open_database
from bot.rules.errors import RulesError
from bot.settings import Settings, hide_password

HOUSEKEEPING = timedelta(days=2)
"""So late may something be erased: the program may have been off for a while."""
LATE_SECONDS = 120.0


@dataclass(frozen=True)
class _Database:
    about: str
    variable: str
    url: str
    table: str  # one that is always there
    steps: migrating.Steps | None


def databases(settings: Settings) -> Iterator[Finding]:
    """Each database in turn; then what waits in that of people, and whether it forgets in time."""
    for each in _all(settings):
        file = file_of(each.url)
        if file is not None and not file.is_file():
            yield warning(
                each.about,
                f"{file} is not there yet.",
                "It is made at the first start.",
                f"Start ./haq run. If it was there before: is {each.variable} right?",
            )
            continue
        try:
            with closing(_Opened(each.url)) as opened:
                yield from _database(each, opened.engine)
                if each.variable == "HAQ_CONVERSATIONS_URL":
                    yield from _waiting(opened.engine)
                    yield from _forgetting(settings, opened.engine)
        except (SQLAlchemyError, RulesError) as error:
            yield wrong(
                each.about,
                f"{hide_password(each.url)} does not answer ({type(error).__name__}).",
                "Nothing that needs it works.",
                f"Is the server running, and is {each.variable} right? See docs/settings.md.",
            )


class _Opened:
    """A database that is closed again."""

    def __init__(self, url: str) -> None:
        self.engine = open_database(url)

    def close(self) -> None:
        """Lets go of it."""
        self.engine.dispose()


def _all(settings: Settings) -> tuple[_Database, ...]:
    return (
        _Database("rules database", "HAQ_DATABASE_URL", settings.database_url, "law_version", None),
        _Database(
            "people's database",
            "HAQ_CONVERSATIONS_URL",
            settings.conversations_url,
            "conversation",
            migrating.PEOPLE,
        ),
        _Database(
            "desk's database", "HAQ_ACCOUNTS_URL", settings.accounts_url, "account", migrating.ACCOUNTS
        ),
    )


def _database(database: _Database, engine: Engine) -> Iterator[Finding]:
    about = database.about
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    if database.steps is not None:
        have = migrating.version(engine, database.steps)
        if have != database.steps.newest:
            yield warning(
                about,
                f"Its tables are at step {have or 'none'}, not {database.steps.newest}.",
                "They are brought up to date at the next start.",
                "Start ./haq run.",
            )
            return
    try:
        write_nothing(engine, database.table)
    except NotReady as error:
        yield wrong(about, str(error), "No message can be kept.", "Make room on the disk.")
    except SQLAlchemyError as error:
        yield wrong(
            about,
            f"It cannot be written ({type(error).__name__}).",
            "No message can be kept.",
            "Are its file and folder writable for this user, or is the server read-only?",
        )
    else:
        yield well(about, "It answers and can be written.")


def _waiting(engine: Engine) -> Iterator[Finding]:
    number, oldest = (
        {sample.labels["queue"]: sample.value for sample in family.samples}
        for family in gauges.waiting(engine)
    )
    if number["dead"]:
        yield warning(
            "messages",
            f"{number['dead']:.0f} messages could not be sent.",
            "Somebody waits for an answer that did not come.",
            "`./haq channels dead` shows why, `./haq channels replay` sends them again.",
        )
    for queue, said in (("inbox", "to be answered"), ("outbox", "to be sent")):
        if number[queue] and oldest[queue] > LATE_SECONDS:
            yield wrong(
                "messages",
                f"{number[queue]:.0f} messages wait {said}, the oldest for {oldest[queue] / 60:.0f} minutes.",
                "People wait.",
                "Is the assistant running, and does the platform answer? `./haq channels check`.",
            )
    if number["desk"]:
        yield warning(
            "desk",
            f"{number['desk']:.0f} people wait for somebody at the desk.",
            "They were told that somebody comes.",
            "Open the inbox of the desk.",
        )
    if not any(number.values()):
        yield well("messages", "None waits.")


def _forgetting(settings: Settings, engine: Engine) -> Iterator[Finding]:
    kept = timedelta(days=settings.keep_days)
    with engine.connect() as connection:
        oldest = connection.execute(text("SELECT min(updated_at) FROM conversation")).scalar()
    if oldest is None or gauges.seconds_since(oldest) < (kept + HOUSEKEEPING).total_seconds():
        yield well("forgetting", f"Nothing is older than {settings.keep_days} days.")
        return
    yield wrong(
        "forgetting",
        f"A conversation of {oldest[:10]} is still kept, though HAQ_KEEP_DAYS is {settings.keep_days}.",
        "People were promised that it is erased.",
        "Start ./haq run: it erases every hour. If it runs, look in its log for errors.",
    )
