"""The law files: check, load, compare, export."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.commands.rules.editing import shown
from bot.settings import load_settings

if TYPE_CHECKING:
    from bot.rules.lawfiles import LawBook


@click.command("check")
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--facts", type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of researched facts: also list those that are no rule of their own, and why.",
)  # fmt: skip
def check_command(files: tuple[Path, ...], facts: Path | None) -> None:
    """Name every mistake in the law files (of FILES alone, if any are named)."""
    from bot.rules.errors import LawMistakes
    from bot.rules.lawfiles import read_law

    folder = load_settings().law_dir
    try:
        book = read_law(folder)
    except LawMistakes as error:
        mine = [
            each
            for each in error.mistakes
            if not files or any(str(file).endswith(each.file) for file in files)
        ]
        for mistake in mine:
            click.echo(str(mistake), err=True)
        click.echo(f"{len(mine)} mistakes.", err=True)
        sys.exit(2 if mine else 0)
    if facts is not None:
        _list_facts(facts, book)
    click.echo(
        f"{len(book.rules)} rules, {len(book.contacts)} contacts, "
        f"{len(book.catalogue.types)} rule types: no mistake."
    )
    for warning in _warnings(book):
        click.echo(f"warning: {warning}")


def _warnings(book: LawBook) -> Iterator[str]:
    """What is no mistake but should be looked at, counted."""
    from bot.rules.audit import KINDS, NO_OWNER, audit
    from bot.rules.validation import forgotten_sectors

    found = list(audit(book, date.today()))
    counts = Counter(each.kind for each in found)
    if found:
        shown = ", ".join(f"{counts[kind]} {kind}" for kind in KINDS if counts[kind])
        yield f"{shown}: `haq rules review` says which, by owner."
    nobody = sorted({each.country for each in found if each.owner == NO_OWNER})
    if nobody:
        yield f"nobody owns the law of {', '.join(nobody)}: see data/law/owners.yml."
    for fault in forgotten_sectors(book):
        yield f"{fault.record}: {fault.problem} {fault.mend}"


def _list_facts(folder: Path, book: LawBook) -> None:
    from bot.rules.reconciled import not_carried

    left = list(not_carried(folder, book.record_ids(), book.reconciled))
    for fact, where in left:
        click.echo(f"{fact}: {where or 'NOT CARRIED OVER, and no reason is given'}")
    lost = sum(where is None for _, where in left)
    click.echo(f"{len(left)} facts are no rule of their own, {lost} of them without a reason.")
    if lost:
        sys.exit(2)


@click.command("load")
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
@click.option(
    "--or-keep", is_flag=True,
    help="Where revisions contradict the files, keep the law that is loaded, say so and exit with 0.",
)  # fmt: skip
def load_command(as_json: bool, or_keep: bool) -> None:
    """Load the law files into the database: all or nothing."""
    from rich.console import Console

    from bot.rules.errors import RevisionConflicts
    from bot.rules.load import load_law

    settings = load_settings()
    try:
        with Console(stderr=True).status("Reading the law files") as status:
            report = load_law(
                settings.database_url, settings.law_dir, lambda text: status.update(f"Reading {text}")
            )
    except RevisionConflicts as conflicts:
        kept = _loaded_version(settings.database_url) if or_keep else None
        if kept is None:
            raise
        click.echo(f"{conflicts}\nTHE LAW WAS NOT LOADED. That of before goes on: {kept}.", err=True)
        return
    if as_json:
        click.echo(json.dumps(report.to_json(), indent=2))
        return
    for what, part in (("added", report.added), ("changed", report.changed), ("removed", report.removed)):
        for table, ids in part.items():
            if ids:
                named = ", ".join(ids[:5]) + (f" and {len(ids) - 5} more" if len(ids) > 5 else "")
                click.echo(f"{what}: {len(ids)} of {table}: {named}")
    if not report.anything:
        click.echo("Nothing changed.")
    if report.settled:
        click.echo(f"The files caught up with revisions {_listed(report.settled)}.")
    if report.revisions:
        click.echo(f"Over the files lie revisions {_listed(report.revisions)} (`haq rules revisions`).")
    click.echo(f"Law base version {report.version}.")


def _loaded_version(url: str) -> str | None:
    """The version of the law that is loaded; None when none is."""
    from bot.rules.errors import EmptyLawBase
    from bot.rules.lawbase import LawBase

    base = LawBase(url)
    try:
        with base.reading() as law:
            return law.version
    except EmptyLawBase:
        return None
    finally:
        base.close()


def _listed(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))


@click.command("diff")
@click.option("--json", "as_json", is_flag=True, help="The changes as JSON.")
def diff_command(as_json: bool) -> None:
    """What `haq rules load` would change: record by record, field by field.

    Exits with 1 when there is a difference, with 0 when the law files are what is loaded.
    """
    from bot.rules.diff import diff

    settings = load_settings()
    changes = diff(settings.database_url, settings.law_dir)
    if as_json:
        click.echo(json.dumps([each.to_json() for each in changes], ensure_ascii=False, indent=2))
    else:
        for each in changes:
            click.echo(f"{each.kind}: {each.table} {each.id}")
            for part in each.fields:
                click.echo(f"    {part.field}: {shown(part.before)} -> {shown(part.after)}")
        click.echo(f"{len(changes)} records differ." if changes else "No difference.")
    sys.exit(1 if changes else 0)


@click.command("export")
@click.option("--to", "target", type=click.Path(path_type=Path), help="A file; standard output without it.")
@click.option("--revisions", "only_revisions", is_flag=True, help="The open revisions as law files, in YAML.")
def export_command(target: Path | None, only_revisions: bool) -> None:
    """Everything that is loaded, as JSON lines: rules, contacts, scope, groups.

    With --revisions: what editors revised, to be put into the law files of the repository.
    """
    from bot.rules.export import export_lines, export_revisions

    url = load_settings().database_url
    lines = export_revisions(url) if only_revisions else export_lines(url)
    if target is None:
        for line in lines:
            click.echo(line)
        return
    target.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    click.echo(f"Written to {target}.", err=True)


COMMANDS = (check_command, load_command, diff_command, export_command)
