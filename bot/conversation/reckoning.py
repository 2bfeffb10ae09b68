"""Working out what a form asked for: what is owed, how long the notice is, until when to claim."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from bot.answers import formats
from bot.answers.calculation import step_text
from bot.answers.statements import Speaker, Statement
from bot.conversation import questions as ask
from bot.conversation.answering import disclaimer, sources_of, with_source
from bot.conversation.measured import look_up
from bot.conversation.turn import Message, Reply, State, Turn
from bot.rules.calculators.deadlines import Deadlines, deadlines
from bot.rules.calculators.end_of_service import end_of_service
from bot.rules.calculators.grounds import Ground
from bot.rules.calculators.periods import Period
from bot.rules.calculators.portability import PortabilityCase, add_up
from bot.rules.calculators.refund import refund
from bot.rules.calculators.service import Pay, make_pay, make_service
from bot.rules.calculators.steps import Step
from bot.rules.calculators.wages import notice, overtime, unpaid_wages, unused_leave
from bot.rules.case import Case, with_changes
from bot.rules.errors import CaseError
from bot.rules.lawbase import LawReader
from bot.rules.model import Provenance
from bot.rules.resolution import Result

# What a calculation gives: its steps, and the rules that it rests on.
Found = tuple[Sequence[Step], list[Result]]
Reckon = Callable[[LawReader, Case, State], Found]
# Topics whose claims can run out.
CLAIMS: Final = ("wages", "end_of_service", "overtime", "termination", "annual_leave", "deductions",
                 "employment_injury", "recruitment_fees")  # fmt: skip


@dataclass(frozen=True)
class Calculation:
    """One calculator: what it is about and how it is worked out.

    `days`: the answers that may be a month alone; it is said where one was counted from its first day.
    """

    topic: str
    title: ask.Say
    reckon: Reckon
    days: tuple[str, ...] = ()


def work_out(turn: Turn, calculation: Calculation) -> Reply:
    """Works a calculation out from what was told, and says how, with the rules.

    Raises CaseError for answers that contradict each other.
    """
    t, state, case = turn.t, turn.state, _case(turn)
    with turn.base.reading() as reader:
        steps, results = calculation.reckon(reader, case, state)
        found = look_up(reader, case, _topics(calculation, state))
        speaker = Speaker(found, t)
        named = dict.fromkeys(each.ground for each in steps if each.ground is not None)
        shown = {each.rule.id: each for each in results}
        shown |= {each.rule.id: each for each in found.answers if each.rule.id in named}
        statements = [speaker.statement(each) for each in shown.values()]
        others = [
            f"[{formats.isolate(name, t)}] {speaker.source_line(provenance)}"
            for name in named
            if name not in shown and (provenance := _provenance(reader, name)) is not None
        ]
        version = reader.version
    said = Message(
        _text(turn, calculation, steps, statements, others),
        rules=tuple(each.rule.id for each in statements),
        sources=tuple(sources_of(statements)),
        topic=calculation.topic,
    )
    reply = turn.reply(
        said, _next(turn, calculation.topic), told_disclaimer=True, topic=calculation.topic, cited=said.rules,
        danger=None,
    )  # fmt: skip
    return replace(reply, case=case, version=version).counting("answered", calculation.topic)


def _topics(calculation: Calculation, state: State) -> list[str]:
    claim = state.known.get("claim")
    return [calculation.topic, *([claim] if claim else [])]


def _case(turn: Turn) -> Case:
    """The case on the day that the calculation is about."""
    end = turn.state.known.get("end")
    case = turn.case()
    return with_changes(case, on=ask.last_day(end, turn.today)) if end else case


def _provenance(reader: LawReader, name: str) -> Provenance | None:
    """Where a rule or agreement stands that a step names."""
    rule = reader.rule(name)
    if rule is not None:
        return rule.provenance
    agreement = reader.treaties.agreements.get(name)
    return agreement.provenance if agreement is not None else None


def _text(
    turn: Turn, calculation: Calculation, steps: Sequence[Step], statements: Sequence[Statement],
    others: Sequence[str],
) -> str:  # fmt: skip
    """The steps, then the rules in words, then the sources of what the steps name besides."""
    t = turn.t
    lines = [calculation.title(t)]
    lines += [f"{number}. {step_text(each, t)}" for number, each in enumerate(steps, 1)]
    lines += ask.assumed_days(turn.state, calculation.days, t)
    lines += [with_source(each.full_text(), each, t) for each in statements]
    lines += others
    if not turn.state.told_disclaimer:
        lines.append(disclaimer(t))
    return "\n".join(lines)


def _next(turn: Turn, topic: str) -> Message:
    t = turn.t
    choices = [("redo", t.gettext("Change an answer"))]
    if topic in CLAIMS:
        choices.append(("form:deadline", t.gettext("Until when can I claim?")))
    choices += [
        (f"topic:{topic}", t.gettext("What the law says")),
        ("complain", t.gettext("How to complain")),
    ]
    return Message(t.gettext("What do you want to do next?"), tuple(choices), topic=topic)


# -- the calculations ---------------------------------------------------------------------------------


def reckon_end_of_service(reader: LawReader, case: Case, state: State) -> Found:
    found = end_of_service(reader, case, make_service(*_service(case, state)), _pay(state))
    return found.steps, _results(each.ground for each in found.parts)


def reckon_wages(reader: LawReader, case: Case, state: State) -> Found:
    found = unpaid_wages(
        reader, case, _pay(state), months=ask.number_of(state, "months_owed"),
        received=_received(state),
    )  # fmt: skip
    return found.steps, _results(each.ground for each in found.found)


def reckon_overtime(reader: LawReader, case: Case, state: State) -> Found:
    hours = {
        "hours": ask.number_of(state, "overtime_hours"),
        "rest_day_hours": ask.number_of(state, "rest_day_hours"),
    }
    hour = state.known.get("hour_pay")
    found = overtime(
        reader, case, _pay(state), {**dict.fromkeys(_KINDS, Decimal(0)), **hours},
        ask.money_of(hour).amount if hour else None,
    )  # fmt: skip
    return found.steps, _results(each.ground for each in found.found)


def reckon_notice(reader: LawReader, case: Case, state: State) -> Found:
    given = ask.last_day(state.known["notice_given"], case.today)
    case = with_changes(case, on=given)
    service = make_service(ask.first_day(state.known["start"], given), given)
    found = notice(reader, case, service, _pay(state), given, None)
    return found.steps, _results(each.ground for each in found.found)


def reckon_leave(reader: LawReader, case: Case, state: State) -> Found:
    found = unused_leave(
        reader, case, make_service(*_service(case, state)), _pay(state), ask.number_of(state, "leave_taken")
    )
    return found.steps, _results(each.ground for each in found.found)


def reckon_deadline(reader: LawReader, case: Case, state: State) -> Found:
    found = claim_deadlines(reader, case, state)
    return found.steps, _results(each.ground for each in found.found)


def claim_deadlines(reader: LawReader, case: Case, state: State) -> Deadlines:
    """Until when the claim that was talked about can be made."""
    return deadlines(reader, case, state.known["claim"], ask.day_of(state.known["since"]))


def reckon_refund(reader: LawReader, case: Case, state: State) -> Found:
    left = state.known.get("left")
    found = refund(
        reader,
        case,
        months=int(ask.number_of(state, "insured_months")),
        left=ask.day_of(left) if left else None,
    )
    return found.steps, [each.result for each in found.rules]


def reckon_totalization(reader: LawReader, case: Case, state: State) -> Found:
    assert case.destination is not None and case.origin is not None
    periods = []
    for country, first, last in (
        (case.origin, "home_insured_from", "home_insured_to"),
        (case.destination, "insured_from", "insured_to"),
    ):
        if state.known.get(first) and state.known.get(last):
            begin, end = ask.day_of(state.known[first]), ask.last_day(state.known[last], case.today)
            if end < begin:
                raise CaseError("A period ends before it begins.")
            periods.append(Period(country, (begin.year, begin.month), (end.year, end.month)))
    portable = PortabilityCase(
        periods=tuple(periods), on=case.on, nationality=case.origin, home=case.origin, branch="old_age"
    )
    return add_up(reader, portable).steps, []


def _results(grounds: Iterable[Ground | None]) -> list[Result]:
    return [each.result for each in grounds if each is not None]


_KINDS = ("hours", "night_hours", "rest_day_hours", "holiday_hours")


def _service(case: Case, state: State) -> tuple[date, date]:
    last = ask.last_day(state.known["end"], case.today)
    return ask.first_day(state.known["start"], last), last


def _pay(state: State) -> Pay:
    return make_pay(ask.money_of(state.known["wage"]))


def _received(state: State) -> Decimal:
    text = state.known.get("received")
    return ask.money_of(text).amount if text else Decimal(0)
