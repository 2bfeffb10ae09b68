"""What an employer owes: `haq calc end-of-service`, `wages`, `overtime`, `notice`, `leave`, `deadline`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bot.commands.calc.shared import number, said, show, whole
from bot.rules.case import Case, check_topic, make_case, parse_day
from bot.rules.errors import CaseError
from bot.settings import load_settings

if TYPE_CHECKING:
    from bot.rules.calculators.grounds import Ground
    from bot.rules.calculators.service import Pay, Service
    from bot.rules.calculators.steps import Step
    from bot.rules.lawbase import LawReader
    from bot.rules.units import Money

F = TypeVar("F", bound=Callable[..., Any])


def _case(function: F) -> F:
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


def _job(function: F) -> F:
    """The options that say how long, and for what pay."""
    for option in (
        click.option("--week-pay", metavar="MONEY", help="A week's pay, if you know it."),
        click.option("--day-pay", metavar="MONEY", help="A day's pay, if you know how it is counted."),
        click.option("--end", metavar="DATE", help="Last day of work; today without it."),
        click.option("--start", metavar="DATE", required=True, help="First day of work."),
        _WAGE,
    ):
        function = option(function)
    return function


_WAGE = click.option(
    "--wage", metavar="MONEY", required=True,
    help="A month's pay, such as 'QAR 1500'; the basic wage where the rule counts that.",
)  # fmt: skip


@contextmanager
def _reading(given: dict[str, Any]) -> Iterator[tuple[LawReader, Case]]:
    """The law base, and the case of the command line."""
    from bot.commands.lookup import facts_of
    from bot.rules.lawbase import LawBase

    today = parse_day(given["on"]) or date.today()
    with LawBase(load_settings().database_url).reading() as reader:
        facts = facts_of(given["facts"], reader.catalogue.facts)
        if given["ended_by"]:
            facts |= facts_of((f"ended_by={given['ended_by']}",), reader.catalogue.facts)
        yield reader, make_case(
            today=today, on=today, destination=given["destination"], origin=given["origin"],
            sector=given["sector"], status=given["status"], private_household=given["private_household"],
            facts=facts,
        )  # fmt: skip


def _service(given: dict[str, Any]) -> Service:
    from bot.rules.calculators.service import make_service

    first, last = parse_day(given["start"]), parse_day(given["end"])
    assert first is not None
    return make_service(first, last or parse_day(given["on"]) or date.today())


def _pay(given: dict[str, Any]) -> Pay:
    from bot.rules.calculators.service import make_pay

    day, week = (given.get(name) for name in ("day_pay", "week_pay"))
    return make_pay(
        _money(given["wage"]), None if day is None else _money(day), None if week is None else _money(week)
    )


def _money(text: str) -> Money:
    from bot.rules.units import Money, Unit, UnitError, Vocabularies, parse_value

    try:
        found = parse_value(Unit("money"), text.strip(), Vocabularies({}))
    except UnitError as error:
        raise CaseError(str(error)) from None
    assert isinstance(found, Money)
    return found


def _finish(
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
    body = {
        "version": reader.version,
        "case": case.to_json(),
        "results": [{"rule": ground.rule.id if ground else None, **values} for ground, values in results],
        "rules": [
            statement_json(speaker.statement(ground.result)) for ground, _ in results if ground is not None
        ],
    }
    show(body, steps, given["language"], given["as_json"])


def _text(value: object) -> str | None:
    return None if value is None else str(value)


@click.command("end-of-service")
@_case
@_job
@said
def end_of_service_command(**given: Any) -> None:
    """End-of-service pay: gratuity, severance or seniority pay.

    \b
    haq calc end-of-service --to SA --wage 'SAR 3000' --start 2016-03-01 --end 2026-10-31 --ended-by worker
    """
    from bot.rules.calculators.end_of_service import end_of_service

    service, pay = _service(given), _pay(given)
    with _reading(given) as (reader, case):
        found = end_of_service(reader, case, service, pay)
        parts = (
            (each.ground, {"outcome": each.outcome, "amount": _text(each.amount), "certain": each.certain})
            for each in found.parts
        )
        _finish(reader, case, "end_of_service", found.steps, {**given, "currency": pay.currency}, parts)


@click.command("wages")
@_case
@_WAGE
@click.option("--months", default="0", help="Months without pay.")
@click.option("--days", default="0", help="Further days without pay.")
@click.option("--received", default="0", help="What was paid of it.")
@click.option("--day-pay", metavar="MONEY", help="A day's pay, if you know how it is counted.")
@said
def wages_command(**given: Any) -> None:
    """Unpaid wages.

    \b
    haq calc wages --to QA --wage 'QAR 1500' --months 3 --received 500
    """
    from bot.rules.calculators.wages import unpaid_wages

    pay = _pay(given)
    with _reading(given) as (reader, case):
        found = unpaid_wages(
            reader, case, pay, months=number(given["months"]), days=number(given["days"]),
            received=number(given["received"]),
        )  # fmt: skip
        parts = (
            (each.ground, {"amount": _text(each.amount), "certain": each.certain}) for each in found.found
        )
        _finish(reader, case, "wages", found.steps, given, parts)


@click.command("overtime")
@_case
@_WAGE
@click.option("--hours", default="0", help="Hours of overtime.")
@click.option("--night-hours", default="0", help="Hours at night.")
@click.option("--rest-day-hours", default="0", help="Hours on rest days.")
@click.option("--holiday-hours", default="0", help="Hours on public holidays.")
@click.option("--hour-pay", metavar="MONEY", help="The normal pay of an hour.")
@said
def overtime_command(**given: Any) -> None:
    """Pay for overtime, nights, rest days and holidays.

    \b
    haq calc overtime --to QA --wage 'QAR 1500' --hours 20 --hour-pay 'QAR 7.21'
    """
    from bot.rules.calculators.wages import OVERTIME, overtime

    pay = _pay(given)
    hour = None if given["hour_pay"] is None else _money(given["hour_pay"]).amount
    hours = {kind: number(given[kind]) for kind in OVERTIME}
    with _reading(given) as (reader, case):
        found = overtime(reader, case, pay, hours, hour)
        parts = (
            (each.ground, {"amount": _text(each.amount), "certain": each.certain}) for each in found.found
        )
        _finish(reader, case, "overtime", found.steps, given, parts)


@click.command("notice")
@_case
@_job
@click.option("--given", "given_on", metavar="DATE", help="The day on which notice is or was given.")
@said
def notice_command(**given: Any) -> None:
    """The notice that is due, its last day, and its pay.

    \b
    haq calc notice --to AE --wage 'AED 2000' --start 2022-05-01 --ended-by employer --given 2026-11-01
    """
    from bot.rules.calculators.wages import notice

    service, pay = _service(given), _pay(given)
    with _reading(given) as (reader, case):
        found = notice(reader, case, service, pay, parse_day(given["given_on"]))
        parts = (
            (
                each.ground,
                {
                    "length": each.length.to_json() if each.length else None,
                    "until": _text(each.until),
                    "amount": _text(each.amount),
                    "certain": each.certain,
                },
            )
            for each in found.found
        )
        _finish(reader, case, "termination", found.steps, given, parts)


@click.command("leave")
@_case
@_job
@click.option("--taken", default="0", help="Days of leave that were taken.")
@said
def leave_command(**given: Any) -> None:
    """Paid leave that was earned and not taken.

    \b
    haq calc leave --to SA --wage 'SAR 3000' --start 2024-03-01 --end 2026-10-31 --taken 21
    """
    from bot.rules.calculators.wages import unused_leave

    service, pay = _service(given), _pay(given)
    with _reading(given) as (reader, case):
        found = unused_leave(reader, case, service, pay, number(given["taken"]))
        parts = (
            (
                each.ground,
                {
                    "days": None if each.length is None else str(each.length.amount),
                    "amount": _text(each.amount),
                    "certain": each.certain,
                },
            )
            for each in found.found
        )
        _finish(reader, case, "annual_leave", found.steps, given, parts)


@click.command("benefit")
@_case
@_WAGE
@click.option("--branch", required=True, metavar="BRANCH", help="sickness, maternity, employment_injury...")
@click.option("--days", required=True, metavar="NUMBER", help="Days without work.")
@click.option("--day-pay", metavar="MONEY", help="A day's pay, if you know how it is counted.")
@said
def benefit_command(**given: Any) -> None:
    """What is paid while you are ill, hurt, on maternity leave or out of work.

    \b
    haq calc benefit --to QA --branch sickness --wage 'QAR 1500' --days 30
    """
    from bot.rules.calculators.benefits import income

    pay, days = _pay(given), whole(given["days"])
    with _reading(given) as (reader, case):
        found = income(reader, case, given["branch"], pay, days)
        parts = [
            (each.ground, {"amount": _money_text(each.amount), "certain": each.certain})
            for each in found.found
        ]
        _finish(reader, case, given["branch"], found.steps, {**given, "currency": pay.currency}, parts)


@click.command("sums")
@_case
@click.option("--event", metavar="EVENT", help="death, disability, injury...; all without it.")
@click.option("--wage", metavar="MONEY", help="A month's pay, for sums that are so many months of it.")
@said
def sums_command(**given: Any) -> None:
    """Single sums that insurances and funds pay, there and at home: on death, disability, illness...

    \b
    haq calc sums --from NP --to QA --event death --wage 'QAR 1500'
    """
    from bot.rules.calculators.benefits import sums

    pay = _pay(given) if given["wage"] else None
    with _reading(given) as (reader, case):
        found = sums(reader, case, given["event"], pay)
        parts = [
            (
                each.ground,
                {
                    "event": each.event,
                    "amount": _money_text(each.amount),
                    "bound": each.bound,
                    "certain": each.certain,
                },
            )
            for each in found.found
        ]
        _finish(reader, case, "survivors", found.steps, given, parts)


def _money_text(value: Money | None) -> str | None:
    return None if value is None else f"{value.currency} {value.amount}"


@click.command("deadline")
@_case
@click.option("--topic", default="wages", show_default=True, metavar="TOPIC", help="What the claim is about.")
@click.option("--since", metavar="DATE", required=True, help="The day from which the time runs.")
@said
def deadline_command(**given: Any) -> None:
    """Until when one can claim.

    \b
    haq calc deadline --to QA --topic wages --since 2026-03-31
    """
    from bot.rules.calculators.deadlines import deadlines

    since = parse_day(given["since"])
    assert since is not None
    topic = check_topic(given["topic"])
    with _reading(given) as (reader, case):
        found = deadlines(reader, case, topic, since)
        parts = [
            (
                each.ground,
                {"limit": each.limit, "length": each.length.to_json(), "last_day": _text(each.last_day)},
            )
            for each in found.found
        ]
        _finish(reader, case, topic, found.steps, given, parts)


COMMANDS = (
    end_of_service_command,
    wages_command,
    overtime_command,
    notice_command,
    leave_command,
    deadline_command,
    benefit_command,
    sums_command,
)
