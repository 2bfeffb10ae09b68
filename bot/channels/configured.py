"""Which platforms are configured: settings to platforms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from bot.channels.line import Line
from bot.channels.messenger import Messenger
from bot.channels.platform import Platform
from bot.channels.telegram import Telegram
from bot.channels.twilio import Twilio
from bot.channels.whatsapp import WhatsApp

Set = Mapping[str, str]

# What a channel needs, in the order of its constructor; the last may be left out.
_NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "whatsapp": ("HAQ_WHATSAPP_TOKEN", "HAQ_WHATSAPP_NUMBER_ID", "HAQ_WHATSAPP_APP_SECRET",
                 "HAQ_WHATSAPP_VERIFY_TOKEN", "HAQ_WHATSAPP_API"),
    "telegram": ("HAQ_TELEGRAM_TOKEN", "HAQ_TELEGRAM_SECRET", "HAQ_TELEGRAM_API"),
    "messenger": ("HAQ_MESSENGER_TOKEN", "HAQ_MESSENGER_APP_SECRET", "HAQ_MESSENGER_VERIFY_TOKEN",
                  "HAQ_MESSENGER_API"),
    "line": ("HAQ_LINE_TOKEN", "HAQ_LINE_SECRET", "HAQ_LINE_API"),
    "sms": ("HAQ_TWILIO_ACCOUNT", "HAQ_TWILIO_TOKEN", "HAQ_TWILIO_SMS_FROM", "HAQ_PUBLIC_URL",
            "HAQ_TWILIO_API"),
    "twilio_whatsapp": ("HAQ_TWILIO_ACCOUNT", "HAQ_TWILIO_TOKEN", "HAQ_TWILIO_WHATSAPP_FROM",
                        "HAQ_PUBLIC_URL", "HAQ_TWILIO_API"),
}  # fmt: skip
_MAKES: Final[Mapping[str, Callable[..., Platform]]] = {
    "whatsapp": WhatsApp,
    "telegram": Telegram,
    "messenger": Messenger,
    "line": Line,
    "sms": Twilio,
    "twilio_whatsapp": Twilio,
}
# What alone says that somebody wants the channel: what it shares with another does not.
_OWN: Final = {"sms": "HAQ_TWILIO_SMS_FROM", "twilio_whatsapp": "HAQ_TWILIO_WHATSAPP_FROM"}
CHANNELS: Final = tuple(_NEEDS)


def missing(channel: str, given: Set) -> tuple[str, ...]:
    """The variables that a channel needs and lacks."""
    return tuple(name for name in _NEEDS[channel][:-1] if not given.get(name))


def is_wanted(channel: str, given: Set) -> bool:
    """Whether any variable of a channel is set."""
    own = _OWN.get(channel)
    return bool(given.get(own)) if own else any(given.get(name) for name in _NEEDS[channel])


def wanted(given: Set) -> tuple[str, ...]:
    """The channels that are set up, wholly or in part; `web` for the web chat.

    >>> wanted({"HAQ_TWILIO_SMS_FROM": "+15550100", "HAQ_WEBCHAT_ORIGINS": "https://help.example.org"})
    ('sms', 'web')
    """
    apps = tuple(channel for channel in CHANNELS if is_wanted(channel, given))
    return (*apps, "web") if given.get("HAQ_WEBCHAT_ORIGINS") else apps


def platform_from(channel: str, given: Set) -> Platform | None:
    """The platform of a channel; None while it is not wholly configured."""
    if missing(channel, given):
        return None
    *needed, last = _NEEDS[channel]
    values = [given[name] for name in needed]
    if channel in _OWN:
        values[3] = webhook_address(channel, given)
    base = {"base": given[last].rstrip("/")} if given.get(last) else {}
    return _MAKES[channel](*values, **base)


def webhook_address(channel: str, given: Set) -> str:
    """The public address of a channel's webhook."""
    return f"{given.get('HAQ_PUBLIC_URL', '').rstrip('/')}/webhooks/{channel}/webhook"
