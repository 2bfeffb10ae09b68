"""The lookup: a case and topics in, the rules that speak of it out, and what is missing named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from bot.rules.case import Case, check_facts
from bot.rules.dates import PartialDate
from bot.rules.emergency import EmergencyNumber
from bot.rules.errors import CaseError
from bot.rules.lawbase import LawBase, LawReader
from bot.rules.model import ANY, Contact, Rule
from bot.rules.remedies import Remedy, remedies
from bot.rules.resolution import Resolution, Result, resolve
from bot.rules.ruletypes import Catalogue
from bot.rules.treaties.derivation import derive
from bot.rules.treaties.statements import derived_results
from bot.rules.vocabulary import HELP_TOPICS, TOPICS

# Whoever asks about a right is also told where help is; these carry the channels for every topic.
HELP = ("complaint", "hotline")


@dataclass(frozen=True)
class Gap:
    """Something that was asked for and is not known. `reason` is one of `REASONS`."""

    topic: str
    reason: str
    rules: tuple[str, ...] = ()
    looked: str | None = None  # the day on which it was last looked for in vain


REASONS = (
    "nothing_in_data",  # no rule speaks of it
    "treaty_only",  # a treaty speaks of it, but no rule of the country's own law
    "sector_left_out",  # the rules that are known leave out this kind of work
    "deadline_not_found",  # beside an answer: the time to claim was looked for in vain
    "not_known_then",  # rules are known, but not for the date asked about
    "destination_unknown",
    "origin_unknown",
)


@dataclass(frozen=True)
class Lookup:
    """What the rules say about a case."""

    version: str
    case: Case
    topics: tuple[str, ...]
    answers: tuple[Result, ...]
    channels: tuple[Result, ...]
    gaps: tuple[Gap, ...]
    contacts: dict[str, Contact]
    emergency: tuple[EmergencyNumber, ...]
    set_aside: tuple[tuple[Rule, str], ...]
    catalogue: Catalogue
    remedies: tuple[Remedy, ...] = ()  # what is left where the law says no


def lookup(base: LawBase, case: Case, topics: Iterable[str] | None = None) -> Lookup:
    """What the rules say of the case on some topics (None: on all).

    Raises EmptyLawBase, LawBaseUnavailable, or CaseError for a date before any law.
    """
    with base.reading() as reader:
        return look_up(reader, case, topics)


def look_up(reader: LawReader, case: Case, topics: Iterable[str] | None = None) -> Lookup:
    """As `lookup`, within a view of the law base that the caller holds."""
    _check_date(reader, case)
    check_facts(case, reader.catalogue.facts)
    asked = tuple(TOPICS) if topics is None else tuple(dict.fromkeys(topics))
    rules = reader.candidates(None if topics is None else {*asked, *HELP}, case.destination, case.origin)
    resolution = resolve(rules, case, reader.context, reader.catalogue.types)
    resolution = replace(
        resolution, results=tuple(each for each in resolution.results if not _of_another_trade(each))
    )
    wanted = set(asked)
    national = [result for result in resolution.results if wanted & set(result.rule.topics) or _warns(result)]
    derived = derived_results(derive(case, reader.treaties, wanted), case, reader.treaties, wanted)
    answers = (*national, *derived)
    channels = tuple(result for result in resolution.results if result.rule.kind == "complaint_channel")
    contacts = reader.contacts(
        contact for result in (*answers, *channels) for contact in contact_ids(result.rule, reader.catalogue)
    )
    ordered = sorted(
        channels, key=lambda result: _channel_order(result, case, contacts, wanted, reader.catalogue)
    )
    named = [_with_search(gap, reader, case) for gap in _gaps(asked, national, derived, case, resolution)]
    answered = [topic for topic in asked if topic not in {gap.topic for gap in named}]
    gaps = (*named, *_deadlines_not_found(answered, national, reader, case))
    left_out = {gap.topic: gap.rules for gap in gaps if gap.reason == "sector_left_out"}
    return Lookup(
        version=reader.version,
        case=case,
        topics=asked,
        answers=answers,
        channels=tuple(ordered),
        gaps=gaps,
        contacts=contacts,
        emergency=reader.emergency_numbers(case.destination) if case.destination else (),
        set_aside=resolution.set_aside,
        catalogue=reader.catalogue,
        remedies=remedies(
            asked,
            answers,
            ordered,
            left_out,
            contacts,
            reader.catalogue.types,
            lambda rule: contact_ids(rule, reader.catalogue),
        ),
    )


def _of_another_trade(result: Result) -> bool:
    """Whether a rule of every corridor is for one trade that the person did not name: a line for seafarers.

    Said of everybody, it would hide that nothing is known for the corridor itself.
    """
    key = result.rule.key
    everywhere = key.destinations == (ANY,) and key.origins == (ANY,)
    return everywhere and "sector" in result.depends_on and key.sectors != ("all",)


def _warns(result: Result) -> bool:
    """A danger of complaining goes wherever a channel goes."""
    return result.rule.kind == "warning" and "complaint" in result.rule.topics


def _check_date(reader: LawReader, case: Case) -> None:
    earliest = reader.earliest
    if earliest is not None and case.on < PartialDate.parse(earliest).earliest:
        raise CaseError(f"No rule in our data reaches back to {case.on}. The earliest is of {earliest}.")


def contact_ids(rule: Rule, catalogue: Catalogue) -> tuple[str, ...]:
    """Every contact that a rule names, as a value or beside its values."""
    plain, inner = catalogue.types[rule.type].contact_values
    if not plain and not inner and len(rule.contacts) < 2:
        return rule.contacts  # most rules: asked for each of them several times a lookup
    found = [str(rule.values[name]) for name in plain if name in rule.values]
    found += [str(item[key]) for name, key in inner for item in rule.values.get(name, ()) if key in item]
    return tuple(dict.fromkeys((*found, *rule.contacts)))


# Who stands first when papers may be missing and a channel is not known to keep data to itself.
_SAFE_ROLES = {"ngo", "union", "legal_aid", "shelter"}


def _channel_order(
    result: Result, case: Case, contacts: dict[str, Contact], wanted: set[str], catalogue: Catalogue
) -> tuple[int, int, int, int, int, str]:
    people = [contacts[key] for key in contact_ids(result.rule, catalogue) if key in contacts]
    safe = 0 if not case.papers_may_be_missing or _safe(result, people) else 1
    return (
        safe,
        0 if result.applies == "yes" else 1,
        0 if wanted & set(result.rule.topics) else 1,
        0 if case.destination and ANY not in result.rule.key.destinations else 1,
        ("high", "medium", "low").index(result.rule.provenance.confidence),
        result.rule.id,
    )


def _safe(result: Result, people: list[Contact]) -> bool:
    """Whether a person without papers can turn there first; a weak source is no ground for that."""
    if result.rule.provenance.confidence == "low":
        return False
    firewall = bool(people) and all(person.immigration_risk == "firewall" for person in people)
    return firewall or any(_SAFE_ROLES & set(person.roles) for person in people)


def answered_topics(answers: Iterable[Result]) -> set[str]:
    """The topics on which a rule says what the law gives: that one can complain, and until when, does not."""
    return {
        topic
        for result in answers
        for topic in result.rule.topics
        if topic in HELP_TOPICS or result.rule.kind not in ("complaint_channel", "deadline")
    }


def _gaps(
    asked: tuple[str, ...], national: list[Result], derived: list[Result], case: Case, resolution: Resolution
) -> list[Gap]:
    answered = answered_topics(national) | answered_topics(derived) & BORDER_TOPICS
    of_treaties = answered_topics(each for each in derived if each.rule.kind != "warning")
    not_then = _by_topic(resolution.not_known_then)
    left_out = _by_topic(
        rule for rule in resolution.left_out if rule.kind not in ("complaint_channel", "deadline")
    )
    found = []
    for topic in asked:
        # The emergency table holds every country.
        if topic in answered or (topic == "emergency" and case.destination is not None):
            continue
        if topic in not_then:
            found.append(Gap(topic, "not_known_then", not_then[topic]))
        elif topic in left_out:
            found.append(Gap(topic, "sector_left_out", left_out[topic]))
        elif topic in of_treaties:
            found.append(Gap(topic, "treaty_only"))
        elif case.destination is None:
            found.append(Gap(topic, "destination_unknown"))
        elif case.origin is None and topic in _ORIGIN_TOPICS:
            found.append(Gap(topic, "origin_unknown"))
        else:
            found.append(Gap(topic, "nothing_in_data"))
    return found


def _by_topic(rules: Iterable[Rule]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for rule in rules:
        for topic in rule.topics:
            found[topic] = (*found.get(topic, ()), rule.id)
    return found


def _with_search(gap: Gap, reader: LawReader, case: Case) -> Gap:
    if gap.reason not in ("nothing_in_data", "treaty_only", "sector_left_out"):
        return gap
    search = reader.searches.last(gap.topic, case)
    return gap if search is None else replace(gap, looked=search.looked)


def _deadlines_not_found(
    asked: Iterable[str], national: list[Result], reader: LawReader, case: Case
) -> Iterator[Gap]:
    """Topics on which there is law, but the time to claim was looked for in vain."""
    limited = {topic for each in national if each.rule.kind == "deadline" for topic in each.rule.topics}
    for topic in asked:
        search = reader.searches.last(topic, case, deadline=True)
        if search is not None and topic not in limited:
            yield Gap(topic, "deadline_not_found", looked=search.looked)


# Topics on which treaties themselves are the law.
BORDER_TOPICS = frozenset(
    ("social_security_agreement", "totalization", "export_of_benefits", "applicable_legislation")
)
# Topics on which mainly the country of origin gives something.
_ORIGIN_TOPICS = frozenset(
    ("welfare_fund", "voluntary_insurance", "pre_departure", "embassy", "social_security_agreement",
     "totalization", "export_of_benefits", "applicable_legislation", "death_abroad")
)  # fmt: skip
