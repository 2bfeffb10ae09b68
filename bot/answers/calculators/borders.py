"""Insured time and contributions across borders: totalization, and contributions paid back."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

from bot.answers.calculators.shared import SAID, Calculator, Worked, day_text, text
from bot.answers.options import (
    DESTINATION,
    ORIGIN,
    SCHEME,
    SECTOR,
    STATUS,
    Option,
    Told,
    needed,
    number,
    whole,
)
from bot.answers.translations import Translator
from bot.rules.case import make_case
from bot.rules.errors import CaseError
from bot.rules.vocabulary import COUNTRIES

if TYPE_CHECKING:
    from bot.rules.lawbase import LawReader

LONG_TERM = ("old_age", "invalidity", "survivors")


def _totalization(reader: LawReader, told: Told, t: Translator) -> Worked:
    from bot.rules.calculators.periods import make_period
    from bot.rules.calculators.portability import PortabilityCase, add_up

    case = PortabilityCase(
        periods=tuple(make_period(each) for each in told.many("period")),
        on=told.day("on") or told.today,
        nationality=_country(told.get("nationality")),
        home=_country(told.get("home")),
        branch=_branch(told.need("branch")),
    )
    needs = {place: whole(str(amount)) for place, amount in _amounts(told.many("qualifying")).items()}
    found = add_up(
        reader, case, given=needs, theoretical=_amounts(told.many("theoretical")),
        national=_amounts(told.many("national")),
    )  # fmt: skip
    shares = [
        {
            "country": share.country,
            "months": share.months,
            "outcome": share.outcome,
            "agreement": share.agreement,
            "total_months": share.total_months,
            "share": text(share.share),
            "amount": text(share.amount),
            "certain": share.certain,
        }
        for share in found.shares
    ]
    return {"version": reader.version, "shares": shares}, found.steps


def _refund(reader: LawReader, told: Told, t: Translator) -> Worked:
    from bot.answers.answer import statement_json
    from bot.answers.statements import Speaker
    from bot.rules.calculators.refund import refund
    from bot.rules.lookup import look_up

    today, paid = told.day("on") or told.today, told.get("paid")
    case = make_case(
        today=today, on=today, destination=told.get("to"), origin=told.get("from"),
        sector=told.get("sector"), status=told.get("status"), scheme=told.get("scheme"),
    )  # fmt: skip
    found = refund(
        reader, case, months=whole(told.need("months")), left=told.day("left"),
        paid=None if paid is None else number(paid),
    )  # fmt: skip
    speaker = Speaker(look_up(reader, case, ["contribution_refund"]), t)
    rules = [
        {
            **statement_json(speaker.statement(each.result)),
            "outcome": each.outcome,
            "claim_from": day_text(each.claim_from),
            "claim_by": day_text(each.claim_by),
            "paid_out": text(each.paid_out),
        }
        for each in found.rules
    ]
    return {"version": reader.version, "case": case.to_json(), "rules": rules}, found.steps


def _branch(branch: str) -> str:
    if branch not in LONG_TERM:
        raise CaseError(f"{branch!r} is no long-term branch. Use old_age, invalidity or survivors.")
    return branch


def _country(code: str | None) -> str | None:
    if code is not None and code.upper() not in COUNTRIES:
        raise CaseError(f"{code!r} is no country. Write its two-letter code, such as PH.")
    return code and code.upper()


def _amounts(given: Iterable[str]) -> dict[str, Decimal]:
    found = {}
    for item in given:
        country, separator, amount = item.partition("=")
        if not separator:
            raise CaseError(f"{item!r} says no country and amount. Write KR=120.")
        found[str(_country(country))] = number(amount)
    return found


def _by_country(name: str, help_: str) -> Option:
    return Option(name, "amount_of_country", help_, many=True)


CALCULATORS = (
    Calculator(
        "totalization",
        "Which insured time of several countries adds up, and the share that each country pays.",
        "totalization --home PH --period PH:1990-01..1999-12 --period KR:2001-01..2006-12",
        (
            Option(
                "period", "period",
                "Insured time, such as KR:2001-01..2010-12; several times. `/uninsured` behind it: nobody "
                "paid.",
                required=True, many=True, example="KR:2001-01..2010-12",
            ),
            Option("nationality", "country", "Nationality; some agreements are for their citizens alone."),
            Option("home", "country", "The country to which the person returns."),
            Option(
                "branch", "branch", "old_age, invalidity or survivors.", default="old_age", choices=LONG_TERM
            ),
            _by_country("qualifying", "Months that a pension there needs."),
            _by_country("theoretical", "Pension if all time were spent there."),
            _by_country("national", "Pension for the time there alone."),
            *SAID,
        ),
        _totalization,
    ),
    Calculator(
        "refund",
        "Whether contributions are paid back, from and until when, and what taking them gives away.",
        "refund --from NP --to KR --scheme E-9 --months 58 --left 2026-10-31",
        (
            needed(DESTINATION),
            needed(ORIGIN),
            Option("months", "whole", "Insured months there.", required=True, example="24"),
            Option("left", "day", "The day of leaving the country; deadlines count from it."),
            Option("paid", "number", "The sum before tax, if it is known."),
            SCHEME, SECTOR, STATUS, *SAID,
        ),
        _refund,
    ),
)  # fmt: skip
