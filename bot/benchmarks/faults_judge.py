"""What became of each message while a part was broken, and whether readiness told the truth.

Every person asks for a country of their own, topic after topic, and each answer begins with its topic and
its country: so an answer shows which message it belongs to, and whether it came to the right person.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

LATE_SECONDS = 5.0
"""An answer that takes longer was held up by the fault."""
NOTICED_SECONDS, OVER_SECONDS = 5.0, 12.0
"""So soon readiness has to tell of a fault, and of its end."""
_HEADING = re.compile(r"(?P<topic>[^·\n]+) · country of work: (?P<country>[^·\n]+?) ?(?:·|\n|$)")
_APOLOGY = "Sorry, I cannot look this up"


@dataclass(frozen=True)
class Said:
    """A message of a person."""

    person: str
    country: str
    topic: str
    at: float  # seconds since the epoch
    accepted: bool  # the platform got its receipt


@dataclass(frozen=True)
class Heard:
    """A message to a person."""

    person: str
    text: str
    at: float
    reference: str  # ours; the same twice: sent twice


@dataclass(frozen=True)
class Fates:
    """What became of all messages."""

    messages: int
    refused: int  # never accepted: the platform tries again for days, we do not wait for it
    lost: int  # accepted, and nothing came
    doubled: int  # answered twice, or a part of an answer sent twice
    others: int  # answers with somebody else's country, or that reached nobody
    apologies: int  # answered with the emergency numbers and the words to try again
    longest_gap: float  # seconds without any answer to anybody
    recovery: float  # seconds from the end of the fault until nobody waited for a late answer any more


@dataclass(frozen=True)
class Sample:
    """What a part said of its readiness."""

    at: float
    part: str
    status: int  # 0: no answer
    failing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Window:
    """When something was broken, and which messages are looked at: those said from `since` to `until`."""

    since: float
    began: float
    ended: float
    until: float


def fates(said: Iterable[Said], heard: Iterable[Heard], window: Window) -> Fates:
    """Holds all that was ever heard against all that was ever said, and gives what concerns one fault."""
    mine: dict[str, list[Said]] = defaultdict(list)
    for each in sorted(said, key=lambda one: one.at):
        mine[each.person].append(each)
    answers: dict[str, list[Heard]] = defaultdict(list)
    for message in sorted(heard, key=lambda one: one.at):
        answers[message.person].append(message)
    pairs: list[tuple[Said, float | None]] = []
    surplus: list[Heard] = []
    strange = [each for person in answers.keys() - mine.keys() for each in answers[person]]
    for person, asked in mine.items():
        matched, too_many, wrong = _matched(asked, answers[person])
        pairs, surplus, strange = pairs + matched, surplus + too_many, strange + wrong
    new = [each for person in mine for each in answers[person] if each.at >= window.since]
    surplus += _sent_twice(each for person in mine for each in answers[person])
    ours = [(each, at) for each, at in pairs if window.since <= each.at <= window.until]
    answered = [(each.at, at) for each, at in ours if at is not None]
    late = [at - window.ended for was, at in answered if at - was > LATE_SECONDS and at > window.ended]
    return Fates(
        messages=len(ours),
        refused=sum(not each.accepted for each, _at in ours),
        lost=sum(each.accepted and at is None for each, at in ours),
        doubled=sum(each.at >= window.since for each in surplus),
        others=sum(each.at >= window.since for each in strange),
        apologies=sum(each.text.startswith(_APOLOGY) for each in new),
        longest_gap=longest_gap(at for _was, at in answered),
        recovery=max(late, default=0.0),
    )


def longest_gap(moments: Iterable[float]) -> float:
    """The longest time between two of some moments.

    >>> longest_gap([1.0, 5.0, 2.0])
    3.0
    """
    return max((after - before for before, after in pairwise(sorted(moments))), default=0.0)


def heading(text: str) -> tuple[str, str] | None:
    """Topic and country with which an answer begins.

    >>> heading("Working hours · country of work: Japan · work: construction")
    ('Working hours', 'Japan')
    """
    found = _HEADING.match(text)
    return (found["topic"].strip(), found["country"].strip()) if found else None


def untrue(
    samples: Sequence[Sample], expected: Mapping[str, Sequence[str]], began: float, ended: float
) -> list[str]:
    """Where readiness did not tell the truth, in a few words each; empty when it always did.

    `expected`: the checks of each part that must fail during the fault; none: the part need not answer.
    """
    wrong: dict[str, int] = defaultdict(int)
    for sample in samples:
        wanted = expected.get(sample.part)
        if wanted is not None and not wanted and sample.at > began:
            continue  # it was killed: it says nothing, which is true, until it is started again
        if began + NOTICED_SECONDS < sample.at < ended:
            if wanted is None and sample.status != 200:
                wrong[
                    f"{sample.part} called itself unready ({', '.join(sample.failing) or sample.status})"
                ] += 1
            elif wanted and not set(wanted) <= set(sample.failing):
                wrong[f"{sample.part} did not say {', '.join(wanted)}"] += 1
        elif (sample.at < began or sample.at > ended + OVER_SECONDS) and sample.status != 200:
            when = "before" if sample.at < began else "still"
            wrong[f"{sample.part} was {when} unready ({_what(sample)})"] += 1
    return [f"{what} ({times} times)" for what, times in wrong.items()]


def told(samples: Sequence[Sample], began: float, ended: float) -> dict[str, str]:
    """What each part said between two moments: `ready`, what failed, or `no answer`, in this order."""
    found: dict[str, set[str]] = defaultdict(set)
    for sample in samples:
        if began <= sample.at <= ended:
            found[sample.part].add(_what(sample))
    return {part: " / ".join(sorted(what, key=_rank)) for part, what in found.items()}


def _what(sample: Sample) -> str:
    return "ready" if sample.status == 200 else ", ".join(sample.failing) or "no answer"


def _rank(what: str) -> tuple[bool, bool, str]:
    return what != "ready", what == "no answer", what


def _matched(
    asked: Sequence[Said], heard: Sequence[Heard]
) -> tuple[list[tuple[Said, float | None]], list[Heard], list[Heard]]:
    """Each message of a person with the moment of its answer; answers too many; answers not for them."""
    queues: dict[str, deque[Said]] = defaultdict(deque)
    for each in asked:
        queues[each.topic].append(each)
    pairs: list[tuple[Said, float | None]] = []
    surplus, strange = [], []
    for message in heard:
        found = heading(message.text)
        if found is None:
            continue
        topic, country = found
        if country != asked[0].country:
            strange.append(message)
        elif queues[topic]:
            pairs.append((queues[topic].popleft(), message.at))
        else:
            surplus.append(message)
    waiting = deque(sorted((each for queue in queues.values() for each in queue), key=lambda one: one.at))
    for message in heard:  # an apology does not say for what: it is taken for the message that waits longest
        if not message.text.startswith(_APOLOGY):
            continue
        if waiting and waiting[0].at < message.at:
            pairs.append((waiting.popleft(), message.at))
        else:
            surplus.append(message)
    return pairs + [(each, None) for each in waiting], surplus, strange


def _sent_twice(heard: Iterable[Heard]) -> list[Heard]:
    """Parts of answers that came a second time, and begin none (those are known by their heading)."""
    seen: set[str] = set()
    again = []
    for message in heard:
        if message.reference in seen and heading(message.text) is None:
            again.append(message)
        if message.reference:
            seen.add(message.reference)
    return again
