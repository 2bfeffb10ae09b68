"""`haq calc totalization` and `haq calc refund`: insured time and contributions across borders."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import click

from bot.answers.translations import check_language
from bot.commands.calc.shared import number, said, show, whole
from bot.rules.case import parse_day
from bot.rules.errors import CaseError
from bot.settings import load_settings


@click.command("totalization")
@click.option(
    "--period", "periods", multiple=True, required=True, metavar="CC:YYYY-MM..YYYY-MM",
    help="Insured time, such as KR:2001-01..2010-12; several times. `/uninsured` behind it: nobody paid.",
)  # fmt: skip
@click.option(
    "--nationality", metavar="CC", help="Nationality; some agreements are for their citizens alone."
)
@click.option("--home", metavar="CC", help="The country to which the person returns.")
@click.option("--branch", default="old_age", show_default=True, help="old_age, invalidity or survivors.")
@click.option("--qualifying", multiple=True, metavar="CC=MONTHS", help="Months that a pension there needs.")
@click.option(
    "--theoretical", multiple=True, metavar="CC=AMOUNT", help="Pension if all time were spent there."
)
@click.option("--national", multiple=True, metavar="CC=AMOUNT", help="Pension for the time there alone.")
@said
def totalization_command(
    periods: tuple[str, ...], nationality: str | None, home: str | None, branch: str,
    qualifying: tuple[str, ...], theoretical: tuple[str, ...], national: tuple[str, ...], on: str | None,
    language: str, as_json: bool,
) -> None:  # fmt: skip
    """Which insured time of several countries adds up, and the share that each country pays.

    \b
    haq calc totalization --home PH --period PH:1990-01..1999-12 --period KR:2001-01..2006-12
    """
    from bot.rules.calculators.periods import make_period
    from bot.rules.calculators.portability import PortabilityCase, add_up
    from bot.rules.lawbase import LawBase

    case = PortabilityCase(
        periods=tuple(make_period(text) for text in periods),
        on=parse_day(on) or date.today(),
        nationality=_country(nationality),
        home=_country(home),
        branch=_branch(branch),
    )
    needs = {place: whole(str(amount)) for place, amount in _amounts(qualifying).items()}
    with LawBase(load_settings().database_url).reading() as reader:
        found = add_up(
            reader, case, given=needs, theoretical=_amounts(theoretical), national=_amounts(national)
        )
        version = reader.version
    shares = [
        {
            "country": share.country,
            "months": share.months,
            "outcome": share.outcome,
            "agreement": share.agreement,
            "total_months": share.total_months,
            "share": None if share.share is None else str(share.share),
            "amount": None if share.amount is None else str(share.amount),
            "certain": share.certain,
        }
        for share in found.shares
    ]
    show({"version": version, "shares": shares}, found.steps, language, as_json)


@click.command("refund")
@click.option("--to", "destination", metavar="CC", required=True, help="Where the contributions were paid.")
@click.option("--from", "origin", metavar="CC", required=True, help="Country of origin.")
@click.option("--months", required=True, help="Insured months there.")
@click.option("--left", metavar="DATE", help="The day of leaving the country; deadlines count from it.")
@click.option("--paid", metavar="AMOUNT", help="The sum before tax, if it is known.")
@click.option("--scheme", metavar="NAME", help="Permit scheme, such as E-9.")
@click.option("--sector", metavar="SECTOR", help="What the person does.")
@click.option("--status", metavar="STATUS", help="Migration status.")
@said
def refund_command(
    destination: str, origin: str, months: str, left: str | None, paid: str | None, scheme: str | None,
    sector: str | None, status: str | None, on: str | None, language: str, as_json: bool,
) -> None:  # fmt: skip
    """Whether contributions are paid back, from and until when, and what taking them gives away.

    \b
    haq calc refund --from NP --to KR --scheme E-9 --months 58 --left 2026-10-31
    """
    from bot.answers.answer import statement_json
    from bot.answers.statements import Speaker
    from bot.answers.translations import translator
    from bot.rules.calculators.refund import refund
    from bot.rules.case import make_case
    from bot.rules.lawbase import LawBase
    from bot.rules.lookup import look_up

    today = parse_day(on) or date.today()
    case = make_case(
        today=today, on=today, destination=destination, origin=origin, sector=sector, status=status,
        scheme=scheme,
    )  # fmt: skip
    amount = None if paid is None else number(paid)
    check_language(language)
    with LawBase(load_settings().database_url).reading() as reader:
        found = refund(reader, case, months=whole(months), left=parse_day(left), paid=amount)
        speaker = Speaker(look_up(reader, case, ["contribution_refund"]), translator(language))
    rules = [
        {
            **statement_json(speaker.statement(each.result)),
            "outcome": each.outcome,
            "claim_from": each.claim_from and each.claim_from.isoformat(),
            "claim_by": each.claim_by and each.claim_by.isoformat(),
            "paid_out": None if each.paid_out is None else str(each.paid_out),
        }
        for each in found.rules
    ]
    show({"version": reader.version, "case": case.to_json(), "rules": rules}, found.steps, language, as_json)


def _branch(branch: str) -> str:
    if branch not in ("old_age", "invalidity", "survivors"):
        raise CaseError(f"{branch!r} is no long-term branch. Use old_age, invalidity or survivors.")
    return branch


def _country(code: str | None) -> str | None:
    from bot.rules.vocabulary import COUNTRIES

    if code is not None and code.upper() not in COUNTRIES:
        raise CaseError(f"{code!r} is no country. Write its two-letter code, such as PH.")
    return code and code.upper()


def _amounts(given: tuple[str, ...]) -> dict[str, Decimal]:
    found = {}
    for item in given:
        country, separator, amount = item.partition("=")
        if not separator:
            raise CaseError(f"{item!r} says no country and amount. Write KR=120.")
        found[str(_country(country))] = number(amount)
    return found


COMMANDS = (totalization_command, refund_command)
