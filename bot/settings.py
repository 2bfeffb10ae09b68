"""The settings, read from environment variables `HAQ_*`; docs/settings.md describes each.

This module imports nothing heavy: every command reads it, also those that must start at once.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

VERSION = "0.1.0"

ROOT = Path(__file__).resolve().parent.parent
"""The checkout: where config.yml, domain/, data/ and locales/ are."""

HIDDEN = "***"
_CREDENTIALS = re.compile(r"^([\w.+-]+://(?!/)[^:@?]*):.*@", re.DOTALL)  # an SQLite path begins with a slash
_RELATIVE_FILE = re.compile(r"sqlite(\+\w+)?:///(?!/|:memory:|file:|\?|$)")

ENGINE_ENVIRONMENT = {
    "RASA_TELEMETRY_ENABLED": "false",
    "SANIC_HOST": "127.0.0.1",  # rasa-sdk listens on every address without it
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "MPLBACKEND": "agg",
    "OPENBLAS_NUM_THREADS": "1",  # for so few numbers threads take longer to wake than to count
}
"""What every process of Rasa runs with, unless the environment says otherwise."""

ENGINE_WARNINGS = "ignore::DeprecationWarning,ignore::FutureWarning,ignore::PendingDeprecationWarning"
"""`PYTHONWARNINGS` for processes of Rasa, whose pinned libraries warn by the dozen."""


class SettingsError(Exception):
    """A setting that makes no sense; the message names it and says what would."""


@dataclass(frozen=True)
class Settings:
    """Everything that can be set from outside."""

    database_url: str = field(metadata={"variable": "HAQ_DATABASE_URL"})
    host: str = field(metadata={"variable": "HAQ_HOST"})
    assistant_port: int = field(metadata={"variable": "HAQ_ASSISTANT_PORT"})
    actions_port: int = field(metadata={"variable": "HAQ_ACTIONS_PORT"})
    actions: str = field(metadata={"variable": "HAQ_ACTIONS"})
    front: str = field(metadata={"variable": "HAQ_FRONT"})
    desk_port: int = field(metadata={"variable": "HAQ_DESK_PORT"})
    rest_key: str | None = field(metadata={"variable": "HAQ_REST_KEY", "secret": True})
    workers: int = field(metadata={"variable": "HAQ_WORKERS"})
    redis_url: str | None = field(metadata={"variable": "HAQ_REDIS_URL"})
    events_url: str | None = field(metadata={"variable": "HAQ_EVENTS_URL"})
    state_dir: Path = field(metadata={"variable": "HAQ_STATE_DIR"})
    var_dir: Path = field(metadata={"variable": "HAQ_VAR_DIR"})
    models_dir: Path = field(metadata={"variable": "HAQ_MODELS_DIR"})
    law_dir: Path = field(metadata={"variable": "HAQ_LAW_DIR"})
    conversations_url: str = field(metadata={"variable": "HAQ_CONVERSATIONS_URL"})
    people_key: Path = field(metadata={"variable": "HAQ_PEOPLE_KEY_FILE"})
    keep_days: int = field(metadata={"variable": "HAQ_KEEP_DAYS"})
    accounts_url: str = field(metadata={"variable": "HAQ_ACCOUNTS_URL"})
    accounts_key: Path = field(metadata={"variable": "HAQ_ACCOUNTS_KEY_FILE"})
    keep_audit_days: int = field(metadata={"variable": "HAQ_KEEP_AUDIT_DAYS"})
    proxies: str = field(metadata={"variable": "HAQ_PROXIES"})
    desk_public_url: str | None = field(metadata={"variable": "HAQ_DESK_URL"})
    oidc_issuer: str | None = field(metadata={"variable": "HAQ_OIDC_ISSUER"})
    oidc_client: str | None = field(metadata={"variable": "HAQ_OIDC_CLIENT"})
    oidc_secret: str | None = field(metadata={"variable": "HAQ_OIDC_SECRET", "secret": True})
    oidc_claim: str = field(metadata={"variable": "HAQ_OIDC_CLAIM"})
    desk_hours: str = field(metadata={"variable": "HAQ_DESK_HOURS"})
    log_level: str = field(metadata={"variable": "HAQ_LOG_LEVEL"})
    log_format: str = field(metadata={"variable": "HAQ_LOG_FORMAT"})
    log_to: str = field(metadata={"variable": "HAQ_LOG_TO"})
    metrics_key: str | None = field(metadata={"variable": "HAQ_METRICS_KEY", "secret": True})
    channels: Mapping[str, str] = field(default_factory=dict)  # CHANNEL_VARIABLES that are set

    @property
    def assistant_url(self) -> str:
        """Where the assistant answers, from this machine."""
        return f"http://{_reachable(self.host)}:{self.assistant_port}"

    @property
    def actions_url(self) -> str:
        """Where the action server answers; it never listens beyond this machine."""
        return f"http://127.0.0.1:{self.actions_port}"

    @property
    def desk_url(self) -> str:
        """Where the web desk answers, from this machine."""
        return f"http://{_reachable(self.host)}:{self.desk_port}"

    @property
    def log_dir(self) -> Path:
        """Where the processes write their logs."""
        return self.var_dir / "log"

    def environment(self) -> dict[str, str]:
        """Every setting as the variable that sets it, for processes of ours and for endpoints.yml."""
        values = ((item.metadata["variable"], getattr(self, item.name)) for item in _own_fields())
        return dict(self.channels) | {variable: str(value) for variable, value in values if value is not None}

    def __repr__(self) -> str:
        pairs = (f"{item.name}={_shown(item.metadata, getattr(self, item.name))!r}" for item in _own_fields())
        return f"Settings({', '.join(pairs)})"


def _own_fields() -> list[Any]:
    """The fields that a variable of their own sets."""
    return [item for item in fields(Settings) if "variable" in item.metadata]


CHANNEL_SECRETS = (
    "HAQ_WHATSAPP_TOKEN", "HAQ_WHATSAPP_APP_SECRET", "HAQ_WHATSAPP_VERIFY_TOKEN",
    "HAQ_MESSENGER_TOKEN", "HAQ_MESSENGER_APP_SECRET", "HAQ_MESSENGER_VERIFY_TOKEN",
    "HAQ_TELEGRAM_TOKEN", "HAQ_TELEGRAM_SECRET", "HAQ_LINE_TOKEN", "HAQ_LINE_SECRET", "HAQ_TWILIO_TOKEN",
)  # fmt: skip
CHANNEL_VARIABLES = (
    *CHANNEL_SECRETS, "HAQ_PUBLIC_URL", "HAQ_WHATSAPP_NUMBER_ID", "HAQ_TWILIO_ACCOUNT", "HAQ_TWILIO_SMS_FROM",
    "HAQ_TWILIO_WHATSAPP_FROM", "HAQ_WEBCHAT_ORIGINS", "HAQ_WHATSAPP_PHONE", "HAQ_TELEGRAM_BOT",
    "HAQ_WHATSAPP_API", "HAQ_MESSENGER_API", "HAQ_TELEGRAM_API", "HAQ_LINE_API", "HAQ_TWILIO_API",
)  # fmt: skip
"""What switches the messaging channels on; `..._API` is a platform's address, for trials against another."""

FROM_FILES = (
    "HAQ_DATABASE_URL", "HAQ_CONVERSATIONS_URL", "HAQ_ACCOUNTS_URL", "HAQ_REDIS_URL", "HAQ_EVENTS_URL",
    *(item.metadata["variable"] for item in fields(Settings) if item.metadata.get("secret")),
    *CHANNEL_SECRETS,
)  # fmt: skip
"""What can stand in a file, which the variable with `_FILE` at its end names: secrets, addresses with one."""

LAUNCHER_VARIABLES = ("HAQ_PYTHON",)
"""Variables that only the launcher reads."""

_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")
LOG_LEVELS = ("debug", "info", "warning", "error")
INSIDE, SERVER = "inside", "server"
"""Where the assistant has its messages answered: in its own process, or by the action server."""
RASA, THIN = FRONTS = ("rasa", "thin")
"""What the assistant is: Rasa's server, or one without Rasa for the REST channel alone."""
LOG_FORMATS = ("text", "json")
FILES, STDOUT = "files", "stdout"
"""Where the logs of the parts go: into files of their own, or where `haq run` itself writes."""


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings from the environment (or the given one); SettingsError when one makes no sense."""
    given = _with_files(os.environ if environment is None else environment)

    def read(variable: str, default: str, convert: Callable[[str, str], Any]) -> Any:
        return convert(variable, given.get(variable, default))

    state = read("HAQ_STATE_DIR", str(ROOT), _folder)
    var = read("HAQ_VAR_DIR", str(state / "var"), _folder)
    return Settings(
        database_url=read("HAQ_DATABASE_URL", f"sqlite:///{var / 'haq.db'}", _url),
        host=read("HAQ_HOST", "127.0.0.1", _text),
        assistant_port=read("HAQ_ASSISTANT_PORT", "5005", _port),
        actions_port=read("HAQ_ACTIONS_PORT", "5055", _port),
        actions=read("HAQ_ACTIONS", INSIDE, _place_of_actions),
        front=read("HAQ_FRONT", RASA, _one_of(FRONTS)),
        desk_port=read("HAQ_DESK_PORT", "8080", _port),
        rest_key=given.get("HAQ_REST_KEY"),
        workers=read("HAQ_WORKERS", "1", _workers),
        redis_url=read("HAQ_REDIS_URL", "", partial(_server, ("redis", "rediss"))) or None,
        events_url=read("HAQ_EVENTS_URL", "", partial(_server, ("amqp", "amqps"))) or None,
        state_dir=state,
        var_dir=var,
        models_dir=read("HAQ_MODELS_DIR", str(state / "models"), _folder),
        law_dir=read("HAQ_LAW_DIR", str(ROOT / "data" / "law"), _folder),
        conversations_url=read("HAQ_CONVERSATIONS_URL", f"sqlite:///{var / 'conversations.db'}", _url),
        people_key=read("HAQ_PEOPLE_KEY_FILE", str(var / "conversations.key"), _folder),
        keep_days=read("HAQ_KEEP_DAYS", "30", _days),
        accounts_url=read("HAQ_ACCOUNTS_URL", f"sqlite:///{var / 'accounts.db'}", _url),
        accounts_key=read("HAQ_ACCOUNTS_KEY_FILE", str(var / "accounts.key"), _folder),
        keep_audit_days=read("HAQ_KEEP_AUDIT_DAYS", "730", _days),
        proxies=read("HAQ_PROXIES", "127.0.0.0/8,::1/128", _networks),
        desk_public_url=read("HAQ_DESK_URL", "", _web_address) or None,
        oidc_issuer=read("HAQ_OIDC_ISSUER", "", _web_address) or None,
        oidc_client=given.get("HAQ_OIDC_CLIENT"),
        oidc_secret=given.get("HAQ_OIDC_SECRET"),
        oidc_claim=read("HAQ_OIDC_CLAIM", "email", _text),
        desk_hours=read("HAQ_DESK_HOURS", "", _hours),
        log_level=read("HAQ_LOG_LEVEL", "info", _one_of(LOG_LEVELS)),
        log_format=read("HAQ_LOG_FORMAT", "text", _one_of(LOG_FORMATS)),
        log_to=read("HAQ_LOG_TO", FILES, _one_of((FILES, STDOUT))),
        metrics_key=given.get("HAQ_METRICS_KEY"),
        channels={name: given[name].strip() for name in CHANNEL_VARIABLES if name in given},
    )


def _with_files(environment: Mapping[str, str]) -> dict[str, str]:
    """What is given, with what stands in files; a value given itself goes before its file."""
    given = {name: value for name, value in environment.items() if value}
    files = ((name, f"{name}_FILE") for name in FROM_FILES if name not in given)
    return given | {name: _content(file, given[file]) for name, file in files if file in given}


def _content(variable: str, file: str) -> str:
    try:
        content = Path(file).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise SettingsError(f"{variable} must name a file that can be read ({why}).") from None
    if not content:
        raise SettingsError(f"{variable} must name a file with something in it.")
    return content


def unknown_variables(environment: Mapping[str, str] | None = None) -> list[str]:
    """Variables `HAQ_*` that name no setting: most likely misspelt."""
    known = {item.metadata["variable"] for item in _own_fields()}
    known |= {*LAUNCHER_VARIABLES, *CHANNEL_VARIABLES, *(f"{name}_FILE" for name in FROM_FILES)}
    given = os.environ if environment is None else environment
    return sorted(name for name in given if name.startswith("HAQ_") and name not in known)


def engine_environment(settings: Settings) -> dict[str, str]:
    """The environment for a process of Rasa."""
    defaults = {**ENGINE_ENVIRONMENT, "PYTHONWARNINGS": ENGINE_WARNINGS, "PYTHONUNBUFFERED": "1"}
    return {**defaults, **os.environ, **settings.environment()}


def hide_password(url: str) -> str:
    """A database URL that can be shown."""
    # No urlsplit: a password may hold a slash, a hash or a question mark, and it would see none then.
    open_part = _CREDENTIALS.sub(rf"\1:{HIDDEN}@", url)
    address, mark, _ = open_part.partition("?")
    return f"{address}{mark}{HIDDEN}" if mark else address


def _shown(metadata: Mapping[str, Any], value: Any) -> str:
    if value is None:
        return ""
    if metadata.get("secret"):
        return HIDDEN
    if metadata["variable"].endswith("_URL"):
        return hide_password(value)
    return str(value)


def _reachable(host: str) -> str:
    """An address to connect to where the server listens on every address."""
    if host in ("0.0.0.0", "::", ""):  # noqa: S104
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _text(_variable: str, value: str) -> str:
    return value.strip()


def _folder(_variable: str, value: str) -> Path:
    return Path(value).expanduser().absolute()


def _url(variable: str, value: str) -> str:
    if "://" not in value:
        examples = "sqlite:////var/lib/haq/haq.db or postgresql://user:password@host/haq"
        raise SettingsError(f"{variable} must be a database URL such as {examples}.")
    if _RELATIVE_FILE.match(value):  # each part would look for it in the folder in which it was started
        raise SettingsError(
            f"{variable} must name its file from the root on, with four slashes: sqlite:////var/lib/haq/haq.db."
        )
    return value


def _web_address(variable: str, value: str) -> str:
    """Without a slash at the end. Plain http is for this machine alone."""
    try:
        parts = urlsplit(value)
        secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _THIS_MACHINE)
        good = secure and bool(parts.netloc)
    except ValueError:  # half a bracket
        good = False
    if value and not good:
        raise SettingsError(f"{variable} must be an address such as https://haq.example.org, not {value!r}.")
    return value.rstrip("/")


def _days(variable: str, value: str) -> int:
    most = 3650
    if not value.isdecimal() or not 1 <= int(value) <= most:
        raise SettingsError(f"{variable} must be a number of days from 1 to {most}, not {value!r}.")
    return int(value)


def _workers(variable: str, value: str) -> int:
    most = 64
    if not value.isdecimal() or not 1 <= int(value) <= most:
        raise SettingsError(f"{variable} must be a number from 1 to {most}, not {value!r}.")
    return int(value)


def _server(kinds: tuple[str, ...], variable: str, value: str) -> str:
    """The address of a server; it may hold a password, so what is wrong is not repeated."""
    if not value:
        return ""
    try:
        parts = urlsplit(value.strip())
        good = parts.scheme in kinds and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:  # a port that is none
        good = False
    if not good:
        raise SettingsError(f"{variable} must be an address such as {kinds[0]}://user:password@host:port.")
    return value.strip()


def _port(variable: str, value: str) -> int:
    highest = 65535
    if not value.isdecimal() or not 1 <= int(value) <= highest:
        raise SettingsError(f"{variable} must be a port number from 1 to {highest}, not {value!r}.")
    return int(value)


def _networks(variable: str, value: str) -> str:
    """Addresses and networks, with a comma between."""
    from ipaddress import ip_network

    try:
        return ",".join(str(ip_network(each)) for each in value.replace(",", " ").split())
    except ValueError:
        raise SettingsError(
            f"{variable} must be addresses or networks such as 10.0.0.5 or 10.0.0.0/8, not {value!r}."
        ) from None


def _place_of_actions(variable: str, value: str) -> str:
    if value not in (INSIDE, SERVER):
        raise SettingsError(f"{variable} must be {INSIDE} or {SERVER}, not {value!r}.")
    return value


def _hours(variable: str, value: str) -> str:
    from bot.rules.hours import HoursError, parse_hours

    try:
        parse_hours(value) if value else ()
    except HoursError:
        examples = "Mon-Fri 09:00-17:00; Sat 10:00-12:00 or 24/7"
        raise SettingsError(f"{variable} must be opening hours such as {examples}, not {value!r}.") from None
    return value


def _one_of(known: tuple[str, ...]) -> Callable[[str, str], str]:
    def check(variable: str, value: str) -> str:
        if value.lower() not in known:
            raise SettingsError(f"{variable} must be one of {', '.join(known)}, not {value!r}.")
        return value.lower()

    return check
