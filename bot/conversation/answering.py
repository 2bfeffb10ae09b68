"""Answering a question of law: look up, say the most useful first, name the gap, ask what matters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bot.answers import formats, names
from bot.answers.answer import Answer, Channel, answer
from bot.answers.protection import map_text
from bot.answers.statements import Statement
from bot.answers.translations import SOURCE_LANGUAGE, Translator
from bot.conversation.asking import ask, useful_question
from bot.conversation.measured import lookup
from bot.conversation.outcomes import outcome_of
from bot.conversation.turn import ME, Message, Reply, Turn
from bot.rules.lookup import Lookup
from bot.rules.protection import protection_map
from bot.rules.vocabulary import BRANCHES, HELP_TOPICS

PAGE = 5  # statements in one message
CHANNELS = 2  # beside another topic; the topics of help show more
HELP_CHANNELS = 4
ASKS_IF_HELPED = (3, 10, 30)  # after so many answers: sparsely
_RELATED = {
    "wages": ("complaint", "end_of_service"),
    "termination": ("end_of_service", "complaint"),
    "end_of_service": ("contribution_refund", "end_of_contract_return"),
    "employment_injury": ("medical_care", "complaint"),
    "document_retention": ("complaint", "job_change"),
    "forced_labour": ("hotline", "embassy"),
    "violence_harassment": ("hotline", "legal_aid"),
    "welfare_fund": ("voluntary_insurance", "survivors"),
    "old_age": ("totalization", "contribution_refund"),
}
# The calculator of a topic.
CALCULATED = {
    "end_of_service": "end_of_service",
    "wages": "wages",
    "overtime": "overtime",
    "termination": "notice",
    "annual_leave": "leave",
    "contribution_refund": "refund",
    "totalization": "totalization",
}
_GOING_HOME = (
    "end_of_contract_return",
    "export_of_benefits",
    "totalization",
    "contribution_refund",
    "old_age",
)
# Topics on which the country of work says nothing: these need the home country.
_ORIGIN_FIRST = ("welfare_fund", "voluntary_insurance", "pre_departure", "embassy")


def answer_topic(turn: Turn, topic: str) -> Reply:
    """The answer to a topic for the case as far as it is known.

    Asks for the country of work first when nothing can be said without it; everything else is
    answered under its condition, and then asked for if it changes the answer.
    """
    state = turn.state
    turn = turn.with_state(topic=topic, shown=0)
    missing = _needed(turn, topic)
    if missing is not None and missing not in state.asked:
        turn = turn.with_state(asking=missing, asked=(*state.asked, missing))
        return turn.reply(ask(turn, missing)).counting("asked_back", topic)
    found = lookup(turn.base, turn.case(), [topic])
    return _said(turn, found, answer(found, state.language), 0)


def show_more(turn: Turn) -> Reply:
    """The next statements of the topic that was answered last."""
    topic = turn.state.topic
    if topic is None:
        return turn.reply()
    found = lookup(turn.base, turn.case(), [topic])
    return _said(turn, found, answer(found, turn.state.language), turn.state.shown)


def _needed(turn: Turn, topic: str) -> str | None:
    state = turn.state
    if topic in _ORIGIN_FIRST and state.origin is None:
        return "origin"
    if state.destination is None and not (topic in _ORIGIN_FIRST and state.origin):
        return "destination"
    return None


def show_original(turn: Turn) -> Reply:
    """What was said last, in the language of the source; the chat stays in its own."""
    topic, state = turn.state.topic, turn.state
    if topic is None:
        return turn.reply()
    found = lookup(turn.base, turn.case(), [topic])
    source = turn.with_state(language=SOURCE_LANGUAGE)
    messages, more = _law_and_help(source, found, answer(found, SOURCE_LANGUAGE), state.shown_from)
    reply = turn.reply(*messages, _next(turn, topic, more))
    return Reply(reply.state, reply.messages, found.case, found.version)


def _said(turn: Turn, found: Lookup, said: Answer, start: int) -> Reply:
    topic = found.topics[0]
    messages, more = _law_and_help(turn, found, said, start)
    asking = useful_question(found, turn.state.asked) if start == 0 else None
    last = ask(turn, asking) if asking is not None else _next(turn, topic, more)
    if not turn.t.native_reviewed:
        last = replace(last, choices=(*last.choices, ("original", turn.t.gettext("In English"))))
    if turn.state.answers + 1 in ASKS_IF_HELPED and asking is None:
        last = replace(last, choices=(*last.choices, *_did_it_help(turn.t)))
    if not turn.state.told_disclaimer:
        messages[0] = replace(messages[0], text=f"{messages[0].text}\n\n{disclaimer(turn.t)}")
    reply = turn.reply(
        *messages,
        last,
        cited=tuple(rule for message in messages for rule in message.rules),
        answers=turn.state.answers + 1,
        shown_from=start,
        shown=start + len(messages[0].rules),
        asking=asking,
        asked=(*turn.state.asked, asking) if asking else turn.state.asked,
        told_disclaimer=True,
        danger=None,
        misunderstood=0,
    )
    asked = (outcome_of(found, topic),) if start == 0 else ()  # "show more" asks nothing new
    return replace(reply, case=found.case, version=found.version, asked=asked)


def _did_it_help(t: Translator) -> tuple[tuple[str, str], ...]:
    return (("feedback:yes", t.gettext("This helped me")), ("feedback:no", t.gettext("This did not help")))


def _law_and_help(turn: Turn, found: Lookup, said: Answer, start: int) -> tuple[list[Message], bool]:
    """The messages of an answer without the question at their end, and whether there is more to say."""
    topic = found.topics[0]
    statements = [each for each in said.statements if each.rule.kind != "complaint_channel"]
    page = _page(statements, start)
    messages = [_law(turn, said, topic, page, start)]
    if topic == "social_security_agreement" and start == 0 and found.case.origin and found.case.destination:
        messages.append(_map(turn))
    most = HELP_CHANNELS if topic in HELP_TOPICS else CHANNELS
    channels = distinct(said.channels)[:most] if start == 0 else []
    if channels:
        messages.append(_help(turn, said, channels))
    return messages, start + len(page) < len(statements)


def disclaimer(t: Translator) -> str:
    """What the words of an answer are not, said once in a language."""
    lines = [t.gettext("This is information, not legal advice.")]
    if not t.native_reviewed:
        lines.append(t.gettext("No native speaker has checked these words yet."))
    return " ".join(lines)


def _page(statements: list[Statement], start: int) -> list[Statement]:
    """The next statements; on the first page a deadline comes along, for it is what gets lost."""
    page = statements[start : start + PAGE]
    if start == 0 and not any(each.rule.kind == "deadline" for each in page):
        page += [each for each in statements[PAGE:] if each.rule.kind == "deadline"][:1]
        # what is shown early must not be skipped later: the list is reordered the same way each time
        for each in page[PAGE:]:
            statements.remove(each)
            statements.insert(PAGE, each)
    return page


def _law(turn: Turn, said: Answer, topic: str, page: list[Statement], start: int) -> Message:
    t = turn.t
    lines = [_headline(turn, topic), *(gap.text for gap in said.gaps)] if start == 0 else []
    lines += [with_source(each.full_text(), each, t) for each in page]
    if start == 0:
        lines += [each.text for each in said.remedies]
    if not page and start > 0:
        lines.append(t.gettext("We have no more on this."))
    if not page and not said.channels:
        lines.append(nearest_help(turn, said))
    return Message(
        "\n".join(lines),
        rules=tuple(each.rule.id for each in page),
        sources=tuple(sources_of(page)),
        topic=topic,
    )


def _map(turn: Turn) -> Message:
    """Branch by branch, what protects a person there, between the countries and at home."""
    found = protection_map(turn.base, turn.case())
    text = map_text(found, turn.state.language)
    rules = tuple(dict.fromkeys(each.rule.id for cell in found.cells for each in cell.rules))
    return Message(text, rules=rules, topic="social_security_agreement")


def with_source(text: str, statement: Statement, t: Translator) -> str:
    """A statement as a line of a list, with its source below."""
    if not statement.source:  # then the statement itself says that it is not confirmed
        return f"• {text}"
    source = t.gettext("Source: {source}", source=statement.source)
    return f"• {text}\n  {source}"


def nearest_help(turn: Turn, said: Answer) -> str:
    """Who to ask when the data have nothing: never silence."""
    return turn.t.gettext(
        "Ask a trade union, an aid group for migrants, or your embassy. Emergency numbers: {numbers}.",
        numbers=said.emergency,
    )


def distinct(channels: tuple[Channel, ...]) -> list[Channel]:
    """Each contact once: several rules may lead to the same office."""
    seen: set[str] = set()
    found = []
    for channel in channels:
        ids = {card.contact.id for card in channel.cards}
        if ids and ids <= seen:
            continue
        seen |= ids
        found.append(channel)
    return found


def _help(turn: Turn, said: Answer, channels: list[Channel]) -> Message:
    t = turn.t
    lines = [t.gettext("Where to get help:")]
    for channel in channels:
        lines.append(with_source(channel.brief(), channel.statement, t))
    if said.case.papers_may_be_missing:
        lines.append(
            t.gettext("If you have no valid papers, ask a union, an aid group or your embassy first.")
        )
    spoken = [channel.statement for channel in channels]
    return Message(
        "\n".join(lines),
        rules=tuple(each.rule.id for each in spoken),
        sources=tuple(sources_of(spoken)),
        topic="complaint",
    )


def _next(turn: Turn, topic: str, more: bool) -> Message:
    t = turn.t
    choices = [("more", t.gettext("Show more"))] if more else []
    if topic in CALCULATED:
        choices.append((f"form:{CALCULATED[topic]}", t.gettext("Work it out")))
    if topic == "complaint":
        choices += [("form:letter", t.gettext("Write a complaint letter")),
                    ("form:deadline", t.gettext("Until when can I claim?")),
                    ("form:reminder", t.gettext("Remind me"))]  # fmt: skip
    if topic in _GOING_HOME:
        choices.append(("guide", t.gettext("What goes home with me?")))
    related = _RELATED.get(topic, () if topic in HELP_TOPICS else ("complaint",))
    if topic in BRANCHES:
        related = (*related, "export_of_benefits")
    choices += [
        (f"topic:{each}", names.topic_name(each, t)) for each in dict.fromkeys(related) if each != topic
    ]
    choices.append(("human", t.gettext("Talk to a person")))
    return Message(t.gettext("What do you want to do next?"), tuple(choices), topic=topic)


def _headline(turn: Turn, topic: str) -> str:
    t, case = turn.t, turn.case()
    parts = [names.topic_name(topic, t)]
    if case.destination:
        parts.append(t.gettext("country of work: {country}", country=formats.country(case.destination, t)))
    if case.origin:
        parts.append(t.gettext("home country: {country}", country=formats.country(case.origin, t)))
    if case.sector:
        parts.append(
            t.gettext("work: {sector}", sector=t.pgettext("sector", formats.SECTOR_NAMES[case.sector]))
        )
    if turn.state.about != ME:
        parts.append(t.gettext("The other person"))
    line = " · ".join(parts)
    return line[:1].upper() + line[1:]


def sources_of(statements: list[Statement]) -> Iterator[dict[str, Any]]:
    """The sources of statements, for programs."""
    for each in statements:
        provenance = each.rule.provenance
        source = provenance.source
        yield {
            "rule": each.rule.id,
            "legal_basis": provenance.legal_basis,
            "title": source.title if source else None,
            "publisher": source.publisher if source else None,
            "url": source.url if source else None,
            "as_of": provenance.as_of,
            "evidence": provenance.evidence,
        }
