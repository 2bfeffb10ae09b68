"""`haq lookup`: what the rules say for a case."""

from __future__ import annotations

import json
from datetime import date

import click

from bot.rules.errors import CaseError
from bot.rules.vocabulary import EMPLOYMENTS, SECTORS, STATUSES
from bot.settings import load_settings


@click.command("lookup")
@click.option("--from", "origin", metavar="CC", help="Country of origin, such as NP.")
@click.option("--to", "destination", metavar="CC", help="Country of work, such as QA; a region as CA-QC.")
@click.option("--sector", metavar="SECTOR", help=f"What the person does: {', '.join(SECTORS)}.")
@click.option(
    "--topic",
    "topics",
    multiple=True,
    metavar="TOPIC",
    help="May be given several times; all topics without it.",
)
@click.option("--status", metavar="STATUS", help=f"Migration status: {', '.join(STATUSES)}.")
@click.option("--employment", metavar="EMPLOYMENT", help=f"{', '.join(EMPLOYMENTS)}.")
@click.option("--private-household", metavar="yes|no", help="Whether the work is in a private home.")
@click.option("--scheme", metavar="NAME", help="Permit scheme, such as E-9.")
@click.option(
    "--fact",
    "facts",
    multiple=True,
    metavar="NAME=VALUE",
    help="A fact that conditions ask for, such as service='3 years'.",
)
@click.option(
    "--on", metavar="DATE", help="The date that the question is about (2023-05-01); today without it."
)
@click.option("--lang", "language", default="en", show_default=True, help="Language of the text.")
@click.option("--json", "as_json", is_flag=True, help="The answer as JSON.")
@click.option("--trace", is_flag=True, help="Also why each rule applies, and what was set aside.")
def command(
    origin: str | None, destination: str | None, sector: str | None, topics: tuple[str, ...],
    status: str | None, employment: str | None, private_household: str | None, scheme: str | None,
    facts: tuple[str, ...], on: str | None, language: str, as_json: bool, trace: bool,
) -> None:  # fmt: skip
    """What the rules say for a case; needs no Rasa. An option that is left out is unknown."""
    from bot.answers.answer import answer, answer_json
    from bot.answers.translations import check_language
    from bot.rules.case import check_topic, make_case, parse_day
    from bot.rules.lawbase import LawBase
    from bot.rules.lookup import look_up

    check_language(language)
    base = LawBase(load_settings().database_url)
    with base.reading() as reader:
        case = make_case(
            today=date.today(), on=parse_day(on), destination=destination, origin=origin, sector=sector,
            status=status, employment=employment, private_household=private_household, scheme=scheme,
            facts=facts_of(facts, reader.catalogue.facts),
        )  # fmt: skip
        if origin is None and destination is None:
            raise CaseError(
                "Say at least one country: --to for the country of work, --from for the country of origin."
            )
        found = look_up(reader, case, [check_topic(topic) for topic in topics] or None)
    said = answer(found, language)
    if as_json:
        click.echo(json.dumps(answer_json(said), ensure_ascii=False, indent=2))
        return
    from bot.answers.terminal import show

    show(said, trace=trace)


def facts_of(given: tuple[str, ...], known: object) -> dict[str, str]:
    """Facts written as NAME=VALUE, checked against those that the law declares. Raises CaseError."""
    from bot.rules.keys import measure
    from bot.rules.ruletypes import Fact
    from bot.rules.units import UnitError

    assert isinstance(known, dict)
    found: dict[str, str] = {}
    for item in given:
        name, separator, value = item.partition("=")
        fact = known.get(name)
        if not separator or not isinstance(fact, Fact):
            raise CaseError(f"{item!r} is no fact. Write NAME=VALUE with one of: {', '.join(sorted(known))}.")
        if fact.options and value not in fact.options:
            raise CaseError(f"{value!r} is no value of {name}. Use {', '.join(fact.options)}.")
        if not fact.options:
            try:
                measure(fact, value)
            except UnitError as error:
                raise CaseError(f"{name}: {error}") from None
        found[name] = value
    return found
