"""`haq privacy`: what is kept of people, erasing it, looking for traces, new keys."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from bot.settings import load_settings


@click.group("privacy")
def command() -> None:
    """What is kept of people: see it, erase it, look for traces, change the keys."""


@command.command("data")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def data_command(as_json: bool) -> None:
    """What is kept, where, how it is protected and for how long."""
    from bot.privacy.retention import STORES

    settings = load_settings()
    rows = [
        {
            "what": each.what, "where": each.where, "tables": list(each.tables), "how": each.how,
            "kept": each.until(settings),
        }
        for each in STORES
    ]  # fmt: skip
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        click.echo(f"{row['what']}\n  in     {row['where']}: {', '.join(row['tables'])}")
        click.echo(f"  how    {row['how']}\n  kept   {row['kept']}")


@command.command("erase")
@click.argument("channel", required=False)
@click.option("--chat", type=int, help="The number of a chat at the desk, in place of a channel.")
def erase_command(channel: str | None, chat: int | None) -> int:
    """Erase everything of a person.

    CHANNEL is whatsapp, telegram, messenger, line, sms, twilio_whatsapp, web or rest. You are then asked
    for the telephone number or id of the person there; it stands in no list of past commands.
    """
    from bot.channels.configured import CHANNELS
    from bot.cli import Failure
    from bot.privacy.sealing import SealError
    from bot.privacy.stores import open_stores, written_ways

    known = (*CHANNELS, "web", "rest")
    if (channel is None) == (chat is None):
        raise click.UsageError("Give a channel, or --chat NUMBER.")
    if channel is not None and channel not in known:
        raise click.UsageError(f"There is no channel {channel!r}: {', '.join(known)}.")
    stores = open_stores(load_settings())
    if chat is not None:
        try:
            person = stores.people.person_of(chat)
        except SealError as error:
            raise Failure(
                f"Whose chat {chat} is cannot be told: {error} Erase by channel and number."
            ) from None
        if person is None:
            raise click.UsageError(f"There is no chat {chat} (any more).")
        found = [stores.erase_known(person)]
    else:
        assert channel is not None
        typed = click.prompt("Telephone number or id", hide_input=sys.stdin.isatty(), err=True).strip()
        found = [stores.erase(channel, way) for way in written_ways(channel, typed)]
    stores.clear_traces()
    total = {table: sum(each[table] for each in found) for table in found[0]}
    for table, number in total.items():
        if number:
            click.echo(f"{table}: {number}")
    if any(total.values()):
        click.echo("Erased. Backups made before still hold it, sealed: erase them in their time.")
        return 0
    click.echo("Nothing is kept of this person.", err=True)
    return 1


@command.command("search")
@click.argument("folders", nargs=-1, type=click.Path(exists=True, path_type=Path))
def search_command(folders: tuple[Path, ...]) -> int:
    """Look for words in the raw files of everything that is kept; 1 when they are found.

    Searches the var folder, the files of SQLite databases elsewhere, and FOLDERS besides: the data folder of
    PostgreSQL, backups. You are asked for the words, one a line; an empty line, or the end of the input,
    begins the search.
    """
    from bot.privacy.database import files_of
    from bot.privacy.search import search

    settings = load_settings()
    if sys.stdin.isatty():
        click.echo("Words to look for, one a line; an empty line begins.", err=True)
    marks = []
    for line in sys.stdin:
        if not line.strip():
            break
        marks.append(line.strip())
    if not marks:
        raise click.UsageError("Give at least one word to look for.")
    databases = [
        file for url in (settings.conversations_url, settings.accounts_url) for file in files_of(url)
    ]
    found = list(search((settings.var_dir, *databases, *folders), marks))
    for each in found:
        click.echo(f"{each.path}: word {each.mark + 1}, as {each.written}, at byte {each.at}")
    if not found:
        click.echo("Found nowhere.")
    return 1 if found else 0


@command.command("tidy")
def tidy_command() -> None:
    """Erase now what has had its time; the running program does so each hour."""
    from bot.privacy.housekeeping import tidy
    from bot.privacy.stores import open_stores

    settings = load_settings()
    for what, number in tidy(open_stores(settings), settings).items():
        click.echo(f"{number:6d}  {what}")


@command.command("rotate")
@click.option(
    "--pause", type=click.FloatRange(min=0), default=None,
    help="Seconds to wait until all have the new key, and for what was begun with the older; 30 by default.",
)  # fmt: skip
def rotate_command(pause: float | None) -> None:
    """Make new keys, seal everything anew with them, drop the older ones. Servers may go on running.

    The pause comes twice for each database: until all processes have the new key, and after it began to seal.
    Make a backup of the key files first, and another of the new ones after.
    """
    from bot.cli import Failure
    from bot.privacy.rotation import PAUSE_SECONDS, NotFinished, rotate, sealed_databases

    for database in sealed_databases(load_settings()):
        try:
            rotate(database, _tell, PAUSE_SECONDS if pause is None else pause)
        except NotFinished as error:
            raise Failure(str(error)) from None


@command.command("reseal")
def reseal_command() -> None:
    """Seal everything anew with the first `seal` key of the key files; for keys that you change by hand."""
    from bot.cli import Failure
    from bot.privacy.rotation import NotFinished, reseal, sealed_databases

    for database in sealed_databases(load_settings()):
        try:
            done = reseal(database)
        except NotFinished as error:
            raise Failure(str(error)) from None
        _tell(f"{database.name}: {done.anew} texts sealed anew, {done.unreadable} cannot be read")


@command.command("let-go")
@click.option("--yes", is_flag=True, help="Do not ask.")
def let_go_command(yes: bool) -> int:
    """Erase what no key opens any more, after a key was lost for good.

    Until then it waits for its key: messages are not answered, and whose case cannot be opened gets an
    apology. With a new key file the database is then that file's.
    """
    from bot.privacy.rotation import let_go, sealed_databases, unreadable

    people = sealed_databases(load_settings())[0]
    for table, number in unreadable(people).items():
        click.echo(f"{table}: {number} cannot be opened")
    if not yes:
        click.confirm("Is the key lost for good? What it sealed is erased", abort=True, err=True)
    click.echo(f"Erased: {let_go(people)}. The database goes with the key file {people.key_file}.")
    return 0


def _tell(line: str) -> None:
    click.echo(line, err=True)
