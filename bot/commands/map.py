"""`haq map`: the protection map of a case."""

from __future__ import annotations

import json
from typing import Any

import click

from bot.answers.options import MAP
from bot.click_options import asks, told_by
from bot.settings import load_settings


@click.command("map")
@asks(MAP)
@click.option("--text", "as_text", is_flag=True, help="The short form that a chat gets.")
@click.option("--json", "as_json", is_flag=True, help="The map as JSON.")
def command(as_text: bool, as_json: bool, **given: Any) -> None:
    """What protects a person in nine branches: there, between the countries, and at home."""
    from bot.answers.asked import asked_map
    from bot.answers.protection import map_json, map_text, show_map
    from bot.rules.lawbase import LawBase

    told = told_by(given)
    with LawBase(load_settings().database_url).reading() as reader:
        found = asked_map(reader, told)
    if as_json:
        click.echo(json.dumps(map_json(found, told.language), ensure_ascii=False, indent=2))
    elif as_text:
        click.echo(map_text(found, told.language))
    else:
        show_map(found, told.language)
