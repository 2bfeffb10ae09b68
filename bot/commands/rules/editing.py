"""An editor's desk: revise the law beside its files, take that back, see the life of a record."""

from __future__ import annotations

import json
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
def withdraw_command(numbers: tuple[int, ...], author: str) -> None:
    """Take revisions back, all of them or none: the law files hold again."""
    from bot.rules.editing import withdraw

    settings = load_settings()
    report = withdraw(settings.database_url, settings.law_dir, numbers, author)
    for number in numbers:
        click.echo(f"revision {number} is withdrawn.")
    _tell(report)


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
