"""What is asked of the answer that was given last: which law, since when, what it costs, for the family."""

from __future__ import annotations

from collections.abc import Iterable

from bot.answers import formats
from bot.answers.answer import Answer, answer
from bot.answers.statements import Statement
from bot.conversation.answering import PAGE, answer_topic, sources_of, with_source
from bot.conversation.companion import cost_unknown, has_value_named, speaks_of_cost
from bot.conversation.journey import menu
from bot.conversation.measured import lookup
from bot.conversation.turn import Message, Reply, Turn
from bot.rules.model import Contact
from bot.rules.vocabulary import BRANCHES

# Topics that are the family's own.
_FAMILY = ("family_benefit", "survivors", "maternity")
# The names of values in which rules speak of the family.
_FAMILY_WORDS = frozenset(("family", "families", "spouse", "child", "children", "dependants"))


def which_law(turn: Turn) -> Reply:
    """The law, publisher and address of each statement that was shown last."""
    t = turn.t
    _, shown = _last(turn)
    if not shown:
        return menu(turn)
    lines = [t.gettext("This is where it stands:")]
    for each in shown:
        source = each.rule.provenance.source
        address = source.url if source else None
        lines.append(f"• {each.source or each.full_text()}")  # without a source it says so itself
        if address:
            lines.append(f"  {formats.isolate(address, t)}")
    return _spoken(turn, lines, shown)


def since_when(turn: Turn) -> Reply:
    """From when each statement holds, where that is known, and of what date the information is."""
    t = turn.t
    _, shown = _last(turn)
    if not shown:
        return menu(turn)
    lines = []
    for each in shown:
        begins = formats.written_date(each.rule.start, t)
        when = (
            t.gettext("This holds since: {date}.", date=begins)
            if begins
            else t.gettext("We do not know since when this holds.")
        )
        lines.append(f"• {each.text}\n  {when} {each.source}".rstrip())
    return _spoken(turn, lines, shown)


def what_it_costs(turn: Turn) -> Reply:
    """Which help is free, as far as the rules say so; otherwise that it is not known."""
    t, state = turn.t, turn.state
    topics = list(dict.fromkeys([state.topic or "complaint", "complaint", "legal_aid"]))
    found = lookup(turn.base, turn.case(), topics)
    said = answer(found, state.language)
    spoken = (*said.statements, *(channel.statement for channel in said.channels))
    shown = _each_once(each for each in spoken if speaks_of_cost(each))
    cards = [card for channel in said.channels for card in channel.cards if _is_free(card.contact)]
    lines = [with_source(each.full_text(), each, t) for each in shown[:PAGE]]
    lines += [f"• {card.text()}" for card in dict.fromkeys(cards[:2])]
    if not lines:
        lines = [cost_unknown(t)]
    return _spoken(turn, lines, shown[:PAGE])


def for_the_family(turn: Turn) -> Reply:
    """What of the last topic speaks of the family; else what there is for families."""
    t, state = turn.t, turn.state
    if state.topic is None:
        return answer_topic(turn, "family_benefit")
    said, _ = _last(turn)
    shown = [each for each in (said.statements if said else ()) if _speaks_of_family(each)]
    if not shown or state.topic in _FAMILY:
        return answer_topic(turn, "family_benefit" if state.topic in (*BRANCHES, *_FAMILY) else state.topic)
    lines = [
        t.gettext("For your family:"),
        *(with_source(each.full_text(), each, t) for each in shown[:PAGE]),
    ]
    return _spoken(turn, lines, shown[:PAGE])


def if_i_resign(turn: Turn) -> Reply:
    """The last answer once more, for somebody who resigns."""
    turn = turn.with_state(known={**turn.state.known, "ended_by": "worker"})
    topic = turn.state.topic
    return answer_topic(
        turn, topic if topic in ("end_of_service", "termination", "job_change") else "termination"
    )


def _last(turn: Turn) -> tuple[Answer | None, list[Statement]]:
    """The answer to the last topic, and the statements that were shown of it."""
    topic, state = turn.state.topic, turn.state
    if topic is None:
        return None, []
    said = answer(lookup(turn.base, turn.case(), [topic]), state.language)
    spoken = [*said.statements, *(channel.statement for channel in said.channels)]
    last = set(state.cited)
    shown = _each_once(each for each in spoken if each.rule.id in last)
    return said, shown or _each_once(spoken)[:PAGE]


def _each_once(statements: Iterable[Statement]) -> list[Statement]:
    return list({each.rule.id: each for each in statements}.values())


def _spoken(turn: Turn, lines: list[str], shown: list[Statement]) -> Reply:
    t, topic = turn.t, turn.state.topic
    choices = [(f"topic:{topic}", t.gettext("What the law says"))] if topic else []
    return turn.reply(
        Message(
            "\n".join(lines),
            (*choices, ("menu", t.gettext("Menu"))),
            rules=tuple(each.rule.id for each in shown),
            sources=tuple(sources_of(shown)),
            topic=topic,
        )
    )


def _speaks_of_family(each: Statement) -> bool:
    return has_value_named(each, _FAMILY_WORDS)


def _is_free(contact: Contact) -> bool:
    return any(value.cost == "free" for value in contact.values)
