"""`haq lookup`: what the rules say for a case."""

from __future__ import annotations

import json
from typing import Any

import click

from bot.answers.options import LOOKUP
from bot.click_options import asks, told_by
from bot.settings import load_settings


@click.command("lookup")
@asks(LOOKUP)
@click.option("--json", "as_json", is_flag=True, help="The answer as JSON.")
@click.option("--trace", is_flag=True, help="Also why each rule applies, and what was set aside.")
def command(as_json: bool, trace: bool, **given: Any) -> None:
    """What the rules say for a case; needs no Rasa. An option that is left out is unknown."""
    from bot.answers.answer import answer_json
    from bot.answers.asked import lookup_answer
    from bot.rules.lawbase import LawBase

    with LawBase(load_settings().database_url).reading() as reader:
        said = lookup_answer(reader, told_by(given))
    if as_json:
        click.echo(json.dumps(answer_json(said), ensure_ascii=False, indent=2))
        return
    from bot.answers.terminal import show

    show(said, trace=trace)
