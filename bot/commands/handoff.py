"""`haq handoff`: the desk's side of a conversation, in the terminal.

Whatever opens or changes a chat is in the audit log, as what the desk's pages do is.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TypeVar

import click

from bot.desk.accounts.first import COMMAND_LINE
from bot.desk.accounts.store import AccountStore, open_accounts
from bot.people.store import RELEASED, Handoff, NoSuchHandoff, PeopleStore
from bot.people.words import joined, left
from bot.settings import load_settings

T = TypeVar("T")
WORKER = click.option(
    "--as", "worker", default="desk", show_default=True, help="Your name at the desk; workers do not see it."
)


@click.group("handoff")
def command() -> None:
    """Chats in which somebody asked for a person: see them, take one over, write, give it back."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="The queue as JSON, with the case of each chat.")
def list_command(as_json: bool) -> None:
    """Who waits: the urgent first."""
    desk = _desk()
    queue = desk.people.queue()
    if as_json:
        for each in queue:  # the case of each is what a page shows to who opens the chat
            desk.note("opened_conversation", each.id)
        click.echo(json.dumps([asdict(each) for each in queue], ensure_ascii=False, indent=2))
        return
    for each in queue:
        click.echo(_line(each))
    if not queue:
        click.echo("Nobody waits.")


@command.command("take")
@click.argument("number", type=int)
@WORKER
def take_command(number: int, worker: str) -> None:
    """Take a chat over: the assistant keeps quiet in it until you release it."""
    desk = _desk()
    desk.people.be_present(worker)
    taken = _try(lambda: desk.people.take(number, worker, joined))
    desk.note("took_conversation", number, worker)
    click.echo(_line(taken))
    for name, value in taken.summary.items():
        if value:
            click.echo(f"  {name}: {', '.join(value) if isinstance(value, list) else value}")


@command.command("read")
@click.argument("number", type=int)
def read_command(number: int) -> None:
    """What was written since you took the chat over."""
    desk = _desk()
    held = desk.people.handoff(number)
    if held is None or held.state == RELEASED:
        return
    desk.note("opened_conversation", number)
    for line in desk.people.transcript(number):
        click.echo(f"{'desk' if line.from_desk else 'them'}: {line.text}")


@command.command("say")
@click.argument("number", type=int)
@click.argument("text")
@WORKER
def say_command(number: int, text: str, worker: str) -> None:
    """Write to the person."""
    desk = _desk()
    desk.people.be_present(worker)
    _try(lambda: desk.people.say(number, worker, text))
    desk.note("answered_conversation", number, worker)


@command.command("release")
@click.argument("number", type=int)
@WORKER
def release_command(number: int, worker: str) -> None:
    """Give the chat back to the assistant; what was written in it is erased here."""
    desk = _desk()
    _try(lambda: desk.people.release(number, worker, left))
    desk.note("closed_conversation", number, worker)


@command.command("present")
@WORKER
def present_command(worker: str) -> None:
    """Say that you are at the desk now; it holds for two minutes, and with each thing you do."""
    _people().be_present(worker)


@command.command("leave")
@WORKER
def leave_command(worker: str) -> None:
    """Say that you leave the desk."""
    _people().leave(worker)


@dataclass(frozen=True)
class _Desk:
    """The chats, and the log of who opened or changed one."""

    people: PeopleStore
    accounts: AccountStore

    def note(self, did: str, number: int, worker: str | None = None) -> None:
        """Adds to the audit log. `worker`: the name somebody gave, which nothing proves."""
        named = {} if worker is None else {"as": worker}
        self.accounts.note(COMMAND_LINE, did, {"handoff": number, **named})


def _desk() -> _Desk:
    """Both at once: nothing is done where it cannot be noted."""
    return _Desk(_people(), open_accounts(load_settings()))


def _people() -> PeopleStore:
    settings = load_settings()
    return PeopleStore(settings.conversations_url, settings.people_key)


def _line(each: Handoff) -> str:
    parts = [f"{each.id}", each.state, each.language, f"since {each.opened_at}"]
    if each.urgent:
        parts.insert(1, f"URGENT {each.danger or ''}".strip())
    if each.taken_by:
        parts.append(f"by {each.taken_by}")
    return "  ".join(parts)


def _try(do: Callable[[], T]) -> T:
    try:
        return do()
    except NoSuchHandoff as error:
        raise click.UsageError(str(error)) from None
