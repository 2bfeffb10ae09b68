"""`haq handoff`: the desk's side of a conversation, in the terminal."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TypeVar

import click

from bot.people.store import Handoff, NoSuchHandoff, PeopleStore
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
@click.option("--json", "as_json", is_flag=True, help="The queue as JSON.")
def list_command(as_json: bool) -> None:
    """Who waits: the urgent first."""
    queue = _store().queue()
    if as_json:
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
    store = _store()
    store.be_present(worker)
    taken = _try(lambda: store.take(number, worker, joined))
    click.echo(_line(taken))
    for name, value in taken.summary.items():
        if value:
            click.echo(f"  {name}: {', '.join(value) if isinstance(value, list) else value}")


@command.command("read")
@click.argument("number", type=int)
def read_command(number: int) -> None:
    """What was written since you took the chat over."""
    for line in _store().transcript(number):
        click.echo(f"{'desk' if line.from_desk else 'them'}: {line.text}")


@command.command("say")
@click.argument("number", type=int)
@click.argument("text")
@WORKER
def say_command(number: int, text: str, worker: str) -> None:
    """Write to the person."""
    store = _store()
    store.be_present(worker)
    _try(lambda: store.say(number, worker, text))


@command.command("release")
@click.argument("number", type=int)
@WORKER
def release_command(number: int, worker: str) -> None:
    """Give the chat back to the assistant; what was written in it is erased here."""
    _try(lambda: _store().release(number, worker, left))


@command.command("present")
@WORKER
def present_command(worker: str) -> None:
    """Say that you are at the desk now; it holds for two minutes, and with each thing you do."""
    _store().be_present(worker)


@command.command("leave")
@WORKER
def leave_command(worker: str) -> None:
    """Say that you leave the desk."""
    _store().leave(worker)


def _line(each: Handoff) -> str:
    parts = [f"{each.id}", each.state, each.language, f"since {each.opened_at}"]
    if each.urgent:
        parts.insert(1, f"URGENT {each.danger or ''}".strip())
    if each.taken_by:
        parts.append(f"by {each.taken_by}")
    return "  ".join(parts)


def _store() -> PeopleStore:
    settings = load_settings()
    return PeopleStore(settings.conversations_url, settings.people_key)


def _try(do: Callable[[], T]) -> T:
    try:
        return do()
    except NoSuchHandoff as error:
        raise click.UsageError(str(error)) from None
