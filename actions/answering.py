"""What answers a message, whichever front heard it: the conversation, the desk, the counting. No Rasa."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import date
from functools import lru_cache

from sqlalchemy.exc import SQLAlchemyError

from actions.adapter import Answered, Heard, message_for_rasa, state_of, understanding_of
from bot.answers.translations import translator
from bot.conversation.outage import apology, not_done
from bot.conversation.respond import respond
from bot.conversation.turn import Desk, Reply, Turn, enabled_languages
from bot.observability.marks import count
from bot.people.counts import CountStore, Tally, questions_of
from bot.people.effects import NobodySpeaks, Person, perform
from bot.people.records import NOBODY
from bot.people.store import PeopleStore
from bot.privacy.failures import where
from bot.rules.errors import RulesError
from bot.rules.lawbase import LawBase
from bot.settings import load_settings

logger = logging.getLogger(__name__)

_QUIET = {"text": "", "custom": {"quiet": True}}  # nothing is said, on purpose


@lru_cache(maxsize=1)
def law_base() -> LawBase:
    """The law base, opened at the first message."""
    return LawBase(load_settings().database_url)


@lru_cache(maxsize=1)
def people() -> PeopleStore:
    """The store of the desk's queue, reminders and feedback."""
    settings = load_settings()
    return PeopleStore(settings.conversations_url, settings.people_key)


@lru_cache(maxsize=1)
def tally() -> Tally:
    """Counts what people ask."""
    return Tally(lambda: CountStore(load_settings().conversations_url))


def warm_up() -> None:
    """Reads what the first message would have to wait for."""
    for language in enabled_languages():
        translator(language)
    try:
        with law_base().reading() as reader:
            reader.candidates(None, None, None)
    except RulesError as error:
        logger.warning("The law base cannot be read yet: %s.", where(error))


@lru_cache(maxsize=1)
def desk_hours() -> str:
    """When somebody is at the desk, as the settings say it."""
    return load_settings().desk_hours


def desk_for(person: Person) -> Desk:
    """What is known of the desk; nothing when its store is down."""
    try:
        return Desk(
            present=people().somebody_is_there(),
            hours=desk_hours(),
            speaking=people().is_taken(person.sender),
        )
    except (RulesError, SQLAlchemyError) as error:
        logger.error("The desk's queue cannot be read: %s.", where(error))
        return Desk(hours=desk_hours())


def carried_out(reply: Reply, person: Person) -> Reply:
    """The reply, once what it promises is done; an apology before it when that failed."""
    try:
        perform(people(), person, reply)
    except (RulesError, SQLAlchemyError) as error:
        logger.error("What a reply promises could not be done: %s.", where(error))
        return not_done(reply)
    return reply


def reply_to(turn: Turn, person: Person) -> Reply:
    """The reply with all that it promises done; the assistant's own when the desk has just left the chat."""
    try:
        return carried_out(respond(turn), person)
    except NobodySpeaks:
        return carried_out(respond(replace(turn, desk=replace(turn.desk, speaking=False))), person)


def answer(heard: Heard) -> Answered:
    """What is said to a message, and what is remembered; never raises, never silent.

    Blocks while the databases are read. Safe to call from several threads.
    """
    before = state_of(heard)
    person = Person(heard.channel, heard.sender)
    try:
        turn = Turn(before, understanding_of(heard), law_base(), date.today(), desk_for(person))
        reply = reply_to(turn, person)
        if not person.sender.startswith(NOBODY):
            tally().add(questions_of(person.channel, reply, turn.today))
    except Exception as error:
        # The boundary: rasa-sdk would answer with the whole conversation. No content is logged.
        logger.error("A message could not be answered: %s.", where(error))
        count("apologies", "action")
        return Answered((apology(before),), {})
    slots, held = reply.state.slots(), before.slots()
    changed = {name: value for name, value in slots.items() if value != held[name]}
    said = tuple(message_for_rasa(message, reply) for message in reply.messages)
    return Answered(said or (_QUIET,), changed)
