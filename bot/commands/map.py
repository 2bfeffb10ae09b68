"""`haq map`: the protection map of a case."""

from __future__ import annotations

import json
from datetime import date

import click

from bot.settings import load_settings


@click.command("map")
@click.option("--from", "origin", metavar="CC", required=True, help="Country of origin, such as NP.")
@click.option("--to", "destination", metavar="CC", required=True, help="Country of work, such as QA.")
@click.option("--sector", metavar="SECTOR", help="What the person does.")
@click.option("--status", metavar="STATUS", help="Migration status.")
@click.option("--on", metavar="DATE", help="The date that the question is about; today without it.")
@click.option("--lang", "language", default="en", show_default=True, help="Language of the text.")
@click.option("--text", "as_text", is_flag=True, help="The short form that a chat gets.")
@click.option("--json", "as_json", is_flag=True, help="The map as JSON.")
def command(
    origin: str, destination: str, sector: str | None, status: str | None, on: str | None, language: str,
    as_text: bool, as_json: bool,
) -> None:  # fmt: skip
    """What protects a person in nine branches: there, between the countries, and at home."""
    from bot.answers.protection import map_json, map_text, show_map
    from bot.answers.translations import check_language
    from bot.rules.case import make_case, parse_day
    from bot.rules.lawbase import LawBase
    from bot.rules.protection import protection_map

    check_language(language)
    day = parse_day(on)
    case = make_case(
        today=date.today(), on=day, origin=origin, destination=destination, sector=sector, status=status
    )
    found = protection_map(LawBase(load_settings().database_url), case)
    if as_json:
        click.echo(json.dumps(map_json(found, language), ensure_ascii=False, indent=2))
    elif as_text:
        click.echo(map_text(found, language))
    else:
        show_map(found, language)
