"""Refund of contributions: whether, from when and until when, after which tax, and what it costs.

Each rule on refunds of the country of work is held against the months of insurance and the day of
leaving. A rule that names no limit is never turned into one: what it leaves open stays open.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from bot.rules.calculators.deadlines import after
from bot.rules.calculators.grounds import Ground, grounds
from bot.rules.calculators.steps import Step, step
from bot.rules.case import Case
from bot.rules.errors import CaseError
from bot.rules.lawbase import LawReader
from bot.rules.resolution import Result
from bot.rules.treaties.derivation import derive
from bot.rules.treaties.model import TOTALIZATION
from bot.rules.units import Duration

REFUND, NO_REFUND = "contribution_refund", "no_contribution_refund"
OUTCOMES = ("possible", "not_enough", "too_much", "not_yet", "too_late", "none", "depends", "note")
_OPEN = ("possible", "not_yet", "depends")
_LIMITS = ("min_contributions", "max_contributions", "under_contributions")
# What a rule may say beside a refund, without giving one.
_BESIDE = {
    "fund", "tax", "tax_back", "tax_working_holiday", "working_holiday_visas", "change_by",
    "claim_within", "list_changes",
    "loses_periods", "may_add_instead", "agreement_does_not_add", "moved_to", "moved_after",
}  # fmt: skip
# What makes a refund hang on more than insured time and days.
_UNCERTAIN = {
    "min_age", "not_promised", "no_agreement", "at_pension_age", "needs_agreement", "family_left",
    "skilled_only", "not_sure_before", "others_not",
}  # fmt: skip
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class RefundRule:
    """What one rule means for the person."""

    result: Result
    outcome: str  # one of OUTCOMES
    claim_from: date | None = None
    claim_by: date | None = None
    paid_out: Decimal | None = None


@dataclass
class Refund:
    """All rules on refunds that speak of the case, and the steps to what they mean."""

    rules: list[RefundRule] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)


def refund(
    reader: LawReader, case: Case, *, months: int, left: date | None = None, paid: Decimal | None = None
) -> Refund:
    """What the refund rules of the country of work mean for a person of the case.

    `months`: insured months there. `left`: the day of leaving the country, when known; deadlines
    are counted from it. `paid`: what the person paid, in the country's currency; the tax that a rule
    names is taken from it. Raises CaseError for a number of months below one.
    """
    if months < 1:
        raise CaseError("A refund needs at least one month of contributions.")
    if case.destination is None:
        raise CaseError("Say in which country the contributions were paid: --to KR.")
    own = grounds(reader, case, (REFUND, NO_REFUND), ["contribution_refund"])
    result = Refund(steps=[step("insured", country=case.destination, months=months)])
    if not own:
        result.steps.append(step("refund_unknown", country=case.destination))
    for each in own:
        _apply(each, case, months, left, paid, result)
    if any(each.outcome in _OPEN for each in result.rules):
        _what_is_lost(reader, case, months, result)
    return result


def _apply(
    ground: Ground, case: Case, months: int, left: date | None, paid: Decimal | None, result: Refund
) -> None:
    rule, values = ground.rule, ground.values
    if rule.type == NO_REFUND:
        outcome = "none" if ground.sure else "depends"
        result.rules.append(RefundRule(ground.result, outcome))
        result.steps.append(step("refund_none" if outcome == "none" else "refund_depends", rule.id))
        return
    if ground.rule.kind == "warning" or not set(values) - _BESIDE:
        result.rules.append(RefundRule(ground.result, "note"))
        result.steps.append(step("refund_note", rule.id))
        return
    outcome = _by_months(ground, months, result) or "possible"
    since = _counted(left, values.get("wait"))
    until = _counted(left, values.get("claim_within"))
    if outcome == "possible" and until is not None and case.today > until:
        outcome = "too_late"
    elif outcome == "possible" and since is not None and case.today < since:
        outcome = "not_yet"
    if outcome == "possible" and (not ground.sure or set(values) & _UNCERTAIN):
        outcome = "depends"
    result.steps.append(step(f"refund_{outcome}", rule.id))
    if since is not None and outcome in _OPEN:
        result.steps.append(step("claim_from", rule.id, date=since))
    if until is not None:
        result.steps.append(step("claim_by", rule.id, date=until))
    on_holiday = case.scheme in values.get("working_holiday_visas", ())
    tax = values.get("tax_working_holiday" if on_holiday else "tax")
    kept = _paid_out(tax, paid, rule.id, result) if outcome in _OPEN else None
    result.rules.append(RefundRule(ground.result, outcome, since, until, kept))


def _by_months(ground: Ground, months: int, result: Refund) -> str | None:
    """Whether the insured time is too short or too long for the refund; `depends` if it cannot be told."""
    name = ground.rule.id
    limits = {each: ground.whole_months(each) for each in _LIMITS if each in ground.values}
    least, most, under = (limits.get(each) for each in _LIMITS)
    if least is not None and months < least:
        result.steps.append(step("needs_months", name, months=months, needed=least))
        return "not_enough"
    if most is not None and months > most:
        result.steps.append(step("over_months", name, months=months, most=most))
        return "too_much"
    if under is not None and months >= under:
        result.steps.append(step("not_under_months", name, months=months, most=under))
        return "too_much"
    return "depends" if None in limits.values() else None


def _paid_out(tax: object, paid: Decimal | None, ground: str, result: Refund) -> Decimal | None:
    """What is left after the tax that the rule names; only of the person's own contributions."""
    if paid is None or not isinstance(tax, Decimal):
        return None
    kept = (paid * (100 - tax) / 100).quantize(_CENT, ROUND_HALF_UP)
    result.steps.append(step("after_tax", ground, paid=paid, percent=tax, amount=kept))
    return kept


def _what_is_lost(reader: LawReader, case: Case, months: int, result: Refund) -> None:
    """Under which agreement the months could count instead, which a refund gives away."""
    agreements = {
        each.agreement.id: each
        for each in derive(case, reader.treaties).rights
        if each.principle == TOTALIZATION and each.topic == "old_age" and each.agreement is not None
    }
    for name, right in agreements.items():
        result.steps.append(
            step("lost_for_totalization", name, months=months, between=[case.destination, case.origin])
        )
        if not right.confirmed or right.depends_on:
            result.steps.append(step("not_certain", name, country=case.destination))
    if not agreements:
        result.steps.append(step("nothing_to_add_to", country=case.destination))


def _counted(left: date | None, value: object) -> date | None:
    """A day so long after leaving; for a time limit it is the last day."""
    return after(left, value) if left is not None and isinstance(value, Duration) else None
