"""Rule types, terms and facts as JSON for the database, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from bot.rules.ruletypes import Catalogue, Clause, Fact, RuleType
from bot.rules.units import Unit


def catalogue_to_json(catalogue: Catalogue) -> dict[str, str]:
    """One JSON text a type, vocabulary and fact, under `type/NAME`, `terms/NAME`, `fact/NAME`."""
    found: dict[str, Any] = {f"type/{name}": asdict(body) for name, body in catalogue.types.items()}
    found |= {f"terms/{name}": words for name, words in catalogue.terms.items()}
    found |= {f"fact/{name}": asdict(body) for name, body in catalogue.facts.items()}
    return {
        key: json.dumps(body, sort_keys=key.startswith("terms/"), ensure_ascii=False)
        for key, body in found.items()
    }


def catalogue_from_json(bodies: Mapping[str, str]) -> Catalogue:
    """The inverse of `catalogue_to_json`."""
    catalogue = Catalogue()
    for key, text in bodies.items():
        section, _, name = key.partition("/")
        body = json.loads(text)
        if section == "terms":
            catalogue.terms[name] = body
        elif section == "fact":
            catalogue.facts[name] = Fact(name, _unit(body["unit"]), body["texts"], body["ask"])
        else:
            catalogue.types[name] = _type(body)
    return catalogue


def _type(body: dict[str, Any]) -> RuleType:
    prefer = body["prefer"]
    values = {name: _unit(unit) for name, unit in body["values"].items()}
    return RuleType(
        **{
            **body,
            "topics": tuple(body["topics"]),
            "distinct": tuple(body["distinct"]),
            "prefer": tuple(prefer) if prefer else None,
            "say": tuple(Clause(**clause) for clause in body["say"]),
            "values": {name: unit for name, unit in values.items() if unit is not None},
        }
    )


def _unit(body: dict[str, Any] | None) -> Unit | None:
    if body is None:
        return None
    fields = tuple((name, unit) for name, inner in body["fields"] if (unit := _unit(inner)) is not None)
    return Unit(body["name"], body["argument"], fields, body["say"])
