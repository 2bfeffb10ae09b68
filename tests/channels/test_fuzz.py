"""Ten thousand spoiled webhooks a channel: read, or refused; never anything else."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from bot.channels.configured import platform_from
from bot.channels.platform import Inbound, Malformed, Platform, Receipt
from tests.channels.delivery import environment
from tests.channels.shapes import SHAPES, Secrets, Shape

BODIES = 10_000
SEED = 20261122
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 2**63, -(2**63), 10**400, 1e308, "", "\0", "\ud800", "/start", "99" * 600, "😀",
    "\u2066", [], {}, [[]], [{}], [None], {"id": {"id": []}}, "NaN", "-Infinity", "\n" * 50,
)  # fmt: skip


def bodies(shape: Shape) -> list[bytes]:
    """A webhook of each kind that the platform sends."""
    who = shape.who(1, phone=True)
    events = [shape.message(who, "text", "hello", shape.tick(who))]
    for kind in sorted(shape.kinds):
        events.append(shape.message(who, kind, "hello", shape.tick(who), events[0].id))
    events += [shape.notice(who, name, shape.tick(who)) for name in sorted(shape.notices)]
    return [shape.body([event]) for event in events]


def spoil(body: bytes, chance: random.Random) -> bytes:
    """A body with bytes or parts of it deleted, doubled or replaced."""
    if chance.random() < 0.3:
        return _with_other_bytes(body, chance)
    try:
        value: Any = json.loads(body)
    except ValueError:
        value = dict(parse_qsl(body.decode(), keep_blank_values=True))
        for _ in range(chance.randint(1, 3)):
            _change(value, chance)
        return urlencode({key: str(each) for key, each in value.items()}, errors="replace").encode()
    value = copy.deepcopy(value)
    for _ in range(chance.randint(1, 4)):
        _change(value, chance)
    return json.dumps(value).encode()


def _with_other_bytes(body: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(body))
    end = min(len(body), start + chance.randint(1, 20))
    return chance.choice((
        body[:start],
        body[:start] + chance.randbytes(end - start) + body[end:],
        body[:start] + body[end:],
        body[:end] + body[start:],
        b"\xff\xfe" + body,
        b"[" * chance.randint(1, 3000) + body,
    ))  # fmt: skip


def _change(value: Any, chance: random.Random) -> None:
    places = list(_places(value))
    if not places:
        return
    holder, key = chance.choice(places)
    what = chance.randrange(4)
    if what == 0:
        del holder[key]
    elif what == 1:
        holder[key] = [holder[key]]
    else:
        holder[key] = copy.deepcopy(chance.choice(ODD))


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])


@pytest.fixture(params=sorted(SHAPES))
def pair(request: pytest.FixtureRequest) -> tuple[Platform, Shape]:
    given = environment(lambda name: f"https://{name}.example", "https://haq.example")
    platform = platform_from(request.param, given)
    assert platform is not None
    return platform, SHAPES[request.param](Secrets())


@pytest.mark.slow
def test_spoiled_webhooks(pair: tuple[Platform, Shape]) -> None:
    platform, shape = pair
    whole, chance, refused = bodies(shape), random.Random(SEED), 0
    for body in whole:
        platform.read(body)
    for _ in range(BODIES):
        try:
            found = platform.read(spoil(chance.choice(whole), chance))
        except Malformed as error:
            refused += 1
            assert "hello" not in str(error)
            continue
        for each in found:
            assert isinstance(each, Inbound | Receipt)
            if isinstance(each, Inbound):
                json.dumps([each.sender, each.id, each.text]).encode()
                assert each.sender and each.id and 0 <= each.at < 1e11
    assert 0 < refused < BODIES


@pytest.mark.slow
def test_spoiled_responses(pair: tuple[Platform, Shape]) -> None:
    platform, _ = pair
    chance = random.Random(SEED)
    good = (b'{"ok":true,"result":{"message_id":1}}', b'{"messages":[{"id":"a"}]}', b'{"sid":"SM1"}', b"{}",
            b'{"error":{"code":130429,"message":"x"}}', b'{"code":21610}', b"<html>", b"")  # fmt: skip
    for _ in range(BODIES):
        body = chance.choice(good)
        status = chance.choice((200, 201, 204, 302, 400, 401, 403, 404, 409, 429, 500, 502, 599))
        headers = {"retry-after": chance.choice(("1", "x", "", "-5", "1e999"))}
        outcome = platform.outcome(status, headers, spoil(body, chance) if body else body)
        assert outcome.state in ("sent", "retry", "dead") and outcome.after == outcome.after
