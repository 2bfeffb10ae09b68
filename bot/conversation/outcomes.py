"""What came of a question, as it is counted: once a week for a person, and without them.

A detail of the case that is told later is no new question; a fact that is changed is a correction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from bot.conversation.turn import CASE_SLOTS, Asked, Effect, Reply, State
from bot.rules.lookup import Lookup

# The law is there in principle, but our data do not answer the question.
COVERAGE_GAPS: Final = ("nothing_in_data", "treaty_only", "sector_left_out", "not_known_then")
# There is an answer, but not by when to claim.
NO_DEADLINE: Final = "deadline_not_found"
_COUNTRY_UNKNOWN: Final = ("destination_unknown", "origin_unknown")
# Where a conversation keeps what of it was counted: the week, then a digest of each.
COUNTED: Final = "counted"
_REMEMBERED: Final = 300  # digests; whoever asks more in a week is not counted on, for nothing is forgotten
# People are counted beside questions: a person's first question of the week, and their first that has the
# same topic, the same countries... Each is a number of its own in `bot/people/counts.py`.
FIRSTS: Final[Mapping[str, tuple[str, ...]]] = {
    "people": (),
    "people_of_topic": ("topic",),
    "people_of_corridor": ("origin", "destination"),
    "people_of_sector": ("sector",),
    "people_of_outcome": ("outcome",),
    "people_of_detail": ("detail",),
}


def week_of(day: date) -> str:
    """The week of a day as ISO 8601 writes it.

    >>> week_of(date(2027, 1, 3))
    '2026-W53'
    """
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def monday_of(week: str) -> date:
    """The first day of a week.

    >>> monday_of("2026-W53")
    datetime.date(2026, 12, 28)
    """
    year, _, number = week.partition("-W")
    return date.fromisocalendar(int(year), int(number), 1)


def outcome_of(found: Lookup, topic: str) -> Asked:
    """What came of a question that was looked up."""
    reasons = [gap.reason for gap in found.gaps if gap.topic == topic]
    gap = next((reason for reason in reasons if reason in COVERAGE_GAPS), None)
    if gap is not None:
        return Asked("gap", topic, gap)
    if any(reason in _COUNTRY_UNKNOWN for reason in reasons):
        return Asked("asked_back", topic)
    return Asked("answered", topic, NO_DEADLINE if NO_DEADLINE in reasons else "")


def settled(before: State, reply: Reply, today: date) -> Reply:
    """The reply with what is to be counted of it, and a conversation that remembers that it was.

    Five questions of one person must not pass for five people's: the same counts once a week.
    """
    week, *counted = reply.state.known.get(COUNTED, "").split() or [""]
    seen = dict.fromkeys(counted if week == week_of(today) else ())
    asked = []
    for each in filter(None, (_settled(before, reply.state, one) for one in reply.asked)):
        digest = _digest(_question(each, reply.state))
        if digest in seen or len(seen) >= _REMEMBERED:
            continue
        firsts = {name: _digest(part) for name, part in _parts(each, reply.state).items()}
        asked.append(replace(each, first=tuple(name for name, part in firsts.items() if part not in seen)))
        seen |= dict.fromkeys((digest, *firsts.values()))
    if not asked:
        return replace(reply, asked=())
    known = {**reply.state.known, COUNTED: " ".join((week_of(today), *seen))}
    effects = tuple(_of_one_person(effect, asked) for effect in reply.effects)
    return replace(reply, asked=tuple(asked), effects=effects).remembering(known=known)


def _of_one_person(effect: Effect, asked: list[Asked]) -> Effect:
    """Says of a message that was not understood whether it is the first of its person this week."""
    first = any(each.outcome == "unanswered" and "people_of_outcome" in each.first for each in asked)
    if effect.name != "unanswered" or not first:
        return effect
    return replace(effect, values={**effect.values, "first": True})


def _settled(before: State, after: State, asked: Asked) -> Asked | None:
    if asked.outcome not in ("answered", "gap") or not _was_answered(before, after, asked.topic):
        return asked
    changed = [name for name in CASE_SLOTS if getattr(before, name) != getattr(after, name)]
    if any(getattr(before, name) is not None for name in changed):
        return replace(asked, outcome="corrected")
    return None if changed else asked


def _was_answered(before: State, after: State, topic: str | None) -> bool:
    """Whether the last answer was on the same topic, for the same person."""
    asked_back = before.asking in ("destination", "origin")
    return before.topic == topic and before.about == after.about and before.answers > 0 and not asked_back


def _question(asked: Asked, state: State) -> tuple[object, ...]:
    """What is one question, however often it is asked in a week."""
    return asked.outcome, asked.topic, asked.detail, state.origin, state.destination


def _parts(asked: Asked, state: State) -> dict[str, tuple[object, ...]]:
    """The parts of a question by which people are counted."""
    known = {
        "topic": asked.topic, "outcome": asked.outcome, "detail": asked.detail,
        "origin": state.origin, "destination": state.destination, "sector": state.sector,
    }  # fmt: skip
    return {name: (name, *(known[part] for part in parts)) for name, parts in FIRSTS.items()}


def _digest(parts: tuple[object, ...]) -> str:
    """Short, and no history that somebody could read."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:8]
