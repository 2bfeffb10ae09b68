"""What follows from treaties as results of a lookup: rules of the types of data/law/types/treaties.yml.

So a derived right is said, sourced and listed as any rule is. Each is worded as a country's
undertaking, never as a person's right.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

from bot.rules.case import Case
from bot.rules.model import Key, Provenance, Rule
from bot.rules.resolution import Result
from bot.rules.treaties.derivation import Derivation, Derived, Setback
from bot.rules.treaties.model import (
    EQUALITY,
    EXPORT,
    IN_FORCE,
    LEGISLATION,
    TOPIC_OF,
    TOTALIZATION,
    Agreement,
)  # fmt: skip
from bot.rules.treaties.register import Treaties
from bot.rules.vocabulary import BRANCHES

_STANDARD, _AGREEMENT = "international_labour_standard", "social_security_agreement"
_VALUE_OF = {EQUALITY: "equal_in", TOTALIZATION: "added_for", EXPORT: "paid_abroad"}
_PART_OF = {
    EQUALITY: "equal_treatment",
    TOTALIZATION: "totalization",
    EXPORT: "export",
    LEGISLATION: "posting",
}
_CROSSING = ("social_security_agreement", "totalization", "export_of_benefits", "applicable_legislation")


def derived_results(
    derivation: Derivation, case: Case, treaties: Treaties, topics: Collection[str]
) -> list[Result]:
    """Everything that the derivation says on some topics, in a fixed order."""
    found = [*undertakings(derivation, case, treaties, topics).values(), *effects(derivation, case, treaties)]
    return [result for result in found if set(topics) & set(result.rule.topics)]


def statement_key(right: Derived) -> tuple[Any, ...]:
    """What the rights have in common that one statement says together."""
    return (right.instrument, right.provision, right.country, right.principle, right.conditions)


def undertakings(
    derivation: Derivation, case: Case, treaties: Treaties, topics: Collection[str] | None = None
) -> dict[tuple[Any, ...], Result]:
    """One statement, by its key, for all topics on which the same words hold under the same conditions.

    `topics`: only statements on some of these; None: all.
    """
    groups: dict[tuple[Any, ...], list[Derived]] = {}
    for each in derivation.rights:
        groups.setdefault(statement_key(each), []).append(each)
    found: dict[tuple[Any, ...], Result] = {}
    taken: set[str] = set()
    for key, held in groups.items():
        name = _name(held[0])
        if name in taken:  # the same under other conditions, for other branches
            name = f"{name}/{'+'.join(each.topic for each in held)}"
        taken.add(name)
        if topics is None or set(topics) & set(_topics(held)):
            found[key] = _undertaking(name, held, case, treaties)
    return found


def _name(right: Derived) -> str:
    if right.agreement is not None:
        return f"{right.agreement.id}/{right.country}/{_PART_OF[right.principle]}"
    return f"{right.provision}/{right.country}"


def _topics(held: list[Derived]) -> list[str]:
    """What a statement of these rights is about: their topics, what the principle is, and the agreement."""
    first = held[0]
    principle = [TOPIC_OF[first.principle]] if first.principle in TOPIC_OF else []
    agreement = ["social_security_agreement"] if first.agreement is not None else []
    return [*(each.topic for each in held), *principle, *agreement]


def _undertaking(name: str, held: list[Derived], case: Case, treaties: Treaties) -> Result:
    first = held[0]
    covered = [each.topic for each in held]
    values: dict[str, Any] = {"country": first.country}
    provenance = first.provenance
    unconfirmed: tuple[str, ...] = ()
    if first.agreement is not None:
        more, unconfirmed = _agreement_values(first.agreement, first.principle, case, treaties)
        values |= more
    else:
        provision = treaties.provisions[str(first.provision)]
        values["treaty"] = treaties.instruments[first.instrument].title
        article = f"art. {provision.article}" if provision.article[:1].isdigit() else provision.article
        provenance = replace(provenance, legal_basis=f"{first.instrument}, {article}")
        if provision.what:
            values["what"] = list(provision.what)
    if first.principle in _VALUE_OF:
        values[_VALUE_OF[first.principle]] = sorted(covered, key=BRANCHES.index)
    if first.conditions:
        values["conditions"] = list(first.conditions)
    if not first.confirmed:
        provenance = replace(provenance, evidence="known")
    via = _STANDARD if first.agreement is None else _AGREEMENT
    return _result(
        "undertaking",
        name,
        _topics(held),
        "obligation",
        via,
        values,
        provenance,
        case,
        first.depends_on,
        unconfirmed,
    )


# Values of a statement by the field of the agreement that they come from.
_FIELDS = {
    "office_there": "institutions",
    "office_home": "institutions",
    "extension": "posting_extension_months",
    "self_employed": "self_employed",
    "sea": "seafarers",
    "certificate": "certificate",
    "certificate_from": "certificate_from",
    "shortest": "min_months",
}


def _agreement_values(
    agreement: Agreement, principle: str, case: Case, treaties: Treaties
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What a statement on an agreement says besides its branches, and which of that is not confirmed."""
    host, home = str(case.destination), str(case.origin)
    offices = dict(agreement.institutions)
    values: dict[str, Any] = {"office_there": offices.get(host), "office_home": offices.get(home)}
    if principle == LEGISLATION:
        extension = agreement.posting_extension_months
        values |= {
            "posting": f"{agreement.posting_months} months",
            "extension": f"{extension} months" if extension else None,
            "self_employed": agreement.self_employed,
            "sea": agreement.seafarers if case.sector in (None, "seafaring") else None,
            "certificate": agreement.certificate,
            "certificate_from": dict(agreement.certificate_from).get(home),
        }
    elif principle == TOTALIZATION and agreement.min_months:
        values["shortest"] = f"{agreement.min_months} months"
    given = {name: value for name, value in values.items() if value is not None}
    unconfirmed = [name for name in given if name in _FIELDS and not agreement.confirmed(_FIELDS[name])]
    paper = treaties.certificates.get(home)
    if principle == LEGISLATION and paper is not None and paper.provenance.evidence == "seen":
        issued = {"certificate": paper.certificate, "certificate_from": paper.office}
        for name, value in issued.items():
            if value is not None and name not in given:
                given[name] = value
    return {**given, **_named(agreement, case)}, tuple(unconfirmed)


def _named(agreement: Agreement, case: Case) -> dict[str, Any]:
    """An agreement of two countries goes by their names, one of many by its title."""
    if named_by_title(agreement):
        return {"treaty": agreement.title or agreement.id}
    return {"between": [str(case.destination), str(case.origin)]}


def named_by_title(agreement: Agreement) -> bool:
    """Whether an agreement is called by its title, not by its two countries."""
    return len(agreement.parties) > 2 or agreement.group is not None or agreement.kind == "framework"


def effects(derivation: Derivation, case: Case, treaties: Treaties) -> Iterator[Result]:
    """What is said besides: no agreement, labour agreements, treaties that give nothing."""
    none = derivation.no_agreement
    if none is not None:
        values: dict[str, Any] = {"between": [case.destination, case.origin], "what_then": True}
        if none.listed_by:
            values["listed_by"] = none.listed_by
        name = f"no-agreement/{'-'.join(none.parties)}"
        yield _result("no_agreement", name, _CROSSING, "warning", _AGREEMENT, values, none.provenance, case)
    for agreement in derivation.agreements:
        if agreement.kind == "bilateral_labour_agreement":
            yield _labour(agreement, case, unsure=agreement.force(case.on) != IN_FORCE)
        elif agreement.social_security:
            yield _in_force(agreement, case)
    for setback in derivation.setbacks:
        held = treaties.agreements.get(setback.instrument)
        if held is None or held.kind != "bilateral_labour_agreement":
            yield _without_effect(setback, held, case, treaties)
        elif setback.reason == "force_unknown":
            yield _labour(held, case, unsure=True)


def _in_force(agreement: Agreement, case: Case) -> Result:
    """That there is an agreement, and what it is known not to give."""
    unknown = agreement.totalization is None and agreement.export is None
    values: dict[str, Any] = {
        "since": _since(agreement, case),
        "only_nationals": agreement.personal_scope == "nationals" or None,
        "adds_none": agreement.totalization is False or None,
        "pays_none": agreement.export is False or None,
        "unknown": unknown or None,
    }
    given = {name: value for name, value in values.items() if value is not None} | _named(agreement, case)
    unconfirmed = [
        name
        for name, field in (("adds_none", "totalization"), ("pays_none", "export"))
        if name in given and not agreement.confirmed(field)
    ]
    return _result(
        "agreement_in_force", agreement.id, _CROSSING, "scheme", _AGREEMENT, given, agreement.provenance,
        case, unconfirmed=tuple(unconfirmed),
    )  # fmt: skip


def _since(agreement: Agreement, case: Case) -> str | None:
    """From when it holds between the two countries, where a source was seen for that."""
    if not (agreement.confirmed("start") or agreement.confirmed("in_force")):
        return None
    joined = dict(agreement.since)
    starts = [agreement.start, joined.get(str(case.destination)), joined.get(str(case.origin))]
    return max((start for start in starts if start), default=None)


def _labour(agreement: Agreement, case: Case, unsure: bool) -> Result:
    values: dict[str, Any] = {"between": [case.destination, case.origin], "unsure": unsure or None}
    values |= {"sector": agreement.sector, "signed": agreement.signed}
    given = {name: value for name, value in values.items() if value is not None}
    topics = ("contract", "recruitment_fees", "pre_departure", "social_security_agreement")
    return _result(
        "labour_agreement", agreement.id, topics, "scheme", "bilateral_labour_agreement", given,
        agreement.provenance, case,
    )  # fmt: skip


def _without_effect(setback: Setback, agreement: Agreement | None, case: Case, treaties: Treaties) -> Result:
    values: dict[str, Any] = {"reason": setback.reason}
    if agreement is not None:
        topics: Iterable[str] = (*_CROSSING, *(("job_change",) if agreement.kind == "framework" else ()))
        values |= _named(agreement, case)
        via = _AGREEMENT
    else:
        topics = {topic for each in treaties.provisions_of(setback.instrument) for topic in each.topics}
        topics = sorted(topics & _SETBACK_TOPICS) or ["social_security_agreement"]
        values["treaty"] = treaties.instruments[setback.instrument].title
        via = _STANDARD
    name = f"{setback.instrument}/{setback.reason}"
    return _result("treaty_without_effect", name, topics, "warning", via, values, setback.provenance, case)


_SETBACK_TOPICS = {*BRANCHES, *_CROSSING, "violence_harassment", "recruitment_fees", "contract"}


def _result(
    type_: str, name: str, topics: Iterable[str], kind: str, via: str, values: dict[str, Any],
    provenance: Provenance, case: Case, depends_on: tuple[str, ...] = (), unconfirmed: tuple[str, ...] = (),
) -> Result:  # fmt: skip
    said = tuple((key, tuple(value) if isinstance(value, list) else value) for key, value in values.items())
    rule = _rule(
        name, type_, tuple(topics), kind, via, str(case.destination), str(case.origin), said, provenance,
        unconfirmed,
    )  # fmt: skip
    return Result(rule, "depends" if depends_on else "yes", depends_on, ("derived from a treaty",))


@lru_cache(maxsize=10_000)  # the very same rule each time: what is said of it is kept by the object
def _rule(
    name: str, type_: str, topics: tuple[str, ...], kind: str, via: str, destination: str, origin: str,
    values: tuple[tuple[str, Any], ...], provenance: Provenance, unconfirmed: tuple[str, ...],
) -> Rule:  # fmt: skip
    return Rule(
        id=name,
        type=type_,
        topics=tuple(dict.fromkeys(topics)),
        kind=kind,
        via=via,
        key=Key((destination,), (origin,)),
        values={key: list(value) if isinstance(value, tuple) else value for key, value in values},
        provenance=provenance,
        unconfirmed=unconfirmed,
    )
