"""The one mailbox and the one office of this process, whichever channels are open."""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bot.channels.conversing import OnMessage, converse
from bot.channels.mailbox import Mailbox
from bot.channels.office import Office
from bot.channels.weblog import WebLog
from bot.databases.aside import Aside, threads_for
from bot.people.store import PeopleStore
from bot.privacy.conversations import ConversationStore
from bot.rules.errors import RulesError
from bot.settings import load_settings

NOT_NOW = (RulesError, SQLAlchemyError)


@lru_cache(maxsize=1)
def mailbox() -> Mailbox:
    """The mailbox, opened at the first message."""
    settings = load_settings()
    return Mailbox(settings.conversations_url, settings.people_key)


@lru_cache(maxsize=1)
def aside() -> Aside:
    """The threads in which webhooks and the office ask the mailbox."""
    return Aside("mailbox", threads_for(load_settings().conversations_url))


@lru_cache(maxsize=1)
def weblog() -> WebLog:
    """The web chat's log, opened at the first session."""
    settings = load_settings()
    return WebLog(settings.conversations_url, settings.people_key)


@lru_cache(maxsize=1)
def conversations() -> ConversationStore:
    """The store of conversations, for a person whose id changes."""
    settings = load_settings()
    return ConversationStore(settings.conversations_url, settings.people_key)


@lru_cache(maxsize=1)
def people() -> PeopleStore:
    settings = load_settings()
    return PeopleStore(settings.conversations_url, settings.people_key)


def _chosen_language(person: str) -> dict[str, Any]:
    """The language that a person chose on the page of the web chat, if any."""
    session = weblog().session(person)
    return {"language": session[0]} if session is not None and session[1] else {}


def office(app: Any, on_new_message: OnMessage) -> Office:
    """The office of a server; it opens with the first channel and closes with the server."""
    held: Office | None = getattr(app.ctx, "haq_office", None)
    if held is not None:
        return held

    async def talk(channel: str, person: str, words: str) -> list[dict[str, Any]]:
        chosen = await aside()(_chosen_language, person) if channel == "web" else {}
        return await converse(app.ctx.agent, on_new_message, channel, person, words, chosen)

    opened = Office(mailbox(), people, talk, aside())
    app.ctx.haq_office = opened
    app.ctx.haq_office_work = asyncio.ensure_future(opened.run())
    return opened


async def close_office(app: Any) -> None:
    """Ends the work that is begun; every channel may ask for it."""
    held: Office | None = getattr(app.ctx, "haq_office", None)
    if held is not None:
        await held.stop()
