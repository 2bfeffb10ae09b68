"""`haq questions`: what people ask, as counts; small ones are hidden, the others rounded."""

from __future__ import annotations

import json
from datetime import date

import click

from bot.settings import load_settings


@click.command("questions")
@click.option("--weeks", type=int, default=12, show_default=True, help="The last 4, 12 or 52 weeks; 0: all.")
@click.option("--country", metavar="CODE", help="Where people come from or work, such as QA.")
@click.option("--language", metavar="CODE", help="The language of the chat, such as ne.")
@click.option("--json", "as_json", is_flag=True, help="The tables as JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="The tables as comma-separated values.")
def command(weeks: int, country: str | None, language: str | None, as_json: bool, as_csv: bool) -> None:
    """What people ask, by topic, corridor, language and week, and where the data have no answer.

    What fewer than 5 people asked is not shown.
    """
    from bot.answers.translations import translator
    from bot.desk import counts_in_words
    from bot.people.counts import CountStore
    from bot.people.questions import TABLES, Filters, report
    from bot.people.questions import as_json as json_of
    from bot.people.store import PeopleStore

    if as_json and as_csv:
        raise click.UsageError("Choose one of --json and --csv.")
    settings, filters = load_settings(), Filters(weeks, country, language)
    people = PeopleStore(settings.conversations_url, settings.people_key)
    counts = CountStore(settings.conversations_url)
    found = report(counts, lambda first: people.feedback("unanswered", first), filters, date.today())
    words = counts_in_words.CountsInWords(translator("en"), translator("en", "desk"))
    if as_json:
        click.echo(json.dumps(json_of(found), ensure_ascii=False, indent=2))
    elif as_csv:
        click.echo(counts_in_words.as_csv(found, words), nl=False)
    else:
        total = f"{words.number(found.total)} questions"
        asked = "Fewer than 5 people asked" if found.total is None else total
        click.echo(f"{asked} from {found.weeks[0]} to {found.weeks[-1]}")
        for name, shown in found.tables.items():
            click.echo(f"\n{name.replace('_', ' ')}")
            for what, number in shown.rows:
                click.echo(f"{words.number(number):>14}  {', '.join(words.row(TABLES[name], what))}")
            if not shown.whole:
                click.echo(f"{words.number(shown.rest):>14}  {words.rest()}")
