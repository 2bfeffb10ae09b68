"""What an employer owes: `haq calc end-of-service`, `wages`, `overtime`, `notice`, `leave`, `deadline`."""

from __future__ import annotations

from typing import Any

import click

from bot.commands.calc.shared import (
    WAGE,
    finish,
    money_of,
    number,
    of_case,
    of_job,
    pay_of,
    reading,
    said,
    service_of,
    text_of,
)
from bot.rules.case import check_topic, parse_day


@click.command("end-of-service")
@of_case
@of_job
@said
def end_of_service_command(**given: Any) -> None:
    """End-of-service pay: gratuity, severance or seniority pay.

    \b
    haq calc end-of-service --to SA --wage 'SAR 3000' --start 2016-03-01 --end 2026-10-31 --ended-by worker
    """
    from bot.rules.calculators.end_of_service import end_of_service

    service, pay = service_of(given), pay_of(given)
    with reading(given) as (reader, case):
        found = end_of_service(reader, case, service, pay)
        parts = (
            (each.ground, {"outcome": each.outcome, "amount": text_of(each.amount), "certain": each.certain})
            for each in found.parts
        )
        finish(reader, case, "end_of_service", found.steps, {**given, "currency": pay.currency}, parts)


@click.command("wages")
@of_case
@WAGE
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

    pay = pay_of(given)
    with reading(given) as (reader, case):
        found = unpaid_wages(
            reader, case, pay, months=number(given["months"]), days=number(given["days"]),
            received=number(given["received"]),
        )  # fmt: skip
        parts = (
            (each.ground, {"amount": text_of(each.amount), "certain": each.certain}) for each in found.found
        )
        finish(reader, case, "wages", found.steps, given, parts)


@click.command("overtime")
@of_case
@WAGE
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

    pay = pay_of(given)
    hour = None if given["hour_pay"] is None else money_of(given["hour_pay"]).amount
    hours = {kind: number(given[kind]) for kind in OVERTIME}
    with reading(given) as (reader, case):
        found = overtime(reader, case, pay, hours, hour)
        parts = (
            (each.ground, {"amount": text_of(each.amount), "certain": each.certain}) for each in found.found
        )
        finish(reader, case, "overtime", found.steps, given, parts)


@click.command("notice")
@of_case
@of_job
@click.option("--given", "given_on", metavar="DATE", help="The day on which notice is or was given.")
@said
def notice_command(**given: Any) -> None:
    """The notice that is due, its last day, and its pay.

    \b
    haq calc notice --to AE --wage 'AED 2000' --start 2022-05-01 --ended-by employer --given 2026-11-01
    """
    from bot.rules.calculators.wages import notice

    service, pay = service_of(given), pay_of(given)
    with reading(given) as (reader, case):
        found = notice(reader, case, service, pay, parse_day(given["given_on"]), parse_day(given["end"]))
        parts = (
            (
                each.ground,
                {
                    "length": each.length.to_json() if each.length else None,
                    "until": text_of(each.until),
                    "amount": text_of(each.amount),
                    "certain": each.certain,
                },
            )
            for each in found.found
        )
        finish(reader, case, "termination", found.steps, given, parts)


@click.command("leave")
@of_case
@of_job
@click.option("--taken", default="0", help="Days of leave that were taken.")
@said
def leave_command(**given: Any) -> None:
    """Paid leave that was earned and not taken.

    \b
    haq calc leave --to SA --wage 'SAR 3000' --start 2024-03-01 --end 2026-10-31 --taken 21
    """
    from bot.rules.calculators.wages import unused_leave

    service, pay = service_of(given), pay_of(given)
    with reading(given) as (reader, case):
        found = unused_leave(reader, case, service, pay, number(given["taken"]))
        parts = (
            (
                each.ground,
                {
                    "days": None if each.length is None else str(each.length.amount),
                    "amount": text_of(each.amount),
                    "certain": each.certain,
                },
            )
            for each in found.found
        )
        finish(reader, case, "annual_leave", found.steps, given, parts)


@click.command("deadline")
@of_case
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
    with reading(given) as (reader, case):
        found = deadlines(reader, case, topic, since)
        parts = [
            (
                each.ground,
                {"limit": each.limit, "length": each.length.to_json(), "last_day": text_of(each.last_day)},
            )
            for each in found.found
        ]
        finish(reader, case, topic, found.steps, given, parts)


COMMANDS = (
    end_of_service_command,
    wages_command,
    overtime_command,
    notice_command,
    leave_command,
    deadline_command,
)
