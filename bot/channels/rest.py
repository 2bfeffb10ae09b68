"""The REST channel: `POST /webhooks/rest/webhook` and `POST /webhooks/rest/parse`.

Stands in place of Rasa's own, which has no authentication, obeys `/intent{...}` typed by a person,
sends `custom` as a message of its own, and says nothing when the action server is down. It answers
on loopback only, or to whoever holds the key: whoever knows a sender id must not read a case.
"""

from __future__ import annotations

import logging
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json

from bot.channels.conversing import OnMessage, converse
from bot.channels.requests import Refused, admit, json_object, metadata_of, text_of
from bot.channels.running import NOT_NOW, people
from bot.channels.saying import escaped, waiting
from bot.conversation.respond import MAX_LENGTH
from bot.databases.aside import aside
from bot.observability.marks import REST, count
from bot.privacy.failures import where
from bot.settings import load_settings

logger = logging.getLogger(__name__)


class RestChannel(InputChannel):
    """The channel by which programs, the terminal and the tests talk to the assistant."""

    def __init__(self, key: str | None) -> None:
        self._key = key

    @classmethod
    def name(cls) -> str:
        return "rest"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> RestChannel:
        """The key comes from the settings, never from a file in the repository."""
        return cls(load_settings().rest_key)

    def blueprint(self, on_new_message: OnMessage) -> Blueprint:
        """The routes of the channel."""
        routes = Blueprint("haq_rest", __name__)

        @routes.route("/", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            ready = getattr(request.app.ctx, "agent", None)
            ok = ready is not None and ready.is_ready()
            return json({"status": "ok" if ok else "starting"}, status=200 if ok else 503)

        @routes.route("/webhook", methods=["POST"])
        async def webhook(request: Request) -> HTTPResponse:
            try:
                body = self._body(request)
                sender, text = text_of(body, "sender"), text_of(body, "message")
            except Refused as refusal:
                return json({"error": str(refusal)}, status=refusal.status)
            return json(
                await self._talk(request.app.ctx.agent, on_new_message, sender, text, metadata_of(body))
            )

        @routes.route("/messages", methods=["GET"])
        async def messages(request: Request) -> HTTPResponse:
            try:
                self._admit(request)
                sender = text_of({"sender": request.args.get("sender")}, "sender")
            except Refused as refusal:
                return json({"error": str(refusal)}, status=refusal.status)
            return json(await _waiting(sender))

        @routes.route("/parse", methods=["POST"])
        async def parse(request: Request) -> HTTPResponse:
            try:
                text = text_of(self._body(request), "text")
            except Refused as refusal:
                return json({"error": str(refusal)}, status=refusal.status)
            return json(await parse_text(request.app.ctx.agent, text))

        return routes

    def _body(self, request: Request) -> dict[str, Any]:
        """The JSON object of a request that may be taken. Raises Refused."""
        self._admit(request)
        return json_object(request.body)

    def _admit(self, request: Request) -> None:
        admit(request.headers, request.ip, self._key)

    async def _talk(
        self, agent: Agent, on_new_message: OnMessage, sender: str, text: str, metadata: dict[str, Any]
    ) -> list[dict[str, Any]]:
        count("messages_received", REST)
        said = await converse(agent, on_new_message, self.name(), sender, text, metadata)
        said = [*said, *await _waiting(sender)]
        count("messages_sent", REST, "sent", number=len(said))
        return said


async def _waiting(sender: str) -> list[dict[str, Any]]:
    """What the desk wrote to a person, and reminders that are due; handed out once."""
    try:
        return await aside(_fetched, sender)
    except NOT_NOW as error:
        logger.error("The outbox cannot be read: %s.", where(error))
        return []


def _fetched(sender: str) -> list[dict[str, Any]]:
    return waiting(people(), sender)


async def parse_text(agent: Agent, text: str) -> dict[str, Any]:
    """As Rasa's own /model/parse; a leading "/" is text."""
    parsed = await agent.parse_message(escaped(text[:MAX_LENGTH]))
    shift = len(escaped(text)) - len(text)
    for entity in parsed["entities"]:
        entity["start"] -= shift
        entity["end"] -= shift
    return {"emergency": None, **parsed, "text": text}
