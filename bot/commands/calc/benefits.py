"""What insurances and funds pay: `haq calc benefit`, `sums`."""

from __future__ import annotations

from typing import Any

import click

from bot.commands.calc.shared import WAGE, finish, money_text, of_case, pay_of, reading, said, whole


@click.command("benefit")
@of_case
@WAGE
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

    pay, days = pay_of(given), whole(given["days"])
    with reading(given) as (reader, case):
        found = income(reader, case, given["branch"], pay, days)
        parts = [
            (each.ground, {"amount": money_text(each.amount), "certain": each.certain})
            for each in found.found
        ]
        finish(reader, case, given["branch"], found.steps, {**given, "currency": pay.currency}, parts)


@click.command("sums")
@of_case
@click.option("--event", metavar="EVENT", help="death, disability, injury...; all without it.")
@click.option("--wage", metavar="MONEY", help="A month's pay, for sums that are so many months of it.")
@said
def sums_command(**given: Any) -> None:
    """Single sums that insurances and funds pay, there and at home: on death, disability, illness...

    \b
    haq calc sums --from NP --to QA --event death --wage 'QAR 1500'
    """
    from bot.rules.calculators.benefits import sums

    pay = pay_of(given) if given["wage"] else None
    with reading(given) as (reader, case):
        found = sums(reader, case, given["event"], pay)
        parts = [
            (
                each.ground,
                {
                    "event": each.event,
                    "amount": money_text(each.amount),
                    "bound": each.bound,
                    "certain": each.certain,
                },
            )
            for each in found.found
        ]
        finish(reader, case, "survivors", found.steps, given, parts)


COMMANDS = (benefit_command, sums_command)
