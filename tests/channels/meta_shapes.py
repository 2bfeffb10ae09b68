"""For the tests of Meta's platforms: signing, and webhooks with parts deleted or replaced."""

from __future__ import annotations

import copy
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

SECRET = "app-secret"
CHALLENGE = {"hub.mode": "subscribe", "hub.verify_token": "verify", "hub.challenge": "1158201444"}

_ODD = [
    None,
    True,
    0,
    -1,
    10**400,
    1.5,
    float("nan"),
    float("inf"),
    "",
    "x",
    "\0",
    "\ud800",
    [],
    [[]],
    [{}],
    {},
]
_ANY_JSON = st.sampled_from(_ODD) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)


def signature(body: bytes, secret: str = SECRET) -> dict[str, str]:
    """The header of a body that Meta signed."""
    return {"x-hub-signature-256": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def dumped(data: Any) -> bytes:
    """The body as Meta writes it: without spaces, all beyond ASCII escaped."""
    return json.dumps(data, separators=(",", ":")).encode()


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container with each of its keys."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else []
    for key in keys:
        yield value, key
        yield from _places(value[key])


@st.composite
def mutated(draw: st.DrawFn, shapes: list[dict[str, Any]]) -> bytes:
    """A real body of which up to four parts are gone, twice there, or something else."""
    data = copy.deepcopy(draw(st.sampled_from(shapes)))
    for _ in range(draw(st.integers(1, 4))):
        places = list(_places(data))
        if not places:
            break
        container, key = draw(st.sampled_from(places))
        match draw(st.sampled_from(["delete", "double", "replace"])):
            case "delete":
                del container[key]
            case "double" if isinstance(container, list):
                container.append(copy.deepcopy(container[key]))
            case _:
                container[key] = copy.deepcopy(draw(_ANY_JSON))
    return dumped(data)


def responses() -> st.SearchStrategy[bytes]:
    """What a platform, or whatever stands before it, may answer."""
    error = st.fixed_dictionaries(
        {"error": st.fixed_dictionaries({}, optional={"code": _ANY_JSON}) | _ANY_JSON}
    )
    return st.binary(max_size=60) | (_ANY_JSON | error).map(dumped)
