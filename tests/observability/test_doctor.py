"""The doctor: each fault that is planted is found and said with what to do; nothing is changed."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.backups import postgresql
from bot.backups.archive import Manifest, pack
from bot.backups.making import file_name
from bot.channels.mailbox import Mailbox
from bot.channels.platform import Inbound
from bot.commands import doctor
from bot.observability.doctor import (
    backups,
    configuration,
    examination,
    law_and_model,
    services,
    stores,
    surroundings,
)
from bot.observability.doctor.finding import WARNING, WELL, WRONG, Finding
from bot.people.store import PeopleStore
from bot.privacy.conversations import ConversationStore
from bot.rules.database import migrate, open_database
from bot.settings import Settings
from tests.observability.support import settings_in

NOBODY = Path("/nowhere")


def levels(found: Iterable[Finding]) -> list[str]:
    return [each.level for each in found]


def of_settings(**given: str) -> list[Finding]:
    return list(configuration.settings(settings_in(NOBODY, **given)))


def test_settings_that_make_sense_are_well() -> None:
    assert levels(of_settings()) == [WELL]


@pytest.mark.parametrize(
    ("given", "level", "word"),
    [
        ({"HAQ_DESK_PORT": "5005"}, WRONG, "5005"),
        ({"HAQ_HOST": "0.0.0.0", "HAQ_DESK_URL": "https://desk.example.org"}, WARNING, "HAQ_REST_KEY"),  # noqa: S104
        ({"HAQ_HOST": "0.0.0.0", "HAQ_REST_KEY": "k"}, WARNING, "HAQ_DESK_URL"),  # noqa: S104
        ({"HAQ_LOG_LEVEL": "debug"}, WARNING, "debug"),
        ({"HAQ_LINE_TOKEN": "hush", "HAQ_PUBLIC_URL": "https://haq.example.org"}, WRONG, "HAQ_LINE_SECRET"),
        ({"HAQ_LINE_TOKEN": "hush", "HAQ_LINE_SECRET": "hush"}, WRONG, "HAQ_PUBLIC_URL"),
        ({"HAQ_WEBCHAT_ORIGINS": "*"}, WARNING, "HAQ_WEBCHAT_ORIGINS"),
        ({"HAQ_FRONT": "thin", "HAQ_WEBCHAT_ORIGINS": "https://haq.example.org"}, WRONG, "HAQ_FRONT=rasa"),
        ({"HAQ_OIDC_CLIENT": "haq"}, WRONG, "HAQ_OIDC_ISSUER"),
    ],
)
def test_settings_that_do_not_are_named(given: dict[str, str], level: str, word: str) -> None:
    found = of_settings(**given)
    assert levels(found) == [level]
    assert word in found[0].what + found[0].do
    assert found[0].why and found[0].do and "hush" not in str(found)


def test_debug_where_people_write_is_wrong() -> None:
    channel = {"HAQ_LINE_TOKEN": "t", "HAQ_LINE_SECRET": "s", "HAQ_PUBLIC_URL": "https://haq.example.org"}
    assert levels(of_settings(HAQ_LOG_LEVEL="debug", **channel)) == [WRONG]


def test_a_misspelt_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAQ_HOTS", "0.0.0.0")  # noqa: S104
    assert "HAQ_HOTS" in of_settings()[0].what


def test_a_setting_that_makes_no_sense_is_a_finding() -> None:
    found = list(examination.examine({"HAQ_DESK_PORT": "many"}))
    assert levels(found) == [WRONG] and "HAQ_DESK_PORT" in found[0].what


def test_a_look_that_fails_hides_no_other(tmp_path: Path) -> None:
    def broken(_settings: Settings) -> Iterator[Finding]:
        raise ValueError("+97455551234")
        yield

    found = list(examination.examine({"HAQ_VAR_DIR": str(tmp_path)}, (broken, surroundings.time_zones)))
    assert levels(found) == [WRONG, WELL]
    assert "broken" in found[0].about and "ValueError" in found[0].what and "5555" not in str(found)


# -- files ----------------------------------------------------------------------------------------


def test_a_key_that_others_can_read_is_wrong(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    settings.people_key.write_text("00" * 32)
    settings.accounts_key.write_text("00" * 32)
    settings.people_key.chmod(0o640)
    settings.accounts_key.chmod(0o600)
    found = list(surroundings.keys(settings))
    assert [(each.level, each.do) for each in found if each.level != WELL] == [
        (WRONG, f"chmod 600 {settings.people_key}")
    ]


def test_a_key_that_is_lent_to_our_group_is_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Kubernetes mounts secrets: they belong to root, `fsGroup` may read them."""
    settings = settings_in(tmp_path)
    settings.people_key.write_text("00" * 32)
    settings.people_key.chmod(0o440)
    owner, group = settings.people_key.stat().st_uid, settings.people_key.stat().st_gid
    for user, groups, mode, level in (
        (owner + 1, [group], 0o440, WELL),
        (owner + 1, [group], 0o460, WRONG),
        (owner + 1, [group], 0o444, WRONG),
        (owner + 1, [group + 1], 0o440, WRONG),
        (owner, [group], 0o440, WRONG),
    ):
        settings.people_key.chmod(mode)
        monkeypatch.setattr(os, "geteuid", lambda user=user: user)
        monkeypatch.setattr(os, "getegid", lambda groups=groups: groups[0])
        monkeypatch.setattr(os, "getgroups", lambda groups=groups: groups)
        assert next(iter(surroundings.keys(settings))).level == level, (user, groups, oct(mode))


def test_a_database_that_others_can_open_is_told(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    (tmp_path / "conversations.db").touch(0o644)
    tmp_path.chmod(0o755)
    assert [each.what for each in surroundings.keys(settings) if each.about == "files"] == [
        "Others on this machine can open conversations.db."
    ]
    tmp_path.chmod(0o700)
    assert not [each for each in surroundings.keys(settings) if each.about == "files"]


def test_little_room_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for free, level in ((100_000_000, WRONG), (1_000_000_000, WARNING), (9_000_000_000, WELL)):
        monkeypatch.setattr(surroundings, "free_bytes", lambda folder, free=free: free)
        assert levels(surroundings.space(settings_in(tmp_path))) == [level] * len(
            levels(surroundings.space(settings_in(tmp_path)))
        )


def backup_of(settings: Settings, made: datetime, *, people: bool = True) -> None:
    """A backup as the program makes them, with nothing in it."""
    until = made.date().isoformat() if people else None
    folder = settings.var_dir / "backups"
    folder.mkdir(exist_ok=True)
    pack(Manifest(made.isoformat(), "1", (), until), settings.var_dir, folder / file_name(made, people))


def test_backups_are_to_be_fresh(tmp_path: Path) -> None:
    settings, now = settings_in(tmp_path), datetime.now(timezone.utc)
    assert levels(backups.backups(settings)) == [WARNING]
    backup_of(settings, now - timedelta(days=9))
    (found,) = backups.backups(settings)
    assert found.level == WARNING and "9 days old" in found.what
    backup_of(settings, now)
    assert levels(backups.backups(settings)) == [WELL]


def test_what_holds_no_people_is_no_backup(tmp_path: Path) -> None:
    settings, now = settings_in(tmp_path), datetime.now(timezone.utc)
    backup_of(settings, now, people=False)
    for name in (".haq-backup-a", "haq-notes.tar.gz", "keys.tar.gz"):
        (tmp_path / "backups" / name).write_text("something else")
    (found,) = backups.backups(settings)
    assert found.level == WARNING and "no backup" in found.what


@pytest.mark.parametrize(
    ("client", "level", "word"),
    [(16, WELL, "16"), (17, WARNING, "newer"), (15, WARNING, "refuses"), (None, WARNING, "pg_dump")],
)
def test_programs_are_to_fit_the_server(
    monkeypatch: pytest.MonkeyPatch, client: int | None, level: str, word: str
) -> None:
    monkeypatch.setattr(postgresql, "client_version", lambda: client)
    monkeypatch.setattr(postgresql, "server_version", lambda _url: 16)
    url = "postgresql://haq:hunter22@127.0.0.1/haq"
    (found,) = backups.backup_programs(settings_in(NOBODY, HAQ_DATABASE_URL=url, HAQ_ACCOUNTS_URL=url))
    assert found.level == level and word in f"{found.what} {found.why}" and "hunter22" not in str(found)
    assert list(backups.backup_programs(settings_in(NOBODY))) == [], "SQLite needs none"


# -- databases ------------------------------------------------------------------------------------


@pytest.fixture
def deployment(tmp_path: Path) -> Settings:
    """Databases as the program makes them."""
    settings = settings_in(tmp_path)
    migrate(open_database(settings.database_url))
    ConversationStore(settings.conversations_url, settings.people_key).put("somebody", "{}")
    PeopleStore(settings.conversations_url, settings.people_key)
    Mailbox(settings.conversations_url, settings.people_key)
    return settings


def of_databases(settings: Settings) -> dict[str, Finding]:
    return {each.about: each for each in stores.databases(settings)}


def test_databases_that_are_not_there_are_only_a_warning(tmp_path: Path) -> None:
    found = of_databases(settings_in(tmp_path))
    assert levels(found.values()) == [WARNING] * 3
    assert list(tmp_path.iterdir()) == [], "the doctor makes nothing"


def test_databases_that_work_are_well(deployment: Settings) -> None:
    found = of_databases(deployment)
    names = ("rules database", "people's database", "messages", "forgetting")
    assert [found[name].level for name in names] == [WELL] * 4


def test_a_database_that_does_not_answer_is_wrong_and_shows_no_password() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"postgresql://haq:hunter22@127.0.0.1:{free.getsockname()[1]}/haq"
        found = of_databases(settings_in(NOBODY, HAQ_DATABASE_URL=url))["rules database"]
    assert found.level == WRONG and "does not answer" in found.what
    assert "hunter22" not in str(found) and "HAQ_DATABASE_URL" in found.do


def test_a_file_that_is_no_database_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "haq.db").write_bytes(b"no database at all" * 100)
    assert of_databases(settings_in(tmp_path))["rules database"].level == WRONG


def test_what_should_be_forgotten_is_wrong(deployment: Settings) -> None:
    _change(deployment, "UPDATE conversation SET updated_at = '2020-01-01T00:00:00+00:00'")
    found = of_databases(deployment)["forgetting"]
    assert found.level == WRONG and "2020-01-01" in found.what


def test_messages_that_wait_too_long_are_wrong(deployment: Settings) -> None:
    mailbox = Mailbox(deployment.conversations_url, deployment.people_key)
    mailbox.accept("sms", [Inbound("+97455551234", "m1", 0.0, text="help")])
    assert of_databases(deployment).get("messages") is None, "it came just now"
    _change(deployment, "UPDATE channel_inbox SET came_at = came_at - 600")
    found = of_databases(deployment)["messages"]
    assert (
        found.level == WRONG and "1 messages wait to be answered" in found.what and "5555" not in str(found)
    )


def test_dead_letters_and_people_at_the_desk_are_warnings(deployment: Settings) -> None:
    _change(
        deployment,
        "INSERT INTO channel_outbox "
        "(channel, person, reference, state, tries, due_at, made_at, body, code, message)"
        " VALUES ('sms', 'x', 'r', 'dead', 1, 0, 0, '', '', '')",
    )
    PeopleStore(deployment.conversations_url, deployment.people_key).ask_for_person("sms", "x", "en", {})
    found = of_databases(deployment)
    assert (found["messages"].level, found["desk"].level) == (WARNING, WARNING)
    assert "1 messages could not be sent" in found["messages"].what


def test_no_law_is_wrong(deployment: Settings) -> None:
    found = list(law_and_model.law(deployment))
    assert levels(found) == [WRONG] and "haq rules load" in found[0].do


def test_no_model_is_a_warning(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, HAQ_MODELS_DIR=str(tmp_path / "models"))
    assert levels(law_and_model.model(settings)) == [WARNING]


def _change(settings: Settings, statement: str) -> None:
    with sqlite3.connect(settings.var_dir / "conversations.db") as connection:
        connection.execute(statement)


# -- services -------------------------------------------------------------------------------------


class _StandIn(BaseHTTPRequestHandler):
    """An assistant that runs and is not ready."""

    said: dict[str, tuple[int, object]] = {}  # noqa: RUF012 - set by each test

    def do_GET(self) -> None:
        status, body = self.said.get(self.path, (404, {}))
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def stand_in() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), _StandIn)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("said", "level", "word"),
    [
        ({"/health": (200, {"service": "assistant"}), "/health/ready": (200, {})}, WELL, "ready"),
        (
            {"/health": (200, {"service": "assistant"}), "/health/ready": (503, {"failing": ["rules"]})},
            WRONG,
            "not ready: rules",
        ),
        ({"/health": (200, {"service": "something"})}, WRONG, "Another program"),
        ({}, WRONG, "Something listens"),
    ],
)
def test_what_a_process_says_of_itself(
    stand_in: int, said: dict[str, tuple[int, object]], level: str, word: str
) -> None:
    _StandIn.said = said
    settings = settings_in(NOBODY, HAQ_ASSISTANT_PORT=str(stand_in), HAQ_DESK_PORT=str(_free_port()))
    assistant, desk = services.processes(settings)
    assert assistant.level == level and word in assistant.what
    assert desk.level == WARNING and "does not run" in desk.what


def test_redis_and_broker_that_do_not_answer_are_wrong() -> None:
    port = _free_port()
    settings = settings_in(
        NOBODY,
        HAQ_REDIS_URL=f"redis://:hunter22@127.0.0.1:{port}/0",
        HAQ_EVENTS_URL=f"amqp://a:hunter22@127.0.0.1:{port}/",
    )
    found = [*services.redis(settings), *services.events(settings)]
    assert levels(found) == [WRONG, WRONG] and "hunter22" not in str(found)


def test_without_redis_and_broker_nothing_is_said() -> None:
    assert [*services.redis(settings_in(NOBODY)), *services.events(settings_in(NOBODY))] == []


def test_a_clock_that_is_wrong_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for seconds, level in ((5, WELL), (90, WRONG)):
        there = datetime.now(timezone.utc) - timedelta(seconds=seconds)
        monkeypatch.setattr(surroundings, "_database_time", lambda _settings, there=there: there)
        assert levels(surroundings.clock(settings_in(NOBODY))) == [level]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# -- the command ----------------------------------------------------------------------------------

_OLD = Finding(WARNING, "law", "It is old.", "Wages change.", "Load a new one.")
_BAD = Finding(WRONG, "disk", "It is full.", "No message can be kept.", "Make room.")


@pytest.mark.parametrize(("found", "code"), [((_OLD,), 0), ((_OLD, _BAD), 1)])
def test_the_exit_code_is_1_for_what_is_wrong_alone(
    monkeypatch: pytest.MonkeyPatch, found: tuple[Finding, ...], code: int
) -> None:
    monkeypatch.setattr(examination, "examine", lambda: iter(found))
    done = CliRunner().invoke(doctor.command, [], standalone_mode=False)
    assert done.return_value == code
    for each in found:
        assert each.what in done.output and each.why in done.output and f"To do: {each.do}" in done.output
    done = CliRunner().invoke(doctor.command, ["--json"], standalone_mode=False)
    said = json.loads(done.output)
    assert said["well"] is (code == 0) and [each["about"] for each in said["findings"]] == [
        each.about for each in found
    ]
