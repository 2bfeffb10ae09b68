"""`haq rules`: check, load, count and export the rules data."""

from __future__ import annotations

import json
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.settings import load_settings

if TYPE_CHECKING:
    from bot.rules.lawfiles import LawBook


@click.group("rules")
def command() -> None:
    """Check, load, count and export the rules data."""


@command.command("check")
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
    overdue = [rule.id for rule in book.rules.values() if rule.provenance.overdue(date.today())]
    click.echo(
        f"{len(book.rules)} rules, {len(book.contacts)} contacts, "
        f"{len(book.catalogue.types)} rule types: no mistake."
    )
    if overdue:
        click.echo(
            f"{len(overdue)} rules are past their review date (`haq rules stats` counts them by country)."
        )


def _list_facts(folder: Path, book: LawBook) -> None:
    from bot.rules.reconciled import not_carried

    left = list(not_carried(folder, book.record_ids(), book.reconciled))
    for fact, where in left:
        click.echo(f"{fact}: {where or 'NOT CARRIED OVER, and no reason is given'}")
    lost = sum(where is None for _, where in left)
    click.echo(f"{len(left)} facts are no rule of their own, {lost} of them without a reason.")
    if lost:
        sys.exit(2)


@command.command("load")
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
def load_command(as_json: bool) -> None:
    """Load the law files into the database: all or nothing."""
    from rich.console import Console

    from bot.rules.load import load_law

    settings = load_settings()
    with Console(stderr=True).status("Reading the law files") as status:
        report = load_law(
            settings.database_url, settings.law_dir, lambda text: status.update(f"Reading {text}")
        )
    if as_json:
        click.echo(json.dumps(report.to_json(), indent=2))
        return
    for what, part in (("added", report.added), ("changed", report.changed), ("removed", report.removed)):
        for table, ids in part.items():
            if ids:
                shown = ", ".join(ids[:5]) + (f" and {len(ids) - 5} more" if len(ids) > 5 else "")
                click.echo(f"{what}: {len(ids)} of {table}: {shown}")
    if not report.anything:
        click.echo("Nothing changed.")
    click.echo(f"Law base version {report.version}.")


@command.command("stats")
@click.option("--markdown", "as_page", is_flag=True, help="As the page docs/coverage.md.")
@click.option("--on", metavar="DATE", help="Judge review dates on this day; today without it.")
@click.option("--json", "as_json", is_flag=True, help="The numbers as JSON.")
def stats_command(as_page: bool, on: str | None, as_json: bool) -> None:
    """Rules by country of work and of origin, how well they are known, and how old."""
    from rich.console import Console
    from rich.table import Table

    from bot.rules.case import parse_day
    from bot.rules.stats import markdown, stats

    day = parse_day(on) or date.today()
    rows, types, notes = stats(load_settings().database_url, day)
    if as_page:
        click.echo("\n".join(markdown(rows, types, day)))
        return
    if as_json:
        click.echo(
            json.dumps(
                {"places": [row.to_json() for row in rows], "types": dict(types), "notes": notes}, indent=2
            )
        )
        return
    table = Table("place", "rules", "seen", "known", "overdue", "oldest", "topics", "gaps")
    for row in rows:
        table.add_row(
            row.place, str(row.rules), str(row.seen), str(row.rules - row.seen), str(row.overdue),
            row.oldest or "", str(len(row.topics)), str(len(row.gaps)),
        )  # fmt: skip
    Console().print(table)
    total = sum(Counter(types).values())
    click.echo(f"{total} rules of {len(types)} types, {notes} of them notes.")


@command.command("diff")
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
                click.echo(f"    {part.field}: {_shown(part.before)} -> {_shown(part.after)}")
        click.echo(f"{len(changes)} records differ." if changes else "No difference.")
    sys.exit(1 if changes else 0)


def _shown(value: object) -> str:
    return "(nothing)" if value is None else json.dumps(value, ensure_ascii=False)


@command.command("corridors")
@click.option("--markdown", "as_page", is_flag=True, help="As the page docs/corridors.md.")
@click.option("--on", metavar="DATE", help="As things stand on this day; today without it.")
@click.option("--json", "as_json", is_flag=True, help="The numbers as JSON.")
def corridors_command(as_page: bool, on: str | None, as_json: bool) -> None:
    """How much of the protection map is filled for the forty corridors that are looked up first."""
    from dataclasses import asdict

    from rich.console import Console
    from rich.table import Table

    from bot.rules.case import parse_day
    from bot.rules.corridors import coverage, markdown, read_corridors, read_searches
    from bot.rules.lawbase import LawBase
    from bot.rules.protection import COLUMNS
    from bot.settings import ROOT

    base = LawBase(load_settings().database_url)
    day = parse_day(on) or date.today()
    file = ROOT / "data" / "corridors.yml"
    rows = list(coverage(base, read_corridors(file), day))
    if as_page:
        click.echo("\n".join(markdown(rows, day, read_searches(file))))
        return
    if as_json:
        click.echo(json.dumps([asdict(row) for row in rows], indent=2))
        return
    table = Table("corridor", *COLUMNS, "seen", "filled", "of")
    for row in rows:
        table.add_row(row.corridor.name, *row.letters, str(row.seen), str(row.filled), "45")
    Console().print(table)
    cells, seen = 45 * len(rows), sum(row.seen for row in rows)
    click.echo(f"{seen} of {cells} cells ({seen / cells:.0%}) rest on a source that was seen.")


@command.command("export")
@click.option("--to", "target", type=click.Path(path_type=Path), help="A file; standard output without it.")
def export_command(target: Path | None) -> None:
    """Everything that is loaded, as JSON lines: rules, contacts, scope, groups."""
    from bot.rules.export import export_lines

    lines = export_lines(load_settings().database_url)
    if target is None:
        for line in lines:
            click.echo(line)
        return
    target.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    click.echo(f"Written to {target}.", err=True)
