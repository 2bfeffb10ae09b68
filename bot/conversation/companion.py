"""The complaint companion: where to go, by when, with what in hand, and what may not happen to you."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from bot.answers.answer import Answer, answer
from bot.answers.statements import Statement
from bot.answers.translations import Translator
from bot.conversation.answering import answer_topic, sources_of, with_source
from bot.conversation.measured import lookup
from bot.conversation.turn import Message, Reply, Turn
from bot.rules.vocabulary import HELP_TOPICS

SHOWN: Final = 3
_PAY = ("wages", "minimum_wage", "deductions", "overtime", "end_of_service", "annual_leave", "weekly_rest",
        "working_hours", "termination")  # fmt: skip
_BODY = ("employment_injury", "occupational_safety", "violence_harassment", "housing")
# The names of values in which rules say what something costs.
_COST_WORDS = frozenset(("fee", "fees", "cost", "costs", "free"))
_PAPERS = ("document_retention", "job_change", "contract", "recruitment_fees", "pre_departure")


def how_to_complain(turn: Turn) -> Reply:
    """Everything for the next step on what was talked about last.

    First where to go (unions and aid groups before offices that are no firewall, as the lookup orders
    them), then by when, what to bring, what it costs, and the protection from punishment.
    """
    state = turn.state
    subject = state.topic if state.topic not in (None, *HELP_TOPICS) else state.known.get("subject")
    turn = turn.with_state(known={**state.known, "subject": subject} if subject else state.known)
    reply = answer_topic(turn, "complaint")
    if reply.case is None:  # the country is asked for first
        return reply.remembering(waits_for="complain")
    about = subject or "complaint"
    said = answer(lookup(turn.base, turn.case(), list(dict.fromkeys([about, "complaint"]))), state.language)
    *before, last = reply.messages
    return replace(reply, messages=(*before, *_besides(turn, said, about, reply.state.cited), last))


def _besides(turn: Turn, said: Answer, subject: str, told: tuple[str, ...]) -> Iterator[Message]:
    t = turn.t
    known = [each for each in said.statements if each.rule.kind == "deadline" and subject in each.rule.topics]
    deadlines = [each for each in known if each.rule.id not in told][:SHOWN]
    if deadlines:
        lines = [t.gettext("Until when:"), *(with_source(each.full_text(), each, t) for each in deadlines)]
        yield _message(lines, deadlines, subject)
    elif not known:
        text = t.gettext("We do not know until when you can claim. Claim as soon as you can.")
        yield Message(text, topic=subject)
    spoken = (*said.statements, *(channel.statement for channel in said.channels))
    costs = list({each.rule.id: each for each in spoken if speaks_of_cost(each)}.values())
    untold = [each for each in costs if each.rule.id not in told][:SHOWN]
    if untold:
        yield _message([with_source(each.full_text(), each, t) for each in untold], untold, subject)
    to_bring = evidence(subject, t) if costs else [*evidence(subject, t), cost_unknown(t)]
    yield Message("\n".join(to_bring), topic=subject)
    protection = [each for each in said.statements if each.rule.type == "complaint_rights"]
    if protection:
        lines = [t.gettext("Your rights when you complain:")]
        lines += [with_source(each.full_text(), each, t) for each in protection[:SHOWN]]
        yield _message(lines, protection[:SHOWN], subject)


def speaks_of_cost(each: Statement) -> bool:
    """Whether a rule says what help costs."""
    return each.rule.type == "free_of_charge" or has_value_named(each, _COST_WORDS)


def has_value_named(each: Statement, words: frozenset[str]) -> bool:
    """Whether a rule has a value whose name holds one of some words."""
    return any(words & set(name.split("_")) for name in each.values)


def cost_unknown(t: Translator) -> str:
    """What to say where no rule tells a cost."""
    return t.gettext("We do not know what it costs. Ask before you sign or pay anything.")


def evidence(subject: str, t: Translator) -> list[str]:
    """What helps to bring. This is practical advice and no statement of law."""
    lines = [
        t.gettext("What to bring, as far as you have it. A photo is better than nothing:"),
        t.gettext("• the contract or job offer"),
        t.gettext("• a copy or photo of passport and permit"),
    ]
    if subject in _PAY:
        lines += [
            t.gettext("• pay slips, bank messages, receipts for money sent home"),
            t.gettext("• own notes of days and hours, with dates"),
        ]
    if subject in _BODY:
        lines += [
            t.gettext("• papers from the doctor or hospital"),
            t.gettext("• photos of the injury, the place or the room, with the date"),
        ]
    if subject in _PAPERS:
        lines += [
            t.gettext("• receipts and messages about money that was paid"),
            t.gettext("• messages that ask for the papers back"),
        ]
    lines += [
        t.gettext("• messages with the boss or agent"),
        t.gettext("• names and phone numbers of people who saw it"),
        t.gettext(
            "You have no contract? These can show that you work there: photos at work, a uniform or card, "
            "money transfers, messages, people who know it."
        ),
        t.gettext(
            "Keep copies in a place that your employer cannot reach. Never give away your only original."
        ),
    ]
    return lines


def _message(lines: list[str], shown: list[Statement], topic: str) -> Message:
    return Message(
        "\n".join(lines),
        rules=tuple(each.rule.id for each in shown),
        sources=tuple(sources_of(shown)),
        topic=topic,
    )
