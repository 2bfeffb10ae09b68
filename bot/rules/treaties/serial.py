"""Treaty records as JSON for the database, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from bot.rules.model import Group, Provenance, Source, to_json
from bot.rules.treaties.files import TreatyBook
from bot.rules.treaties.model import (
    Agreement,
    AgreementList,
    Certificate,
    Instrument,
    NoAgreement,
    PensionMethod,
    Provision,
    Ratification,
)  # fmt: skip
from bot.rules.treaties.register import Treaties

_CLASSES: dict[str, type] = {
    "instrument": Instrument,
    "provision": Provision,
    "list": AgreementList,
    "method": PensionMethod,
    "certificate": Certificate,
    "ratification": Ratification,
    "agreement": Agreement,
    "none": NoAgreement,
}


def treaties_to_json(book: TreatyBook) -> dict[str, str]:
    """One JSON text a record, under KIND/ID."""
    sections: dict[str, Mapping[str, Any]] = {
        "instrument": book.instruments,
        "provision": book.provisions,
        "list": book.lists,
        "method": book.methods,
        "certificate": book.certificates,
        "ratification": book.ratifications,
        "agreement": book.agreements,
        "none": book.none_known,
    }
    return {
        f"{kind}/{key}": to_json(record)
        for kind, records in sections.items()
        for key, record in records.items()
    }


def treaties_from_json(rows: Iterable[tuple[str, str]], groups: Mapping[str, Group]) -> Treaties:
    """The inverse of `treaties_to_json`: (id, body) rows, indexed for derivation."""
    found: dict[str, list[Any]] = {kind: [] for kind in _CLASSES}
    for key, body in rows:
        kind = key.partition("/")[0]
        found[kind].append(_record(_CLASSES[kind], json.loads(body)))
    return Treaties(
        {each.id: each for each in found["instrument"]},
        {(each.instrument, each.country): each for each in found["ratification"]},
        {each.id: each for each in found["agreement"]},
        {frozenset(each.parties): each for each in found["none"]},
        groups,
        {each.id: each for each in found["provision"]},
        {each.country: each for each in found["list"]},
        {each.country: each for each in found["method"]},
        {each.country: each for each in found["certificate"]},
    )


def _record(cls: type, body: dict[str, Any]) -> Any:
    source = body["provenance"]["source"]
    body["provenance"] = Provenance(**{**body["provenance"], "source": Source(**source) if source else None})
    return cls(**{key: _tuples(value) for key, value in body.items()})


def _tuples(value: Any) -> Any:
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value
