"""`haq feedback`: what helped, what did not, and what was not understood; nothing names a person."""

from __future__ import annotations

import json
from collections import Counter

import click

from bot.people.store import PeopleStore
from bot.settings import load_settings


@click.command("feedback")
@click.option("--json", "as_json", is_flag=True, help="Every entry as JSON.")
def command(as_json: bool) -> None:
    """What people said of the answers, by topic and language."""
    settings = load_settings()
    found = PeopleStore(settings.conversations_url, settings.people_key).feedback()
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    counts = Counter((each["kind"], each["language"], each["topic"] or "-") for each in found)
    for (kind, language, topic), number in sorted(counts.items()):
        click.echo(f"{number:5}  {kind:12} {language:4} {topic}")
    for each in found:
        if each["kind"] == "unanswered":
            click.echo(f"not understood ({each['language']}): {each['words']}")
    if not found:
        click.echo("Nothing yet.")
