"""The short way of a message through Rasa: what it does is what Rasa does, and it fails as kindly."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from actions.adapter import Answered, Heard
from bot.settings import ROOT
from bot.supervisor.without_tensorflow import leave_out_if_unused

pytestmark = pytest.mark.slow  # Rasa alone takes seconds to import

leave_out_if_unused(ROOT / "config.yml")

from rasa.core import agent  # noqa: E402
from rasa.engine.graph import GraphSchema, SchemaNode  # noqa: E402
from rasa.engine.runner.dask import DaskGraphRunner  # noqa: E402
from rasa.shared.core.domain import Domain  # noqa: E402
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered  # noqa: E402
from rasa.shared.core.trackers import DialogueStateTracker  # noqa: E402

from bot.channels.conversing import CollectedMessages  # noqa: E402
from bot.nlu import engine_actions  # noqa: E402
from bot.nlu.engine_serving import (  # noqa: E402
    Processor,
    StraightRunner,
    mend,
    only_action,
    slots_by_action_alone,
)
from bot.nlu.tracker_store import PersonTrackerStore  # noqa: E402
from bot.privacy.sealing import SealError  # noqa: E402


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(ROOT / "domain")


class Node:
    """A node of a graph that says what it was given."""

    def __init__(self, name: str, ran: list[str]) -> None:
        self._name, self._ran = name, ran

    def __call__(self, *given: Any) -> tuple[str, Any]:
        self._ran.append(self._name)
        return self._name, f"{self._name}({', '.join(str(value) for _, value in given)})"


def schema(needs: Mapping[str, Mapping[str, str]]) -> GraphSchema:
    def node(of: Mapping[str, str]) -> SchemaNode:
        return SchemaNode(dict(of), object, "create", "run", {})  # type: ignore[arg-type]

    return GraphSchema({name: node(of) for name, of in needs.items()})


def test_nodes_run_in_order_once_and_only_those_that_are_needed() -> None:
    graph = schema(
        {
            "end": {"a": "left", "b": "right"},
            "left": {"m": "text"},
            "right": {"m": "left", "t": "text"},
            "idle": {"m": "text"},
        }
    )
    ran: list[str] = []
    nodes: dict[str, Any] = {name: Node(name, ran) for name in graph.nodes}
    found = StraightRunner(nodes, graph).run({"text": "hi"}, ["end"])
    assert found == {"end": "end(left(hi), right(left(hi), hi))"}
    assert ran == ["left", "right", "end"]

    dask = DaskGraphRunner.__new__(DaskGraphRunner)
    dask._graph_schema, dask._instantiated_nodes, dask._execution_context = graph, nodes, None  # type: ignore[assignment]
    assert dask.run({"text": "hi"}, ["end"]) == found


def test_our_domain_has_one_action_and_fills_slots_by_it_alone(domain: Domain) -> None:
    assert only_action(domain, ["RulePolicy"]) == "action_respond"
    assert slots_by_action_alone(domain)


@pytest.mark.parametrize("policies", [[], ["RulePolicy", "MemoizationPolicy"], ["TEDPolicy"]])
def test_other_policies_are_asked(domain: Domain, policies: list[str]) -> None:
    assert only_action(domain, policies) is None


@pytest.mark.parametrize(
    "more",
    [
        {"actions": ["action_more"]},
        {"responses": {"utter_hello": [{"text": "Hello"}]}},
        {"forms": {"some_form": {"required_slots": []}}},
    ],
)
def test_a_second_thing_to_say_has_the_policies_asked(domain: Domain, more: dict[str, Any]) -> None:
    assert only_action(deepcopy(domain).merge(Domain.from_dict(more)), ["RulePolicy"]) is None


@pytest.mark.parametrize("mapping", [{"type": "from_text"}, {"type": "custom", "action": "action_fill"}])
def test_slots_that_messages_fill_are_filled(domain: Domain, mapping: dict[str, str]) -> None:
    more = Domain.from_dict({"slots": {"word": {"type": "text", "mappings": [mapping]}}})
    assert not slots_by_action_alone(deepcopy(domain).merge(more))


def processor(domain: Domain, answer: engine_actions.Answer) -> Processor:
    """One without a model, for what comes after the message was understood."""
    made = Processor.__new__(Processor)
    made.domain, made.nlg, made.action_endpoint = domain, None, None
    made._inside, made._only_action, made._own_intents = answer, "action_respond", frozenset(domain.intents)
    return made


def said(domain: Domain, slots: Mapping[str, Any] | None = None) -> DialogueStateTracker:
    """A conversation in which somebody has just asked for wages."""
    tracker = DialogueStateTracker("p", domain.slots)
    tracker.update(ActionExecuted("action_listen"))
    for name, value in (slots or {}).items():
        tracker.update(SlotSet(name, value))
    entity = {"entity": "country", "value": "QA", "role": "destination"}
    parsed = {"text": "my wage in Qatar", "intent": {"name": "wages"}, "entities": [entity], "language": "en"}
    tracker.update(
        UserUttered("my wage in Qatar", {"name": "wages"}, [entity], parsed, input_channel="web",
                    metadata={"language": "ne"})
    )  # fmt: skip
    return tracker


async def test_the_answer_is_said_and_remembered_and_then_the_assistant_listens(domain: Domain) -> None:
    told: list[Heard] = []

    def answer(heard: Heard) -> Answered:
        told.append(heard)
        return Answered(
            ({"text": "So much.", "buttons": [], "custom": {"rules": ["qa-1"]}},), {"topic": "wages"}
        )

    tracker, out = said(domain, {"origin": "NP"}), CollectedMessages()
    await processor(domain, answer)._run_prediction_loop(out, tracker)
    assert out.messages == [{"recipient_id": "p", "text": "So much.", "custom": {"rules": ["qa-1"]}}]
    assert tracker.get_slot("topic") == "wages"
    assert [type(event) for event in tracker.events][-4:] == [
        ActionExecuted,
        BotUttered,
        SlotSet,
        ActionExecuted,
    ]
    assert (tracker.latest_action_name, tracker.events[-4].action_name) == ("action_listen", "action_respond")
    heard = told[0]
    assert (heard.sender, heard.channel, heard.slots["origin"]) == ("p", "web", "NP")
    assert heard.latest["language"] == "en"
    assert heard.latest["metadata"] == {"language": "ne"}
    assert [each["value"] for each in heard.latest["entities"]] == ["QA"]


async def test_an_answer_that_fails_leaves_the_conversation_as_it_was(domain: Domain) -> None:
    def answer(_heard: Heard) -> Answered:
        raise RuntimeError("my secret story")

    tracker, out = said(domain, {"origin": "NP"}), CollectedMessages()
    await processor(domain, answer)._run_prediction_loop(out, tracker)
    assert out.messages == []  # and the channel apologises
    assert (tracker.get_slot("origin"), tracker.latest_action_name) == ("NP", "action_listen")


async def test_a_slow_answer_is_given_up_and_holds_nobody_up(
    domain: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_actions, "ACTION_TIMEOUT_SECONDS", 0.2)

    def answer(_heard: Heard) -> Answered:
        time.sleep(0.6)
        return Answered(({"text": "too late"},), {})

    tracker, out = said(domain), CollectedMessages()
    began = time.monotonic()
    work = asyncio.ensure_future(processor(domain, answer)._run_prediction_loop(out, tracker))
    ticks = 0
    while not work.done():
        await asyncio.sleep(0.01)
        ticks += 1
    assert time.monotonic() - began < 0.5
    assert out.messages == []
    assert ticks > 5  # the server went on meanwhile


@pytest.fixture
def store(domain: Domain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PersonTrackerStore:
    monkeypatch.setenv("HAQ_VAR_DIR", str(tmp_path))
    return PersonTrackerStore(domain)


async def test_slots_and_the_last_turns_are_kept_and_no_words(
    store: PersonTrackerStore, domain: Domain
) -> None:
    tracker = said(domain, {"origin": "NP"})
    for _ in range(5):
        tracker.update(ActionExecuted("action_respond"))
        tracker.update(BotUttered("So much."))
        tracker.update(SlotSet("shown", 3))
        tracker.update(ActionExecuted("action_listen"))
        tracker.update(tracker.latest_message)
    await store.save(tracker)
    again = await store.retrieve("p")
    assert again is not None
    assert (again.get_slot("origin"), again.get_slot("shown")) == ("NP", 3)
    messages = [event for event in again.events if isinstance(event, UserUttered)]
    assert [(each.text, each.intent_name) for each in messages] == [("", "wages")] * 2
    assert again.applied_events()  # a conversation that goes on, not a new session
    body = json.loads(store._store.get("p") or "{}")
    assert {each["event"] for each in body["events"]} == {"action", "user"}


async def test_a_slot_of_an_older_version_is_forgotten(store: PersonTrackerStore) -> None:
    store._store.put("p", json.dumps({"slots": {"origin": "NP", "no_longer": 1}, "events": []}))
    again = await store.retrieve("p")
    assert again is not None
    assert again.get_slot("origin") == "NP"
    assert "no_longer" not in again.slots


async def test_of_whoever_said_nothing_nothing_is_kept(store: PersonTrackerStore) -> None:
    await store.get_or_create_tracker("p")
    assert await store.retrieve("p") is None


async def test_a_conversation_that_cannot_be_read_is_not_taken_for_an_empty_one(
    domain: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rasa would answer from an empty one and keep that: the failure goes on, and the channel apologises."""
    for name in ("MessageProcessor", "FailSafeTrackerStore"):
        monkeypatch.setattr(agent, name, getattr(agent, name))
    mend(None)
    store = agent.Agent._create_tracker_store(PersonTrackerStore(domain), domain)

    def fails(_person: str) -> str:
        raise SealError("This was sealed with a key that is not here.")

    monkeypatch.setattr(store._store, "get", fails)  # type: ignore[attr-defined]
    with pytest.raises(SealError):
        await store.get_or_create_tracker("somebody")
