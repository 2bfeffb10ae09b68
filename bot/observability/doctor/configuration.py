"""The settings: misspelt, contradictory, missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from ipaddress import ip_address

from bot.channels.configured import CHANNELS, is_wanted, missing, wanted
from bot.observability.doctor.finding import Finding, warning, well, wrong
from bot.settings import RASA, THIN, Settings, unknown_variables

ABOUT = "settings"


def settings(settings: Settings) -> Iterator[Finding]:
    """What is set, looked at together."""
    found = [*_unknown(), *_ports(settings), *_openness(settings), *_channels(settings), *_login(settings)]
    yield from found
    if not found:
        yield well(ABOUT, "They make sense together.")


def is_public(settings: Settings) -> bool:
    """Whether other machines can reach what listens on HAQ_HOST."""
    try:
        return not ip_address(settings.host).is_loopback
    except ValueError:
        return settings.host != "localhost"


def _unknown() -> Iterator[Finding]:
    for name in unknown_variables():
        yield warning(
            ABOUT,
            f"There is no setting {name}.",
            "It is most likely misspelt, and does nothing.",
            "Compare it with docs/settings.md.",
        )


def _ports(settings: Settings) -> Iterator[Finding]:
    ports = Counter((settings.assistant_port, settings.actions_port, settings.desk_port))
    for port in (port for port, times in ports.items() if times > 1):
        yield wrong(
            ABOUT,
            f"Two parts are to use port {port}.",
            "Only one of them can start.",
            "Give HAQ_ASSISTANT_PORT, HAQ_ACTIONS_PORT and HAQ_DESK_PORT different numbers.",
        )


def _openness(settings: Settings) -> Iterator[Finding]:
    public = is_public(settings)
    if public and settings.rest_key is None:
        yield warning(
            ABOUT,
            "Other machines can reach the assistant, and HAQ_REST_KEY is not set.",
            "Its REST channel then answers on this machine alone; a proxy here must not pass it on.",
            "Set HAQ_REST_KEY, or HAQ_HOST=127.0.0.1 behind a proxy.",
        )
    desk = settings.desk_public_url or ""
    if public and not desk.startswith("https://"):
        yield warning(
            ABOUT,
            "Other machines can reach the desk, and HAQ_DESK_URL is no https address.",
            "Passwords would cross the network in the clear, and links name this machine.",
            "Put a proxy with https before it and set HAQ_DESK_URL.",
        )
    if settings.log_level == "debug":
        people = public or any(is_wanted(channel, settings.channels) for channel in CHANNELS)
        yield (wrong if people else warning)(
            ABOUT,
            "HAQ_LOG_LEVEL is debug.",
            "The log then holds what people write.",
            "Set HAQ_LOG_LEVEL=info, and delete the logs in the meantime written.",
        )


def _channels(settings: Settings) -> Iterator[Finding]:
    given = settings.channels
    apps = [channel for channel in CHANNELS if is_wanted(channel, given)]
    if settings.front == THIN and (unserved := wanted(given)):
        yield wrong(
            ABOUT,
            f"HAQ_FRONT is {THIN}, but {', '.join(unserved)} is set up.",
            "The thin front serves the REST channel alone: `haq run` does not start it.",
            f"Set HAQ_FRONT={RASA}, or take the settings of the channels out.",
        )
    for channel in apps:
        lacking = missing(channel, given)
        if lacking:
            yield wrong(
                ABOUT,
                f"The channel {channel} lacks {', '.join(lacking)}.",
                "It is off until all are set.",
                f"docs/channels/ says where to find them; then `./haq channels check {channel}`.",
            )
    if apps and not given.get("HAQ_PUBLIC_URL"):
        yield wrong(
            ABOUT,
            "HAQ_PUBLIC_URL is not set, but a messaging app is.",
            "Platforms must know where to deliver, and signatures name that address.",
            "Set it to the https address under which the platforms reach this machine.",
        )
    if given.get("HAQ_PUBLIC_URL", "https://").startswith("http://"):
        yield warning(
            ABOUT,
            "HAQ_PUBLIC_URL is no https address.",
            "Platforms deliver to https alone.",
            "Put a proxy with https before the assistant.",
        )
    if "*" in given.get("HAQ_WEBCHAT_ORIGINS", "").split():
        yield warning(
            ABOUT,
            "Any page may show the web chat (HAQ_WEBCHAT_ORIGINS=*).",
            "A page of somebody else could pass for yours.",
            "Name the pages, such as https://help.example.org.",
        )


def _login(settings: Settings) -> Iterator[Finding]:
    if bool(settings.oidc_issuer) != bool(settings.oidc_client):
        yield wrong(
            ABOUT,
            "Of HAQ_OIDC_ISSUER and HAQ_OIDC_CLIENT only one is set.",
            "Log-in by your provider is off until both are.",
            "docs/desk-accounts.md says how.",
        )
