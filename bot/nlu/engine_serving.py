"""Mends of Rasa 3.6.21 while it serves, applied by `bot/supervisor/assistant.py`; training needs none.

- A graph is cut down to its target, turned into a graph of dask and looked through again at each run,
  three times a message: the nodes are called in their order.
- Which action comes next is worked out by looking through all rules, twice a message; there is one rule,
  every message goes to the one action, and then the assistant listens.
- The tracker is copied by playing all its events again before each action: an action of ours changes no
  tracker.
- Slots are looked through for mappings at each message: ours are set by the action alone.
- What was parsed is copied for log lines that nobody reads.
- When a conversation cannot be read, Rasa answers from an empty one and keeps that: the failure goes on to
  the channel, which apologises, and what is kept stays.
- A custom action is a request over HTTP to another process, with all events and a schema check of the answer:
  ours runs here, in a thread (`engine_actions.py`), unless HAQ_ACTIONS says otherwise.

Where a model has other policies, other actions or mappings, or a message has an intent of the engine's own,
Rasa does what it always does.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from rasa.core import agent
from rasa.core.actions.action import Action
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import TrackerStore
from rasa.engine.graph import GraphNode, GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.core.constants import (
    ACTION_LISTEN_NAME,
    ACTION_VALIDATE_SLOT_MAPPINGS,
    DEFAULT_SLOT_NAMES,
    USER_INTENT_BACK,
    USER_INTENT_RESTART,
    USER_INTENT_SESSION_START,
)
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event
from rasa.shared.core.slot_mappings import SlotMappingType
from rasa.shared.core.trackers import DialogueStateTracker

from bot.nlu.engine_actions import Answer, InsideAction
from bot.observability.marks import timed
from bot.privacy.failures import where

logger = logging.getLogger(__name__)

RULES = "RulePolicy"
ENGINES_OWN = {
    USER_INTENT_BACK, USER_INTENT_RESTART, USER_INTENT_SESSION_START, DEFAULT_NLU_FALLBACK_INTENT_NAME,
}  # fmt: skip
"""Intents for which the rules have something of the engine's own."""


class StraightRunner:
    """Runs a graph's nodes in their order."""

    def __init__(self, nodes: Mapping[str, GraphNode], schema: GraphSchema) -> None:
        self._nodes, self._schema = nodes, schema
        self._orders: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {}

    @classmethod
    def of(cls, runner: DaskGraphRunner) -> StraightRunner:
        """Over the nodes that another runner has loaded."""
        return cls(runner._instantiated_nodes, runner._graph_schema)

    def run(self, inputs: Mapping[str, Any], targets: Sequence[str]) -> dict[str, Any]:
        """The output of each target, as DaskGraphRunner gives it."""
        found: dict[str, tuple[str, Any]] = {name: (name, value) for name, value in inputs.items()}
        for target in targets:
            for name, needs in self._order(target):
                if name not in found:
                    found[name] = self._nodes[name](*(found.get(each, each) for each in needs))
        return {target: found[target][1] for target in targets}

    def _order(self, target: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The nodes that a target needs, each after those that it needs itself."""
        if target not in self._orders:
            order: dict[str, tuple[str, ...]] = {}
            self._walk(target, order)
            self._orders[target] = tuple(order.items())
        return self._orders[target]

    def _walk(self, name: str, order: dict[str, tuple[str, ...]]) -> None:
        node = self._schema.nodes.get(name)
        if node is None or name in order:  # an input, or known already
            return
        needs = tuple(node.needs.values())
        for each in needs:
            self._walk(each, order)
        order[name] = needs


class Processor(MessageProcessor):
    """Rasa's processor without the work that one rule and one action do not need."""

    graph_runner: Any

    def __init__(self, *args: Any, inside: Answer | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._inside = inside
        policies = _policies(self.graph_runner)
        self.graph_runner = StraightRunner.of(self.graph_runner)
        self._only_action = only_action(self.domain, policies)
        self._own_intents = frozenset(self.domain.intents) - ENGINES_OWN
        self._slots_by_action_alone = slots_by_action_alone(self.domain)

    async def parse_message(
        self,
        message: UserMessage,
        tracker: DialogueStateTracker | None = None,
        only_output_properties: bool = True,
    ) -> dict[str, Any]:
        """As Rasa's, without looking whether intents and entities are in the domain: tests do."""
        if tracker is None:
            tracker = DialogueStateTracker.from_events(message.sender_id, [])
        with timed("nlu"):
            parsed: dict[str, Any] = self._parse_message_with_graph(message, tracker, only_output_properties)
        return parsed

    async def run_action_extract_slots(
        self, output_channel: OutputChannel, tracker: DialogueStateTracker
    ) -> DialogueStateTracker:
        """Nothing, where no slot is filled from messages."""
        if self._slots_by_action_alone:
            return tracker
        return await super().run_action_extract_slots(output_channel, tracker)

    async def _run_prediction_loop(
        self, output_channel: OutputChannel, tracker: DialogueStateTracker
    ) -> None:
        said = tracker.latest_message
        known = said is not None and said.intent_name in self._own_intents
        if self._only_action is None or not known or tracker.followup_action or tracker.is_paused():
            await super()._run_prediction_loop(output_channel, tracker)
            return
        events = await self._answered(output_channel, tracker)
        tracker.update(ActionExecuted(self._only_action, RULES, 1.0), self.domain)
        tracker.update_with_events(events, self.domain)
        await self._send_bot_messages(events, tracker, output_channel)
        tracker.update(ActionExecuted(ACTION_LISTEN_NAME, RULES, 1.0), self.domain)

    async def _answered(self, output_channel: OutputChannel, tracker: DialogueStateTracker) -> list[Event]:
        """What the action brings about; nothing when it fails, and then the channel apologises."""
        assert self._only_action is not None
        action = self._get_action(self._only_action)
        try:
            events: list[Event] = await action.run(output_channel, self.nlg, tracker, self.domain)
        except Exception as error:  # the boundary, as in Rasa's `_run_action`
            logger.error("The action failed: %s.", where(error))
            return []
        return events

    def _get_action(self, action_name: str) -> Action:
        if self._inside is not None and action_name == self._only_action:
            return InsideAction(action_name, self._inside)
        return super()._get_action(action_name)


def mend(inside: Answer | None) -> None:
    """Has agents process messages our way. `inside`: what answers, where no action server is asked."""
    agent.MessageProcessor = partial(Processor, inside=inside)
    agent.FailSafeTrackerStore = _as_it_is


def _as_it_is(store: TrackerStore) -> TrackerStore:
    """A store whose failures are not passed over."""
    return store


def only_action(domain: Domain, policies: Sequence[str]) -> str | None:
    """The action that every message leads to; None where policies have to be asked."""
    single = policies == [RULES] and len(domain.user_actions) == 1 and not domain.form_names
    return str(domain.user_actions[0]) if single else None


def slots_by_action_alone(domain: Domain) -> bool:
    """Whether no slot is filled from what people write."""
    if ACTION_VALIDATE_SLOT_MAPPINGS in domain.user_actions:
        return False
    custom = str(SlotMappingType.CUSTOM)
    return all(
        mapping.get("type") == custom and not mapping.get("action")
        for slot in domain.slots
        if slot.name not in DEFAULT_SLOT_NAMES
        for mapping in slot.mappings
    )


def _policies(runner: DaskGraphRunner) -> list[str]:
    """The names of the policies in a graph."""
    nodes = runner._graph_schema.nodes.values()
    return [node.uses.__name__ for node in nodes if node.fn == "predict_action_probabilities"]
