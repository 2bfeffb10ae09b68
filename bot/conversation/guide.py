"""What goes home with a worker: benefits paid abroad, years added up, contributions back, papers."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot.answers import names
from bot.answers.answer import answer
from bot.answers.protection import map_text
from bot.conversation.answering import answer_topic, disclaimer, sources_of, with_source
from bot.conversation.asking import ask
from bot.conversation.measured import lookup
from bot.conversation.turn import Message, Reply, Turn
from bot.rules.protection import protection_map

TOPIC: Final = "end_of_contract_return"
# The parts of the guide, and how many statements each shows.
PARTS: Final = ("export_of_benefits", "totalization", "contribution_refund", "old_age", "welfare_fund")
SHOWN: Final = 3


def guide(turn: Turn) -> Reply:
    """The portability guide of a corridor: the map, then what each part of it asks of the worker.

    Asks for the countries first; each missing one once.
    """
    state, t = turn.state, turn.t
    if state.destination is None or (state.origin is None and "origin" not in state.asked):
        missing = "destination" if state.destination is None else "origin"
        return _ask_for(turn, missing)
    found = lookup(turn.base, turn.case(), PARTS)
    said = answer(found, state.language)
    protection = protection_map(turn.base, turn.case())
    messages = [
        Message(
            "\n\n".join((t.gettext("What goes home with me?"), map_text(protection, state.language))),
            rules=tuple(dict.fromkeys(each.rule.id for cell in protection.cells for each in cell.rules)),
            topic=TOPIC,
        )
    ]
    told: set[str] = set()
    for topic in PARTS:
        shown = [each for each in said.statements if topic in each.rule.topics and each.rule.id not in told]
        deadlines = [each for each in shown[SHOWN:] if each.rule.kind == "deadline"]
        shown = [*shown[:SHOWN], *deadlines[:1]]
        gaps = [gap.text for gap in said.gaps if gap.gap.topic == topic]
        if not shown and not gaps:
            continue
        told |= {each.rule.id for each in shown}
        name = names.topic_name(topic, t)
        lines = [
            name[:1].upper() + name[1:],
            *(with_source(each.full_text(), each, t) for each in shown),
            *gaps,
        ]
        messages.append(
            Message(
                "\n".join(lines),
                rules=tuple(each.rule.id for each in shown),
                sources=tuple(sources_of(shown)),
                topic=topic,
            )
        )
    if not state.told_disclaimer:
        messages[-1] = replace(messages[-1], text=f"{messages[-1].text}\n\n{disclaimer(t)}")
    choices = (
        ("form:totalization", t.gettext("Add up my years")),
        ("form:refund", t.gettext("Can I get money back?")),
        ("form:end_of_service", t.gettext("Money at the end of the job")),
        ("form:reminder", t.gettext("Remind me")),
        ("human", t.gettext("Talk to a person")),
    )
    last = Message(t.gettext("What do you want to do next?"), choices, topic=TOPIC)
    reply = turn.reply(*messages, last, topic=TOPIC, cited=tuple(told), told_disclaimer=True, danger=None)
    return replace(reply, case=found.case, version=found.version).counting("answered", TOPIC)


def _ask_for(turn: Turn, name: str) -> Reply:
    """The question for a country; its answer brings the guide (`State.waits_for`)."""
    if name in turn.state.asked:
        return answer_topic(turn, TOPIC)
    asked = (*turn.state.asked, name)
    reply = turn.reply(ask(turn, name), topic=TOPIC, asking=name, asked=asked, waits_for="guide")
    return reply.counting("asked_back", TOPIC)
