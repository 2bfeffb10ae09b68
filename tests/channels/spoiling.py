"""Bodies of webhooks that are nearly right: parts of real ones deleted, swapped and replaced."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Sequence
from typing import Any

from hypothesis import strategies as st

_ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from(
        [2**63, -(2**63), 10**400, -1, 0, "", "\0", "\ud800", "/start", [], {}, [[]], [{}], [None]]
    ),
    st.floats(),
    st.text(),
    st.lists(st.integers() | st.text(), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers() | st.text(), max_size=3),
)


def spoiled(bodies: Sequence[Any]) -> st.SearchStrategy[bytes]:
    """A body with one to four parts deleted, replaced, doubled or taken from another."""
    return st.sampled_from(bodies).flatmap(lambda body: _spoiled(body, bodies))


def noise() -> st.SearchStrategy[bytes]:
    """Bytes of any kind, and JSON of any shape."""
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
    values = st.recursive(
        leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=6
    )
    return st.binary() | values.map(lambda value: json.dumps(value).encode()) | st.text().map(str.encode)


@st.composite
def _spoiled(draw: st.DrawFn, body: Any, bodies: Sequence[Any]) -> bytes:
    body = copy.deepcopy(body)
    for _ in range(draw(st.integers(1, 4))):
        places = list(_places(body))
        if not places:
            break
        holder, key = draw(st.sampled_from(places))
        match draw(st.sampled_from(["delete", "replace", "graft", "wrap"])):
            case "delete":
                del holder[key]
            case "replace":
                holder[key] = draw(_ODD)
            case "graft":
                other = draw(st.sampled_from(bodies))
                parts = list(_places(other))
                there, name = draw(st.sampled_from(parts))
                holder[key] = copy.deepcopy(there[name])
            case "wrap":
                holder[key] = draw(st.sampled_from([[holder[key]], {"text": holder[key]}]))
    return json.dumps(body).encode()


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in the value: who holds it, and its key."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])
