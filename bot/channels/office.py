"""The work behind all channels: one person's messages after the other, answered, then sent.

A message waits a moment for those that a platform delivers out of order. Whoever is worked for is held
in the mailbox, so that other processes leave them alone; what a process that died had begun is taken up
by the next.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from time import time
from typing import Any, Protocol

from sqlalchemy.exc import SQLAlchemyError

from bot.answers import formats
from bot.answers.translations import SOURCE_LANGUAGE, translator
from bot.channels import texts
from bot.channels.carrier import Carrier, next_try
from bot.channels.mail import DEAD, READY, SENT, Known, Letter
from bot.channels.mailbox import Mailbox
from bot.channels.platform import Inbound, Outcome, Part, Profile
from bot.channels.rendering import Rendering, render
from bot.channels.saying import asks_to_erase
from bot.conversation.emergencies import numbers_of
from bot.conversation.outage import apology
from bot.conversation.turn import State, enabled_languages
from bot.databases.aside import Aside
from bot.language.identification import identify
from bot.language.normalise import latinise
from bot.language.places import country_at
from bot.observability import correlation
from bot.observability.marks import count, timed, took
from bot.people.store import Outgoing, PeopleStore
from bot.privacy.failures import where
from bot.rules.errors import RulesError

logger = logging.getLogger(__name__)

SETTLE_SECONDS = 0.6  # platforms swap neighbours; later ones are answered as they come
AT_ONCE = 3  # messages before the assistant: more would keep new ones waiting for their receipt
MOST_OF_DESK = 9  # messages that one text of the desk may take
MOST_BUSY = 24  # people of a channel at a time: the others are for other processes
_IDLE_SECONDS = 0.5
_DESK_SECONDS = 2.0
_SILENT = ("reaction", "deleted")
_WITH_WORDS = ("image", "video", "document")  # words stand below them, and may tell of a danger
_NOT_NOW = (RulesError, SQLAlchemyError)


class Talk(Protocol):
    """Hands words to the assistant."""

    async def __call__(self, channel: str, person: str, words: str) -> list[dict[str, Any]]:
        """What the assistant says."""


@dataclass(frozen=True)
class Line:
    """One channel: what it can show, and who carries to it."""

    name: str
    profile: Profile
    carrier: Carrier


class Office:
    """Answers and sends for all channels of this process."""

    def __init__(
        self, mailbox: Mailbox, people: Callable[[], PeopleStore], talk: Talk, aside: Aside | None = None
    ) -> None:
        self._mailbox, self._people, self._talk = mailbox, people, talk
        self._lines: dict[str, Line] = {}
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._busy_of: Counter[str] = Counter()  # by channel
        self._woken = asyncio.Event()
        self._room = asyncio.Semaphore(AT_ONCE)
        self._aside = aside or Aside("office", 1)
        # What was sent while the database was away is not sent again: by person, with the letter's reference.
        self._not_noted: dict[str, tuple[str, Outcome]] = {}
        self._told_of: set[str] = set()  # messages of the desk that cannot be taken over now
        self._stopped = False

    def open(self, line: Line) -> None:
        """Begins to work for a channel."""
        self._lines[line.name] = line

    def wake(self) -> None:
        """Something came."""
        self._woken.set()

    async def run(self) -> None:
        """Works until stopped."""
        with suppress(*_NOT_NOW):  # a database that is down is said below, again and again
            await self._aside(self._mailbox.doubt_anew)
        desk_at = 0.0
        while not self._stopped:
            try:
                began = time()
                if began >= desk_at:
                    await self._aside(self._fetch_from_desk)
                    if self._not_noted:
                        await self._aside(self._drop_erased)
                    desk_at = began + _DESK_SECONDS
                await self._hand_out()
            except _NOT_NOW as error:
                logger.error("The mailbox cannot be read: %s.", where(error))
            except Exception as error:  # the boundary: whatever fails, work for the others goes on
                logger.error("The work behind the channels failed, and goes on: %s.", where(error))
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._woken.wait(), _IDLE_SECONDS)
            if self._woken.is_set():
                self._woken.clear()
                await asyncio.sleep(SETTLE_SECONDS / 3)

    def when_done(self, person: str, then: Callable[[], None]) -> None:
        """Does something once nobody works for a person: now, or when what is begun has ended."""
        task = self._busy.get(person)
        if task is None:
            then()
        else:
            task.add_done_callback(lambda _task: then())

    async def stop(self) -> None:
        """Ends what is begun, then lets go."""
        self._stopped = True
        self._woken.set()
        if self._busy:
            await asyncio.wait(list(self._busy.values()), timeout=5)
        for line in self._lines.values():
            await line.carrier.close()

    async def _hand_out(self) -> None:
        now = time()
        for line in list(self._lines.values()):
            found = await self._aside(self._mailbox.with_work, line.name, now - SETTLE_SECONDS, now)
            for person in found:
                if person not in self._busy and self._busy_of[line.name] < MOST_BUSY:
                    task = asyncio.ensure_future(self._work_for(person, line))
                    self._busy[person] = task
                    self._busy_of[line.name] += 1
                    task.add_done_callback(partial(self._done, person, line.name))

    def _done(self, person: str, channel: str, _task: asyncio.Task[None]) -> None:
        self._busy.pop(person, None)
        self._busy_of[channel] -= 1
        self._woken.set()

    async def _work_for(self, person: str, line: Line) -> None:
        try:
            if await self._aside(self._mailbox.hold, person):
                await self._clear(person, line)
                await self._aside(self._mailbox.let_go, person)
        except _NOT_NOW as error:  # the row is free again after a while; nothing is lost
            logger.error("Work for a person had to stop: %s.", where(error))
        except Exception as error:  # the boundary: asyncio would write its text into the log
            logger.error("Work for a person failed: %s.", where(error))

    async def _clear(self, person: str, line: Line) -> None:
        """Sends what waits, then answers the next message, until nothing is left that is due."""
        while not self._stopped and await self._aside(self._mailbox.hold, person):
            if not await self._send_all(person, line):
                return
            known = await self._aside(self._mailbox.known, person)
            if known is not None and known.forget:  # and told so: what came meanwhile begins anew
                await line.carrier.forgotten(person)
                if not await self._aside(self._mailbox.begin_anew, person):
                    return
                known = await self._aside(self._mailbox.known, person)
            found = await self._aside(self._mailbox.next_message, person, time() - SETTLE_SECONDS)
            if found is None or known is None:
                return
            with correlation.under(found[1].trace):
                took("queue", time() - found[1].came)
                await self._answer(line, known, *found)

    async def _send_all(self, person: str, line: Line) -> bool:
        """Sends what waits for a person in its order; False when the first has to wait."""
        while (letter := await self._aside(self._mailbox.next_letter, person)) is not None:
            reference, outcome = self._not_noted.get(person, ("", None))
            if outcome is None or reference != letter.reference:
                if letter.tries and letter.due_at > time():  # never tried: due, whatever the clock says
                    return False
                if not await self._aside(self._mailbox.hold, person):
                    return False
                await self._aside(self._mailbox.sending, letter.id)
                outcome = await self._carried(line, letter)
                self._not_noted[person] = letter.reference, outcome
            goes_on = await self._noted(line, letter, outcome)
            self._not_noted.pop(person, None)
            if not goes_on:
                return False
        return True

    async def _noted(self, line: Line, letter: Letter, outcome: Outcome) -> bool:
        """Notes what came of sending; False when the letter is to be tried again later."""
        if outcome.state == "sent":
            await self._aside(self._mailbox.settle, letter.id, SENT, message=outcome.id)
            return True
        pause = next_try(outcome, letter.tries + 1) if outcome.state == "retry" else None
        if pause is not None:
            due = time() + pause
            await self._aside(self._mailbox.settle, letter.id, READY, due_at=due, code=outcome.code)
            return False
        logger.warning("A message on %s could not be sent: %s.", line.name, outcome.code or "unknown")
        await self._aside(self._mailbox.settle, letter.id, DEAD, code=outcome.code)
        return True

    async def _carried(self, line: Line, letter: Letter) -> Outcome:
        with correlation.under(letter.trace), timed("send"):
            outcome = await self._carry(line, letter)
        count("messages_sent", line.name, outcome.state)
        return outcome

    async def _carry(self, line: Line, letter: Letter) -> Outcome:
        try:
            return await line.carrier.carry(letter)
        except _NOT_NOW:
            raise
        except Exception as error:  # the boundary: one letter that cannot be sent holds up nobody for ever
            logger.error("A message on %s cannot be made: %s.", line.name, where(error))
            return Outcome("dead", code=type(error).__name__)

    async def _answer(self, line: Line, known: Known, number: int, message: Inbound) -> None:
        language, messages = known.language, self._without_assistant(known, message)
        if messages is None:
            words = _words_of(message, known)
            async with self._room:
                # There was a queue: another process may have taken over.
                if not await self._aside(self._mailbox.hold, known.person):
                    return
                messages = await self._talk(line.name, known.person, words)
            language = _told(messages, "language") or language
        try:
            answer = self._render(messages, line.profile, language)
        except Exception as error:  # the boundary: the person gets a sentence and a number
            logger.error("An answer on %s cannot be shown: %s.", line.name, where(error))
            count("apologies", "office")
            said = apology(State(language=language or SOURCE_LANGUAGE), known.country or None)
            answer = Rendering((Part(said["text"]),))
        await self._aside(
            self._mailbox.answer, number, known.person, line.name, answer.parts,
            rest=answer.rest, language=language, country=_told(messages, "country"),
            token=message.token, forget=asks_to_erase(messages),
        )  # fmt: skip

    def _without_assistant(self, known: Known, message: Inbound) -> list[dict[str, Any]] | None:
        """What is said without asking the assistant: the rest of an answer, what cannot be read."""
        language = known.language or _guessed(message.text)
        t = translator(language)
        # "0" is the number of a "Show more" button whose label the platform no longer knows.
        more = ("more", "0", latinise(texts.words(t).more_button))
        if known.rest and latinise(message.text) in more:
            return list(known.rest)
        if message.kind in _SILENT or (
            not message.text.strip() and message.place is None and _is_text(message)
        ):
            return []
        if message.kind in _WITH_WORDS and message.text.strip():
            return None
        numbers = numbers_of(known.country or None, t)
        said = (
            texts.too_many(t, numbers)
            if message.kind == "flood"
            else texts.cannot_read(message.kind, t, numbers)
        )
        return None if said is None else [{"text": said}]

    def _render(self, messages: Sequence[Mapping[str, Any]], profile: Profile, language: str) -> Rendering:
        t = translator(language or SOURCE_LANGUAGE)
        return render(messages, profile, texts.words(t))

    def _fetch_from_desk(self) -> None:
        """Takes over what the desk wrote, and reminders that are due.

        What cannot be taken over stays, for as long as the outbox of the desk keeps it, and is told of once.
        """
        left: dict[str, str] = {}
        for each in self._people().due(tuple(self._lines)):
            try:
                if not self._take_over(self._lines[each.channel], each):
                    left[each.key] = "nobody is known whom it is for"
            except _NOT_NOW:
                raise
            except Exception as error:  # the boundary: one message that cannot be shown holds up no other
                left[each.key] = where(error)
        for key, why in left.items():
            if key not in self._told_of:
                logger.error("A message of the desk or a reminder has to wait: %s.", why)
        self._told_of = set(left)

    def _drop_erased(self) -> None:
        """Forgets what came of letters that were erased before it could be noted."""
        for person in list(self._not_noted):
            if not self._mailbox.is_waiting(person):
                self._not_noted.pop(person, None)

    def _take_over(self, line: Line, message: Outgoing) -> bool:
        """Puts a message of the desk among the letters; False when nobody is known whom it is for."""
        known = self._mailbox.known(message.sender)
        if known is None:
            return False
        # What a person wrote is not cut: nobody could ask for the rest of it.
        whole = replace(line.profile, segments=0, messages=MOST_OF_DESK)
        parts = self._render([{"text": message.text}], whole, known.language).parts
        if not self._mailbox.post(message.sender, parts, f"desk-{message.key}"):
            return False
        self._people().sent(message)
        return True


def _is_text(message: Inbound) -> bool:
    return message.kind in ("text", "choice", "edited")


def _words_of(message: Inbound, known: Known) -> str:
    """The words of a message; for a place on the map the name of its country."""
    if message.place is None:
        return message.text
    country = country_at(*message.place)
    return formats.country(country, translator(known.language or SOURCE_LANGUAGE)) if country else "?"


def _guessed(text: str) -> str:
    guess = identify(text)
    known = guess.confident and guess.language in enabled_languages()
    return str(guess.language) if known else SOURCE_LANGUAGE


def _told(messages: Sequence[Mapping[str, Any]], name: str) -> str:
    found = [(each.get("custom") or {}).get(name) for each in messages]
    return next((str(each) for each in found if each), "")
