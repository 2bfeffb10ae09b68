"""People with personal marks, put through every store as the program does it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import MetaData, create_engine, func, select
from sqlalchemy.engine import Engine

from bot.channels.mailbox import Mailbox
from bot.channels.platform import Inbound, Part
from bot.conversation.turn import Effect, Message, Reply, State
from bot.people.effects import Person, perform
from bot.privacy.stores import Stores

COUNT, MARKS = 50, 20
_NAMES = ("Sitaram", "Gyalzen", "Marivic", "Abdulrehman", "Nguyenthi", "Wanjiku", "Bezawit", "Thilini")


@dataclass(frozen=True)
class Worker:
    """Somebody who writes: marks of theirs and of their family, which must be found nowhere."""

    channel: str
    address: str  # the platform's id
    name: str
    phone: str
    email: str
    passport: str
    family: tuple[str, ...]  # names and telephone numbers

    @property
    def marks(self) -> tuple[str, ...]:
        """All of them, as a file might hold them."""
        return (self.address, self.name, self.phone, self.email, self.passport, *self.family)

    @property
    def words(self) -> str:
        """A message that says everything."""
        family = ", ".join(self.family)
        return f"My name is {self.name}, {self.phone}, {self.email}, passport {self.passport}; {family}."


def workers(number: int = COUNT, seed: int = 9) -> list[Worker]:
    """So many, no mark twice."""
    chance = random.Random(seed)
    made = []
    for each in range(number):
        name = f"{chance.choice(_NAMES)}{chance.randrange(16**8):08x}".capitalize()
        address = f"{97798}{chance.randrange(10**10):010d}"
        channel = ("whatsapp", "telegram", "web", "rest", "sms")[each % 5]
        phone = f"+97433{chance.randrange(10**9):09d}"
        passport = f"PA{chance.randrange(10**9):09d}"
        names = (f"{chance.choice(_NAMES)}{chance.randrange(16**8):08x}" for _ in range(MARKS))
        numbers = (f"00977{chance.randrange(10**10):010d}" for _ in range(MARKS))
        family = tuple(mark for pair in zip(names, numbers, strict=True) for mark in pair)[: MARKS - 5]
        made.append(
            Worker(channel, address, name, phone, f"{name.lower()}@mail.example.org", passport, family)
        )
    assert len({mark for each in made for mark in each.marks}) == MARKS * number
    return made


def write_everything(stores: Stores, worker: Worker) -> str:
    """A worker uses all there is: writes, is answered, asks for a person, wants reminders, complains.

    Gives the name under which the program knows them.
    """
    person = _write(stores, worker)
    who = Person(worker.channel, person)
    stores.conversations.put(person, f'{{"slots": {{"known": {{"letter_story": "{worker.words}"}}}}}}')
    state = State(
        language="en", destination="QA", known={"letter_story": worker.words, "letter_employer": worker.name}
    )
    said = Message(f"Your letter: {worker.words}")
    asks = Reply(state, (said,), effects=(Effect("ask_for_person", {"urgent": True, "danger": "violence"}),))
    perform(stores.people, who, asks)
    number = stores.people.places()[-1].id
    stores.people.take(number, "amina", lambda _language: "Hello")
    stores.people.add_note(number, "amina", f"Called {worker.phone}")
    effects = (
        Effect("pass_on", {"text": worker.words}),
        Effect("remind", {"days": ["2030-01-01"], "text": f"Bring {worker.passport}"}),
        Effect("feedback", {"helped": False, "rules": ["qa-wages"], "topic": "wages"}),
        Effect("unanswered", {"text": worker.words, "topics": ["wages"]}),
    )
    perform(stores.people, who, Reply(state, (said,), effects=effects))
    stores.people.say(number, "amina", f"Dear {worker.name}", ["qa-wages"])
    return person


def _write(stores: Stores, worker: Worker) -> str:
    if worker.channel == "rest":
        return worker.address
    mailbox: Mailbox = stores.mailbox
    first = Inbound(worker.address, f"1 {worker.address}", 0, "text", worker.words)
    second = Inbound(worker.address, f"2 {worker.phone}", 0, "text", worker.words)
    mailbox.accept(worker.channel, [first, second])
    person = mailbox.person(worker.channel, worker.address)
    mailbox.hold(person)
    found = mailbox.next_message(person, settled_before=1e12)
    assert found is not None and found[1].text == worker.words
    file = {"name": "letter.pdf", "mime": "text/plain", "base64": worker.words}
    rest = [{"text": f"More for {worker.name}"}]
    mailbox.answer(found[0], person, worker.channel, [Part(worker.words, (), file)], rest=rest, language="en")
    mailbox.let_go(person)
    if worker.channel == "web":
        stores.weblog.open(person, "en", chosen=True)
        stores.weblog.write(person, f"{person[:16]}/1", {"from": "person", "text": worker.words})
    return person


def rows(engine: Engine) -> dict[str, int]:
    """How many rows each table of a database has."""
    found = MetaData()
    found.reflect(engine)
    with engine.connect() as connection:
        return {
            each.name: int(connection.execute(select(func.count()).select_from(each)).scalar() or 0)
            for each in found.sorted_tables
        }


def texts_of(url: str) -> Iterator[tuple[str, str, str]]:
    """Every text that a database holds: table, column, value."""
    engine = create_engine(url, future=True)
    found = MetaData()
    found.reflect(engine)
    with engine.connect() as connection:
        for table in found.sorted_tables:
            for row in connection.execute(select(table)).mappings():
                yield from (
                    (table.name, str(name), value) for name, value in row.items() if isinstance(value, str)
                )
    engine.dispose()
