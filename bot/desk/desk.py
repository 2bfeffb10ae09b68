"""What the pages share: the settings, the law, the people who wait, the accounts, the templates."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request

from bot.desk.accounts.store import AccountStore, open_accounts
from bot.people.counts import CountStore
from bot.people.store import PeopleStore
from bot.rules.lawbase import LawBase
from bot.settings import Settings

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Desk:
    """One for the whole process; everything in it may be used from several threads."""

    settings: Settings
    law: LawBase
    people: PeopleStore
    counts: CountStore
    accounts: AccountStore
    templates: Environment


def open_desk(settings: Settings) -> Desk:
    """Opens the stores. Raises LawBaseUnavailable for an address that cannot be used."""
    return Desk(
        settings=settings,
        law=LawBase(settings.database_url),
        people=PeopleStore(settings.conversations_url, settings.people_key),
        counts=CountStore(settings.conversations_url),
        accounts=open_accounts(settings),
        templates=Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=select_autoescape(default=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        ),
    )


def desk_of(request: Request) -> Desk:
    """The desk that a request came to."""
    desk = request.app.state.desk
    assert isinstance(desk, Desk)
    return desk
