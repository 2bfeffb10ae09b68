"""An editor's desk: revise the law beside its files, take that back, see the life of a record."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.settings import load_settings

if TYPE_CHECKING:
    from bot.rules.load import LoadReport

_BY = click.option("--by", "author", required=True, metavar="NAME", help="Who does it.")


@click.command("revise")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_BY
@click.option("--reason", required=True, metavar="TEXT", help="Why; what was seen where.")
def revise_command(file: Path, author: str, reason: str) -> None:
    """Lay the rules and contacts of FILE over the law, live at once.

    FILE is written as a law file of one country is. The revision lives on until the law files say the
    same: put it there with `haq rules export --revisions`.
    """
    from bot.rules.editing import revise

    settings = load_settings()
    numbers, report = revise(settings.database_url, settings.law_dir, file, author, reason)
    for number in numbers:
        click.echo(f"revision {number} is live.")
    _tell(report)


@click.command("withdraw")
@click.argument("numbers", metavar="REVISION...", type=int, nargs=-1, required=True)
@_BY
@click.option("--alone", is_flag=True, help="Leave standing what was made with them as one change.")
@click.option("--load", is_flag=True, help="Load the law files with that, whatever else they say.")
def withdraw_command(numbers: tuple[int, ...], author: str, alone: bool, load: bool) -> None:
    """Take revisions back, all of them or none: for their records the law files hold again.

    With --load the law files are loaded as well: no `haq rules load` takes them while a revision
    contradicts them.
    """
    from bot.rules.editing import withdraw

    settings = load_settings()
    if not alone:
        _check_whole(settings.database_url, numbers)
    report = withdraw(settings.database_url, settings.law_dir, numbers, author, load)
    for number in numbers:
        click.echo(f"revision {number} is withdrawn.")
    _tell(report)


def _check_whole(url: str, numbers: Collection[int]) -> None:
    """Fails where other open revisions were made as one change with these."""
    from bot.cli import Failure
    from bot.rules.editing import revisions
    from bot.rules.revisions import made_at_once, standing_together

    made = revisions(url)
    together = standing_together(made, made_at_once(made), numbers)
    left = [each.said for each in made if each.id in together and each.id not in numbers]
    if left:
        raise Failure(
            f"Nothing was changed: this was made as one change with {', '.join(left)}. Take all of it back, "
            f"`haq rules withdraw {' '.join(map(str, together))} --by NAME`, or say --alone."
        )


@click.command("revisions")
@click.option("--all", "every", is_flag=True, help="Also those that ended.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def revisions_command(every: bool, as_json: bool) -> None:
    """The revisions that lie over the law files."""
    from bot.rules.editing import revisions

    found = [each for each in revisions(load_settings().database_url) if every or each.ended is None]
    if as_json:
        click.echo(json.dumps([each.to_json() for each in found], ensure_ascii=False, indent=2))
        return
    for each in found:
        click.echo(f"{each.record}: {each.said}: {each.ended or 'open'}")
    click.echo(f"{len(found)} revisions.")


@click.command("history")
@click.argument("record")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def history_command(record: str, as_json: bool) -> None:
    """The life of a rule (or of `contact/ID`) in this database: when it came, and every change."""
    from bot.cli import Failure
    from bot.rules.editing import history, revisions

    name = record if "/" in record else f"rule/{record}"
    url = load_settings().database_url
    steps = history(url, name)
    made = [each for each in revisions(url) if each.record == name]
    if not steps and not made:
        raise Failure(f"Nothing is known of {name}. `haq rules export` lists every record.")
    if as_json:
        whole = {
            "record": name,
            "steps": [each.to_json() for each in steps],
            "revisions": [each.to_json() for each in made],
        }
        click.echo(json.dumps(whole, ensure_ascii=False, indent=2))
        return
    for step in steps:
        click.echo(f"{step.at} (law {step.version}): {step.kind}")
        for part in step.fields:
            click.echo(f"    {part.field}: {shown(part.before)} -> {shown(part.after)}")
    for each in made:
        click.echo(f"{each.said}: {each.ended or 'open'}")


def shown(value: object) -> str:
    """A value of a record in one line."""
    return "(nothing)" if value is None else json.dumps(value, ensure_ascii=False)


def _tell(report: LoadReport) -> None:
    click.echo(f"Law base version {report.version}; revisions over the files: {report.revisions or 'none'}.")


COMMANDS = (revise_command, withdraw_command, revisions_command, history_command)
