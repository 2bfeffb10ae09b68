"""`haq locales`: the message catalogues."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click

from bot.settings import load_settings


@click.group("locales")
def command() -> None:
    """Check the translations, or bring them in step with their sources."""


@command.command("check")
@click.option("--json", "as_json", is_flag=True, help="The findings as JSON.")
@click.option("--doubts", "show_doubts", is_flag=True, help="Also what only may be wrong.")
def check_command(as_json: bool, show_doubts: bool) -> None:
    """What is missing or wrong, by language, and how far the messages were reviewed.

    Doubts: labels too long for a button, letters of another script, words left in English.
    """
    from bot.answers.catalogues import check, doubts, languages_with_catalogue, states
    from bot.answers.extraction import template
    from bot.rules.lawfiles import read_law

    source = template(read_law(load_settings().law_dir))
    faults = [fault for language in languages_with_catalogue() for fault in check(language, source)]
    doubtful = [doubt for language in languages_with_catalogue() for doubt in doubts(language, source)]
    reviewed = {language: dict(states(language)) for language in languages_with_catalogue()}
    if as_json:
        found = {
            "messages": len(source),
            "states": reviewed,
            "faults": [asdict(each) for each in faults],
            "doubts": [asdict(each) for each in doubtful],
        }
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        for fault in faults:
            click.echo(str(fault), err=True)
        for doubt in doubtful if show_doubts else ():
            click.echo(f"perhaps: {doubt}", err=True)
        for language, counts in reviewed.items():
            click.echo(
                f"{language}: {len(source)} messages; "
                + ", ".join(f"{state} {n}" for state, n in sorted(counts.items()))
            )
        hint = "" if show_doubts or not doubtful else " (--doubts shows them)"
        click.echo(f"{len(faults)} faults, {len(doubtful)} doubts{hint}.")
    sys.exit(1 if faults else 0)


@command.command("update")
@click.argument("languages", nargs=-1)
def update_command(languages: tuple[str, ...]) -> None:
    """Bring the catalogues in step with their sources; LANGUAGES adds new ones."""
    from bot.answers.catalogues import languages_with_catalogue, update
    from bot.answers.extraction import template
    from bot.rules.errors import CaseError
    from bot.rules.lawfiles import read_law
    from bot.rules.vocabulary import LANGUAGES

    for language in languages:
        if language not in LANGUAGES:
            raise CaseError(f"{language!r} is none of the languages: {', '.join(LANGUAGES)}.")
    source = template(read_law(load_settings().law_dir))
    for language in dict.fromkeys((*languages_with_catalogue(), *languages)):
        update(language, source)
        click.echo(f"{language}: in step with {len(source)} messages.")
