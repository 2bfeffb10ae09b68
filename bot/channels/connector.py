"""The messaging platforms as channels of the dialogue engine, all on one base.

A webhook is verified on its raw body, read, kept in the mailbox, and then acknowledged; the office
answers. A channel whose settings are missing has no routes at all.
"""

from __future__ import annotations

import logging
from functools import lru_cache, partial
from time import time
from typing import Any, ClassVar

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, empty, text

from bot.channels.accounts import accounts_for
from bot.channels.carrier import HttpCarrier
from bot.channels.configured import platform_from
from bot.channels.conversing import OnMessage
from bot.channels.limits import Limit, Limiter, Verdict, tells_danger
from bot.channels.office import Line
from bot.channels.platform import Inbound, Malformed, Platform, Receipt
from bot.channels.running import NOT_NOW, aside, close_office, conversations, mailbox, office, people
from bot.databases.aside import TooLate
from bot.observability.marks import count
from bot.privacy.failures import where
from bot.settings import load_settings

logger = logging.getLogger(__name__)

_PATIENCE_SECONDS = 4.0  # platforms wait for five seconds or longer
MOST_BYTES = 1_000_000  # a batch of the platforms has some kilobytes
_LIMIT = Limit(burst=30, per_minute=20)


class Connector(InputChannel):
    """One platform as a channel of the dialogue engine."""

    channel: ClassVar[str]

    def __init__(self, platform: Platform | None) -> None:
        self._platform = platform
        self._limiter = Limiter(_LIMIT, accounts_for(self.channel))

    @classmethod
    def name(cls) -> str:
        return cls.channel

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> Connector:
        """What is secret comes from the settings, never from a file in the repository."""
        return cls(platform_from(cls.channel, load_settings().channels))

    def blueprint(self, on_new_message: OnMessage) -> Blueprint:
        """The routes of the channel; none when it is off."""
        routes = Blueprint(f"haq_{self.channel}", __name__)
        platform = self._platform
        if platform is None:
            return routes
        carrier = HttpCarrier(platform)

        @routes.listener("after_server_start")
        async def start(app: Any, _loop: Any) -> None:
            office(app, on_new_message).open(Line(platform.name, platform.profile, carrier))
            logger.info("The channel %s is open.", platform.name)

        @routes.listener("before_server_stop")
        async def stop(app: Any, _loop: Any) -> None:
            await close_office(app)

        @routes.route("/webhook", methods=["GET"])
        async def challenge(request: Request) -> HTTPResponse:
            answer = platform.challenge({name: request.args.get(name) for name in request.args})
            return empty(403) if answer is None else text(answer)

        @routes.route("/webhook", methods=["POST"])
        async def webhook(request: Request) -> HTTPResponse:
            try:
                status, taken = await aside().within(_PATIENCE_SECONDS, self._take, platform, request)
            except TooLate:  # the platform has given up on it, and sends it again
                return empty(503)
            if taken:
                office(request.app, on_new_message).wake()
                for message in taken:
                    call = platform.acknowledge(message)
                    if call is not None:
                        carrier.make_soon(call)
            return empty(status) if status != 200 else text("")

        return routes

    def _take(self, platform: Platform, request: Request) -> tuple[int, list[Inbound]]:
        """Verifies, reads and keeps what a webhook brings; the status to answer with."""
        body = request.body or b""
        if len(body) > MOST_BYTES:
            return self._refused(413, "too large")
        headers = {name.lower(): str(value) for name, value in request.headers.items()}
        if not platform.genuine(headers, body, _public_url(request)):
            return self._refused(401, "signature")
        try:
            found = platform.read(body)
        except Malformed as error:
            return self._refused(400, str(error))
        messages = [each for each in found if isinstance(each, Inbound)]
        fresh = [each for each in messages if not each.at or each.at > time() - platform.oldest_seconds]
        if messages and not fresh:
            return self._refused(403, "too old")
        try:
            for receipt in found:
                if isinstance(receipt, Receipt):
                    reference = request.args.get("ref") or receipt.reference  # Twilio: in the address
                    mailbox().receipt(reference, receipt.failed, receipt.code)
            if not fresh:  # receipts alone: several come for each message that we send
                return 200, []
            for message in fresh:
                if message.formerly:
                    _rename(platform.name, message.formerly, message.sender)
            unknown = mailbox().unknown(platform.name, fresh)
            count("messages_repeated", platform.name, number=len(fresh) - len(unknown))
            kept = self._within_limits(platform.name, unknown)
            if kept:
                count("messages_received", platform.name, number=mailbox().accept(platform.name, kept))
        except NOT_NOW as error:  # the platform sends it again
            logger.error("A message could not be kept: %s.", where(error))
            return 503, []
        return 200, kept

    def _refused(self, status: int, why: str) -> tuple[int, list[Inbound]]:
        logger.warning("A webhook of %s was refused: %s.", self.channel, why)
        count("webhooks_refused", self.channel, str(status))
        return status, []

    def _within_limits(self, channel: str, messages: list[Inbound]) -> list[Inbound]:
        kept = []
        for message in messages:
            verdict = self._judge(channel, message)
            if verdict == "take":
                kept.append(message)
            elif verdict == "say_wait":
                kept.append(Inbound(message.sender, message.id, message.at, "flood"))
        return kept

    def _judge(self, channel: str, message: Inbound) -> Verdict:
        if message.formerly:  # the platform says this, not the person
            return "take"
        person, urgent = mailbox().person(channel, message.sender), partial(tells_danger, message.text)
        return self._limiter.judge(person, message.text, time(), urgent, message.id)


def _rename(channel: str, old: str, new: str) -> None:
    """Brings what is kept of a person to their new id; done before, it changes nothing.

    It comes before the message is kept: if it fails, the platform sends that again. The mailbox renames
    in the transaction that keeps the message.
    """
    before, after = mailbox().person(channel, old), mailbox().person(channel, new)
    conversations().rename(before, after)
    people().rename(channel, before, after)


@lru_cache(maxsize=1)
def _public() -> str:
    return load_settings().channels.get("HAQ_PUBLIC_URL", "").rstrip("/")


def _public_url(request: Request) -> str:
    """The address of a request as the platform sees it: a proxy may have changed host and scheme."""
    public = _public()
    query = f"?{request.query_string}" if request.query_string else ""
    return f"{public or f'{request.scheme}://{request.host}'}{request.path}{query}"


class WhatsAppChannel(Connector):
    """WhatsApp's own interface for businesses."""

    channel = "whatsapp"


class TelegramChannel(Connector):
    """A Telegram bot."""

    channel = "telegram"


class MessengerChannel(Connector):
    """Facebook Messenger."""

    channel = "messenger"


class LineChannel(Connector):
    """LINE, which workers in Taiwan, Thailand and Japan use."""

    channel = "line"


class SmsChannel(Connector):
    """Text messages through Twilio."""

    channel = "sms"


class TwilioWhatsAppChannel(Connector):
    """WhatsApp through Twilio."""

    channel = "twilio_whatsapp"
