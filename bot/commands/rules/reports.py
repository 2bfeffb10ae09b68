"""What the law holds: counts, corridors, and what should be looked at again."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date

import click

from bot.settings import load_settings


@click.command("stats")
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


@click.command("corridors")
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


@click.command("review")
@click.option("--owner", metavar="NAME", help="Of this owner alone.")
@click.option("--country", metavar="CC", help="Of this country alone.")
@click.option("--kind", metavar="KIND", help="Only findings of this kind.")
@click.option("--on", metavar="DATE", help="As things stand on this day; today without it.")
@click.option("--json", "as_json", is_flag=True, help="The findings as JSON.")
def review_command(
    owner: str | None, country: str | None, kind: str | None, on: str | None, as_json: bool
) -> None:
    """Rules that somebody should look at again, and why: counts by owner, or the list of one.

    \b
    overdue          its review date is past
    older_than_text  the information is older than the law or page that it cites
    overtaken        a later change of the same law is known
    ended            it ended and nothing of its kind follows
    old_amount       a sum of money as of long ago
    """
    from rich.console import Console
    from rich.table import Table

    from bot.rules.audit import KINDS, audit
    from bot.rules.case import check_country, parse_day
    from bot.rules.editing import standing
    from bot.rules.lawfiles import read_law

    if kind is not None and kind not in KINDS:
        raise click.BadParameter(f"{kind} is not one of {', '.join(KINDS)}.", param_hint="--kind")
    settings = load_settings()
    book = read_law(settings.law_dir, revisions=standing(settings.database_url))
    country = check_country(country)
    if owner is not None and owner not in {each.name for each in book.housekeeping.owners.values()}:
        names = sorted({each.name for each in book.housekeeping.owners.values()})
        raise click.BadParameter(f"{owner} is not one of {', '.join(names)}.", param_hint="--owner")
    found = [
        each
        for each in audit(book, parse_day(on) or date.today())
        if owner in (None, each.owner) and country in (None, each.country) and kind in (None, each.kind)
    ]
    if as_json:
        click.echo(json.dumps([each.to_json() for each in found], indent=2))
    elif owner or country:
        for each in found:
            click.echo(f"{each.rule}: {each.kind}: {each.why}")
    else:
        table = Table("owner", "countries", *KINDS)
        counts = Counter((each.owner, each.kind) for each in found)
        for name in sorted({each.owner for each in found}):
            places = sorted({each.country for each in found if each.owner == name})
            table.add_row(name, " ".join(places), *(str(counts[name, each]) for each in KINDS))
        Console().print(table)
    if not as_json:
        click.echo(f"{len(found)} findings." if found else "Nothing to look at.")


COMMANDS = (stats_command, corridors_command, review_command)
