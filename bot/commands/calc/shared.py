"""What the calculators read from a command line, and how they show their steps and results."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bot.answers.translations import check_language, translator
from bot.rules.case import Case, make_case, parse_day
from bot.rules.errors import CaseError
from bot.settings import load_settings

if TYPE_CHECKING:
    from bot.rules.calculators.grounds import Ground
    from bot.rules.calculators.service import Pay, Service
    from bot.rules.calculators.steps import Step
    from bot.rules.lawbase import LawReader
    from bot.rules.units import Money

LARGEST = Decimal(10) ** 15  # more than any wage or pension in any money

F = TypeVar("F", bound=Callable[..., Any])


def said(function: F) -> F:
    """The options of every calculator: date, language, JSON."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="The calculation as JSON."),
        click.option("--lang", "language", default="en", show_default=True, help="Language of the text."),
        click.option("--on", metavar="DATE", help="The date that the question is about; today without it."),
    ):
        function = option(function)
    return function


def show(body: dict[str, Any], steps: Iterable[Step], language: str, as_json: bool) -> None:
    """Prints a calculation: its steps, then the rules that it rests on."""
    from bot.answers.calculation import step_text, steps_json

    t = translator(check_language(language))
    if as_json:
        click.echo(json.dumps({**body, "steps": steps_json(steps, t)}, ensure_ascii=False, indent=2))
        return
    for number, each in enumerate(steps, 1):
        click.echo(f"{number}. {step_text(each, t)}")
    for rule in body.get("rules", ()):
        click.echo(f"\n[{rule['rule']}] {rule['text']}")
        source = rule["source"] or {}
        grounds = (rule["legal_basis"], source.get("publisher"))
        click.echo("  " + "; ".join(str(part) for part in grounds if part))
    click.echo("\n" + t.gettext("This is information, not legal advice."))


def number(text: str) -> Decimal:
    """A number from zero up. Raises CaseError."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise CaseError(f"{text!r} is no number. Write digits, such as 1500.50.") from None
    if not found.is_finite() or not 0 <= found <= LARGEST:
        raise CaseError(f"{text!r} is no number from zero up that can be meant.")
    return found


def whole(text: str) -> int:
    """A whole number from zero up. Raises CaseError."""
    found = number(text)
    if found != int(found):
        raise CaseError(f"{text!r} is no whole number. Write digits, such as 120.")
    return int(found)


# -- what an employer, an insurance or a fund owes ------------------------------------------------


def of_case(function: F) -> F:
    """The options that say who worked where."""
    for option in (
        click.option(
            "--fact", "facts", multiple=True, metavar="NAME=VALUE",
            help="A fact that conditions ask for, such as contract_type=open.",
        ),
        click.option("--ended-by", metavar="WHO", help="Who ended the job: worker, employer or expiry."),
        click.option("--private-household", metavar="yes|no", help="Whether the work is in a private home."),
        click.option("--status", metavar="STATUS", help="Migration status."),
        click.option("--sector", metavar="SECTOR", help="What the person does."),
        click.option("--from", "origin", metavar="CC", help="Country of origin."),
        click.option("--to", "destination", metavar="CC", required=True, help="Country of work."),
    ):  # fmt: skip
        function = option(function)
    return function


def of_job(function: F) -> F:
    """The options that say how long, and for what pay."""
    for option in (
        click.option("--week-pay", metavar="MONEY", help="A week's pay, if you know it."),
        click.option("--day-pay", metavar="MONEY", help="A day's pay, if you know how it is counted."),
        click.option("--end", metavar="DATE", help="Last day of work; today without it."),
        click.option("--start", metavar="DATE", required=True, help="First day of work."),
        WAGE,
    ):
        function = option(function)
    return function


WAGE = click.option(
    "--wage", metavar="MONEY", required=True,
    help="A month's pay, such as 'QAR 1500'; the basic wage where the rule counts that.",
)  # fmt: skip


@contextmanager
def reading(given: dict[str, Any]) -> Iterator[tuple[LawReader, Case]]:
    """The law base, and the case of the command line: the law of the day on which the job ended."""
    from bot.commands.lookup import facts_of
    from bot.rules.lawbase import LawBase

    on = parse_day(given["on"]) or parse_day(given.get("end")) or date.today()
    with LawBase(load_settings().database_url).reading() as reader:
        facts = facts_of(given["facts"], reader.catalogue.facts)
        if given["ended_by"]:
            facts |= facts_of((f"ended_by={given['ended_by']}",), reader.catalogue.facts)
        yield reader, make_case(
            today=max(on, date.today()), on=on, destination=given["destination"], origin=given["origin"],
            sector=given["sector"], status=given["status"], private_household=given["private_household"],
            facts=facts,
        )  # fmt: skip


def service_of(given: dict[str, Any]) -> Service:
    """From the first to the last day of work. Raises CaseError."""
    from bot.rules.calculators.service import make_service

    first, last = parse_day(given["start"]), parse_day(given["end"])
    assert first is not None
    return make_service(first, last or parse_day(given["on"]) or date.today())


def pay_of(given: dict[str, Any]) -> Pay:
    """The wage, and the pay of a day or a week where they are told. Raises CaseError."""
    from bot.rules.calculators.service import make_pay

    day, week = (given.get(name) for name in ("day_pay", "week_pay"))
    return make_pay(
        money_of(given["wage"]),
        None if day is None else money_of(day),
        None if week is None else money_of(week),
    )


def money_of(text: str) -> Money:
    """An amount such as `QAR 1500`. Raises CaseError."""
    from bot.rules.units import Money, Unit, UnitError, Vocabularies, parse_value

    try:
        found = parse_value(Unit("money"), text.strip(), Vocabularies({}))
    except UnitError as error:
        raise CaseError(str(error)) from None
    assert isinstance(found, Money)
    return found


def finish(
    reader: LawReader, case: Case, topic: str, steps: Iterable[Step], given: dict[str, Any],
    parts: Iterable[tuple[Ground | None, dict[str, Any]]],
) -> None:  # fmt: skip
    """Shows the steps, and the rules in words with what each came to."""
    from bot.answers.answer import statement_json
    from bot.answers.statements import Speaker
    from bot.answers.translations import check_language, translator
    from bot.rules.lookup import look_up

    t = translator(check_language(given["language"]))
    speaker = Speaker(look_up(reader, case, [topic]), t)
    results = [(ground, values) for ground, values in parts]
    grounds = {ground.rule.id: ground for ground, _ in results if ground is not None}  # each once
    body = {
        "version": reader.version,
        "case": case.to_json(),
        "results": [{"rule": ground.rule.id if ground else None, **values} for ground, values in results],
        "rules": [statement_json(speaker.statement(ground.result)) for ground in grounds.values()],
    }
    show(body, steps, given["language"], given["as_json"])


def text_of(value: object) -> str | None:
    """As text; None stays None."""
    return None if value is None else str(value)


def money_text(value: Money | None) -> str | None:
    """As `QAR 1500`; None stays None."""
    return None if value is None else f"{value.currency} {value.amount}"
