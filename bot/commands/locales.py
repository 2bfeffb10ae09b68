"""`haq locales`: the message catalogues."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from bot.settings import load_settings

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

    from bot.answers.catalogues import Fault


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
    from bot.answers.translations import DESK_DOMAIN, DOMAIN

    faults: list[Fault] = []
    doubtful: list[Fault] = []
    reviewed: dict[str, dict[str, dict[str, int]]] = {}
    sizes: dict[str, int] = {}
    for domain, source in _sources().items():
        sizes[domain], reviewed[domain] = len(source), {}
        for language in languages_with_catalogue(domain):
            faults += list(check(language, source, domain))
            doubtful += list(doubts(language, source, domain))
            reviewed[domain][language] = dict(states(language, domain))
    if as_json:
        found = {
            "messages": sizes[DOMAIN],
            "states": reviewed[DOMAIN],
            "desk": {"messages": sizes[DESK_DOMAIN], "states": reviewed[DESK_DOMAIN]},
            "faults": [asdict(each) for each in faults],
            "doubts": [asdict(each) for each in doubtful],
        }
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        for fault in faults:
            click.echo(str(fault), err=True)
        for doubt in doubtful if show_doubts else ():
            click.echo(f"perhaps: {doubt}", err=True)
        for domain, languages in reviewed.items():
            for language, counts in languages.items():
                said = ", ".join(f"{state} {n}" for state, n in sorted(counts.items()))
                click.echo(f"{language}: {sizes[domain]} messages of {domain}; {said}")
        hint = "" if show_doubts or not doubtful else " (--doubts shows them)"
        click.echo(f"{len(faults)} faults, {len(doubtful)} doubts{hint}.")
    sys.exit(1 if faults else 0)


@command.command("update")
@click.argument("languages", nargs=-1)
@click.option("--desk", is_flag=True, help="LANGUAGES are new ones of the web desk.")
def update_command(languages: tuple[str, ...], desk: bool) -> None:
    """Bring the catalogues in step with their sources; LANGUAGES adds new ones."""
    from bot.answers.catalogues import languages_with_catalogue, update
    from bot.answers.translations import DESK_DOMAIN
    from bot.rules.errors import CaseError
    from bot.rules.vocabulary import LANGUAGES

    for language in languages:
        if language not in LANGUAGES:
            raise CaseError(f"{language!r} is none of the languages: {', '.join(LANGUAGES)}.")
    for domain, source in _sources().items():
        new = languages if desk == (domain == DESK_DOMAIN) else ()
        for language in dict.fromkeys((*languages_with_catalogue(domain), *new)):
            update(language, source, domain)
            click.echo(f"{language}: in step with {len(source)} messages of {domain}.")


def _sources() -> dict[str, Catalog]:
    """All messages in English, by catalogue."""
    from bot.answers.extraction import desk_template, template
    from bot.answers.translations import DESK_DOMAIN, DOMAIN
    from bot.rules.lawfiles import read_law

    return {DOMAIN: template(read_law(load_settings().law_dir)), DESK_DOMAIN: desk_template()}
