"""`haq channels`: which messaging apps are connected, whether they work, and what could not be sent."""

from __future__ import annotations

import asyncio
import json
import secrets

import click

from bot.channels.carrier import HttpCarrier
from bot.channels.configured import CHANNELS, is_wanted, missing, platform_from, webhook_address
from bot.channels.mailbox import Mailbox
from bot.channels.platform import Call, Outcome, Part, Platform
from bot.settings import Settings, load_settings

NOT_RIGHT = 1
NAME = click.Choice(CHANNELS)


@click.group("channels")
def command() -> None:
    """WhatsApp, Telegram, Messenger, LINE, SMS: what is connected, and what could not be sent."""


@command.command("list")
def list_command() -> None:
    """Every channel: open, off, or what is missing."""
    settings = load_settings()
    for channel in CHANNELS:
        click.echo(f"{channel:16}{_state(channel, settings)}")
    origins = settings.channels.get("HAQ_WEBCHAT_ORIGINS")
    click.echo(f"{'web':16}{f'open to {origins}' if origins else 'off: set HAQ_WEBCHAT_ORIGINS'}")


@command.command("check")
@click.argument("channel", type=NAME, required=False)
def check_command(channel: str | None) -> int:
    """Ask each platform whether the settings are right; exit code 1 when any is not."""
    settings = load_settings()
    wanted = [channel] if channel else [each for each in CHANNELS if is_wanted(each, settings.channels)]
    if not wanted:
        click.echo("No channel is set. docs/channels/ says how.")
        return 0
    return max(_check(each, settings) for each in wanted)


@command.command("send")
@click.option("--channel", type=NAME, required=True, help="Which app.")
@click.option("--to", "to", required=True, help="The person's id on that app, such as a phone number.")
@click.argument("text")
def send_command(channel: str, to: str, text: str) -> int:
    """Send a message, to try a channel."""
    platform = platform_from(channel, load_settings().channels)
    if platform is None:
        return _say(channel, _state(channel, load_settings()), NOT_RIGHT)
    call = platform.send(to, Part(text), secrets.token_hex(16))
    outcome = asyncio.run(_make(platform, call))
    good = outcome.state == "sent"
    return _say(channel, f"sent, {outcome.id}" if good else f"not sent: {_reason(outcome)}", int(not good))


@command.command("dead")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def dead_command(as_json: bool) -> None:
    """Messages that could not be sent: number, channel, the platform's error; never words or names."""
    found = [
        {"number": each.id, "channel": each.channel, "code": each.code, "tries": each.tries}
        for each in _mailbox().dead()
    ]
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    for each in found:
        click.echo(
            f"{each['number']:6}  {each['channel']:16}{each['tries']} tries  {each['code'] or 'unknown'}"
        )
    click.echo(f"{len(found)} dead letters. `haq channels replay NUMBER` or `--all` sends again.")


@command.command("replay")
@click.argument("number", type=int, required=False)
@click.option("--all", "everything", is_flag=True, help="All of them.")
def replay_command(number: int | None, everything: bool) -> int:
    """Send dead letters once more."""
    if number is None and not everything:
        raise click.UsageError("Give a number from `haq channels dead`, or --all.")
    replayed = _mailbox().replay(None if everything else number)
    click.echo(f"{replayed} put back into the outbox.")
    return 0 if replayed or everything else NOT_RIGHT


def _state(channel: str, settings: Settings) -> str:
    if not is_wanted(channel, settings.channels):
        return "off"
    lacking = missing(channel, settings.channels)
    if lacking:
        return f"not open: {', '.join(lacking)} is missing (docs/channels/)"
    return f"open at {webhook_address(channel, settings.channels)}"


def _check(channel: str, settings: Settings) -> int:
    platform = platform_from(channel, settings.channels)
    if platform is None:
        return _say(channel, _state(channel, settings), NOT_RIGHT)
    public = settings.channels.get("HAQ_PUBLIC_URL", "")
    if not public.startswith("https://"):
        return _say(
            channel, "HAQ_PUBLIC_URL must be the https address under which platforms reach us.", NOT_RIGHT
        )
    outcome = asyncio.run(_make(platform, platform.check()))
    if outcome.state != "sent":
        what = "the platform refuses" if outcome.state == "dead" else "the platform gave no good answer"
        return _say(channel, f"{what}: {_reason(outcome)}", NOT_RIGHT)
    return _say(channel, f"right. Webhook: {webhook_address(channel, settings.channels)}", 0)


def _reason(outcome: Outcome) -> str:
    return (
        f"{outcome.code or 'no reason given'}{' (may pass; try again)' if outcome.state == 'retry' else ''}"
    )


def _say(channel: str, text: str, code: int) -> int:
    click.echo(f"{channel}: {text}")
    return code


async def _make(platform: Platform, call: Call) -> Outcome:
    carrier = HttpCarrier(platform)
    try:
        return await carrier.make(call)
    finally:
        await carrier.close()


def _mailbox() -> Mailbox:
    settings = load_settings()
    return Mailbox(settings.conversations_url, settings.people_key)
