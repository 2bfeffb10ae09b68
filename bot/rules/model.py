"""What the rules database holds, as plain immutable objects: rules, contacts, scope, groups."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from bot.rules.dates import PartialDate
from bot.rules.vocabulary import EMPLOYMENTS, SECTORS, STATUSES

ANY = "any"
# A job that no sector of the vocabulary names; so a rule for "all" reaches further than any list.
OTHER_SECTOR = "other"
ALL_SECTORS = frozenset((*SECTORS, OTHER_SECTOR))
ALL_STATUSES = frozenset(STATUSES)
ALL_EMPLOYMENTS = frozenset(EMPLOYMENTS)


@dataclass(frozen=True)
class Source:
    """Where a statement was read."""

    title: str
    publisher: str
    url: str | None


@dataclass(frozen=True)
class Condition:
    """A condition on one fact of the case: one of some options, or a half-open range."""

    fact: str
    options: tuple[str, ...] = ()
    min: str | None = None
    below: str | None = None  # up to, not included
    max: str | None = None  # up to, included


@dataclass(frozen=True)
class Key:
    """Whom a rule reaches. Places are countries, regions (`CA-QC`) or groups; `any` is everyone."""

    destinations: tuple[str, ...]
    origins: tuple[str, ...]
    except_origins: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ("all",)
    except_sectors: tuple[str, ...] = ()
    status: tuple[str, ...] = (ANY,)
    employment: tuple[str, ...] = (ANY,)
    schemes: tuple[str, ...] = ()
    when: tuple[Condition, ...] = ()

    def reached_sectors(self) -> frozenset[str]:
        """Every sector that the rule reaches, exclusions cut."""
        reached = ALL_SECTORS if self.sectors == ("all",) else frozenset(self.sectors)
        return reached - frozenset(self.except_sectors)

    def reached_status(self) -> frozenset[str]:
        """Every migration status that the rule reaches."""
        return ALL_STATUSES if self.status == (ANY,) else frozenset(self.status)

    def reached_employment(self) -> frozenset[str]:
        """Every kind of employment that the rule reaches."""
        return ALL_EMPLOYMENTS if self.employment == (ANY,) else frozenset(self.employment)


@dataclass(frozen=True)
class Provenance:
    """How well something is known, and from where."""

    source: Source | None
    legal_basis: str | None
    as_of: str | None
    evidence: str
    confidence: str
    review_by: str | None = None
    review_state: str = "drafted"

    def overdue(self, today: date) -> bool:
        """Whether its review date is past."""
        return self.review_by is not None and PartialDate.parse(self.review_by).latest < today


@dataclass(frozen=True)
class Rule:
    """One statement of law, keyed and sourced. `values` are as written; the type reads them."""

    id: str
    type: str
    topics: tuple[str, ...]
    kind: str
    via: str
    key: Key
    values: Mapping[str, Any]
    provenance: Provenance
    start: str | None = None
    end: str | None = None
    expected: bool = False
    unconfirmed: tuple[str, ...] = ()
    displaces: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    group_by: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class ContactValue:
    """One way to reach a contact: a number, an address..., with its own evidence."""

    channel: str
    value: str
    provenance: Provenance
    text: str | None = None
    from_abroad: bool | None = None
    languages: tuple[str, ...] = ()
    hours: str | None = None
    cost: str | None = None
    dial_in: str | None = None  # the country in which it can be dialled, if it is not the contact's own


@dataclass(frozen=True)
class Contact:
    """Somebody to turn to."""

    id: str
    name: str
    roles: tuple[str, ...]
    immigration_risk: str
    immigration_risk_source: Source | None
    values: tuple[ContactValue, ...]
    country: str | None = None
    serves: Key = field(default_factory=lambda: Key((ANY,), (ANY,)))


@dataclass(frozen=True)
class Scope:
    """Under which sector of the law a job falls in a country."""

    id: str
    destinations: tuple[str, ...]
    jobs: tuple[str, ...]
    private_household: str  # yes | no | any
    legal_sector: str
    provenance: Provenance


@dataclass(frozen=True)
class Membership:
    """A country's time in a group; both days belong to it, None is open."""

    country: str
    start: str | None = None
    end: str | None = None

    def holds(self, on: date) -> bool:
        """Whether the country is a member on that day."""
        if self.start is not None and on < PartialDate.parse(self.start).earliest:
            return False
        return self.end is None or on <= PartialDate.parse(self.end).latest


@dataclass(frozen=True)
class Group:
    """A dated group of countries."""

    id: str
    name: str
    members: tuple[Membership, ...]

    def has(self, country: str, day: date) -> bool:
        """Whether the country is a member on that day."""
        return any(member.country == country and member.holds(day) for member in self.members)

    def on(self, day: date) -> frozenset[str]:
        """Its members on that day."""
        return frozenset(member.country for member in self.members if member.holds(day))

    def left(self, country: str, on: date) -> bool:
        """Whether a country was a member before a day and is one no more."""
        ends = [each.end for each in self.members if each.country == country and each.end]
        return country not in self.on(on) and any(PartialDate.parse(end).latest < on for end in ends)

    def ever(self) -> frozenset[str]:
        """Everyone who is or was a member."""
        return frozenset(member.country for member in self.members)


_TEXT = "text as JSON"


def to_json(record: Any) -> str:
    """A record of this module as canonical JSON. What is as the class has it by default is left out."""
    # A record never changes: its text is kept with it, since storing the law asks for all of them.
    text: str | None = record.__dict__.get(_TEXT)
    if text is None:
        text = record.__dict__[_TEXT] = json.dumps(_record(record), sort_keys=True, ensure_ascii=False)
    return text


def _record(record: Any) -> dict[str, Any]:
    found = {}
    for each in fields(record):
        value = getattr(record, each.name)
        default = each.default if each.default_factory is MISSING else each.default_factory()
        if value != default:
            found[each.name] = _plain(value)
    return found


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return _record(value)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Decimal) else value


def rule_from_json(text: str) -> Rule:
    """The inverse of `to_json` for a rule."""
    # Spelt out: this is what a lookup spends most on, and a general way takes twice as long.
    body = json.loads(text)
    get = body.get
    return Rule(
        body["id"], body["type"], tuple(body["topics"]), body["kind"], body["via"], _key(body["key"]),
        body["values"], _provenance(body["provenance"]), get("start"), get("end"), get("expected", False),
        tuple(get("unconfirmed", ())), tuple(get("displaces", ())), tuple(get("contacts", ())),
        get("group_by"), get("note"),
    )  # fmt: skip


def contact_from_json(text: str) -> Contact:
    """The inverse of `to_json` for a contact."""
    body = json.loads(text)
    if "serves" in body:
        body["serves"] = _key(body["serves"])
    risk_source = body["immigration_risk_source"]
    body["immigration_risk_source"] = Source(**risk_source) if risk_source else None
    body["values"] = tuple(_contact_value(value) for value in body["values"])
    return Contact(**_tuples(Contact, body))


def scope_from_json(text: str) -> Scope:
    """The inverse of `to_json` for a scope rule."""
    body = json.loads(text)
    body["provenance"] = _provenance(body["provenance"])
    return Scope(**_tuples(Scope, body))


def group_from_json(text: str) -> Group:
    """The inverse of `to_json` for a group."""
    body = json.loads(text)
    return Group(body["id"], body["name"], tuple(Membership(**member) for member in body["members"]))


def _contact_value(body: dict[str, Any]) -> ContactValue:
    body["provenance"] = _provenance(body["provenance"])
    return ContactValue(**_tuples(ContactValue, body))


def _key(body: dict[str, Any]) -> Key:
    get = body.get
    key = Key(
        tuple(body["destinations"]), tuple(body["origins"]), tuple(get("except_origins", ())),
        tuple(get("sectors", ("all",))), tuple(get("except_sectors", ())), tuple(get("status", (ANY,))),
        tuple(get("employment", (ANY,))), tuple(get("schemes", ())),
        tuple(Condition(**_tuples(Condition, item)) for item in get("when", ())),
    )  # fmt: skip
    return _held(key)


@lru_cache(maxsize=10_000)
def _held(key: Key) -> Key:
    """The first of all equal keys: rules share few, and a lookup matches each of them once."""
    return key


def _provenance(body: dict[str, Any]) -> Provenance:
    source = body["source"]
    return Provenance(
        Source(source["title"], source["publisher"], source["url"]) if source else None,
        body["legal_basis"], body["as_of"], body["evidence"], body["confidence"], body.get("review_by"),
        body.get("review_state", "drafted"),
    )  # fmt: skip


def _tuples(cls: type, body: dict[str, Any]) -> dict[str, Any]:
    """JSON has no tuples: turns the lists of tuple fields back."""
    for name in _tuple_fields(cls):
        if isinstance(body.get(name), list):
            body[name] = tuple(body[name])
    return body


@cache
def _tuple_fields(cls: type) -> tuple[str, ...]:
    return tuple(each.name for each in fields(cls) if str(each.type).startswith("tuple"))
