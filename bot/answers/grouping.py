"""The statements of an answer in the groups that a person needs, one after the other.

What holds there → whom to turn to and by when → what goes along across the border → what the home
country gives. Every statement stands in one group, once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.answers.answer import Answer
from bot.answers.statements import Statement
from bot.rules.model import ANY, Rule
from bot.rules.vocabulary import HELP_TOPICS

ENTITLED, COMPLAIN, CROSSING, HOME = "entitled", "complain", "crossing", "home"
GROUPS: Final = (ENTITLED, COMPLAIN, CROSSING, HOME)
CROSSING_TOPICS: Final = frozenset(
    ("social_security_agreement", "totalization", "export_of_benefits", "applicable_legislation",
     "contribution_refund", "end_of_contract_return", "death_abroad")
)  # fmt: skip
HOME_TOPICS: Final = frozenset(("welfare_fund", "voluntary_insurance", "pre_departure"))


@dataclass(frozen=True)
class TopicStatements:
    """What is said on one topic."""

    topic: str
    statements: tuple[Statement, ...]


def group_of(rule: Rule) -> str:
    """The group in which a rule is said: one of GROUPS."""
    main = rule.topics[0]
    if rule.kind == "complaint_channel" or (rule.kind == "warning" and "complaint" in rule.topics):
        return COMPLAIN
    if main in HOME_TOPICS or (rule.key.destinations == (ANY,) and rule.key.origins != (ANY,)):
        return HOME
    if main in CROSSING_TOPICS:
        return CROSSING
    if rule.kind == "deadline" or main in HELP_TOPICS:
        return COMPLAIN
    return CROSSING if rule.via == "social_security_agreement" else ENTITLED


def grouped(said: Answer) -> dict[str, list[Statement]]:
    """The statements of an answer by group, in their order, without the channels."""
    channels = {channel.statement.rule.id for channel in said.channels}
    groups: dict[str, list[Statement]] = {name: [] for name in GROUPS}
    for statement in said.statements:
        if statement.rule.id not in channels:
            groups[group_of(statement.rule)].append(statement)
    return groups


def by_topic(statements: Iterable[Statement], topics: Sequence[str]) -> list[TopicStatements]:
    """The statements, each under the first of the topics asked about of which it speaks, or its own."""
    found: dict[str, list[Statement]] = {}
    for statement in statements:
        main = statement.rule.topics[0]
        asked = [topic for topic in statement.rule.topics if topic in topics]
        topic = main if main in topics or not asked else asked[0]
        found.setdefault(topic, []).append(statement)
    places = {topic: place for place, topic in enumerate(topics)}
    ordered = sorted(found, key=lambda topic: places.get(topic, len(places)))
    return [TopicStatements(topic, tuple(found[topic])) for topic in ordered]
