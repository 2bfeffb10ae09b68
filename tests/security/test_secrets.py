"""Secrets: given by variable or file, shown nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import cli
from bot.settings import (
    CHANNEL_SECRETS,
    FROM_FILES,
    SettingsError,
    hide_password,
    load_settings,
    unknown_variables,
)

URLS = tuple(name for name in FROM_FILES if name.endswith("_URL"))
SECRET = "open-sesame-8c1f"


def planted(name: str) -> str:
    """A value for a variable with the secret in it."""
    schemes = {"HAQ_REDIS_URL": "redis", "HAQ_EVENTS_URL": "amqp"}
    return f"{schemes.get(name, 'postgresql')}://haq:{SECRET}@127.0.0.1:1/haq" if name in URLS else SECRET


def test_every_secret_can_stand_in_a_file(tmp_path: Path) -> None:
    """With a line's end, as editors and `kubectl create secret` leave one."""
    environment = {}
    for name in FROM_FILES:
        (tmp_path / name).write_text(planted(name) + "\n", encoding="utf-8")
        environment[f"{name}_FILE"] = str(tmp_path / name)
    settings = load_settings(environment)
    assert settings == load_settings({name: planted(name) for name in FROM_FILES})
    assert settings.rest_key == SECRET and set(settings.channels) >= set(CHANNEL_SECRETS)
    assert unknown_variables(environment) == []
    assert unknown_variables({"HAQ_HOST_FILE": "x"}) == ["HAQ_HOST_FILE"]


def test_a_value_goes_before_its_file(tmp_path: Path) -> None:
    """A process of ours is given the value, and still sees the variable of the file."""
    (tmp_path / "key").write_text("from the file", encoding="utf-8")
    given = {"HAQ_REST_KEY_FILE": str(tmp_path / "key")}
    assert load_settings(given).rest_key == "from the file"
    assert load_settings({**given, "HAQ_REST_KEY": "itself"}).rest_key == "itself"
    assert load_settings({**given, **load_settings(given).environment()}).rest_key == "from the file"


@pytest.mark.parametrize("content", [None, b"", b"\n", b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_named_by_its_variable(content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "key").write_bytes(content)
    with pytest.raises(SettingsError, match=r"^HAQ_REST_KEY_FILE must name a file"):
        load_settings({"HAQ_REST_KEY_FILE": str(tmp_path / "key")})


@pytest.mark.slow
def test_no_secret_in_words_for_people(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Neither as the settings are shown, nor by a command that shows them or fails over them."""
    for name in FROM_FILES:
        monkeypatch.setenv(name, planted(name))
    settings = load_settings()
    monkeypatch.setenv("HAQ_PUBLIC_URL", "https://haq.example.org")
    monkeypatch.setenv("HAQ_CONVERSATIONS_URL", f"sqlite:///{tmp_path / 'conversations.db'}")
    for command in (["channels", "list"], ["rules", "stats"], ["users", "list"]):
        cli.run(command)
    said = capsys.readouterr()
    shown = f"{settings!r} {settings} {said.out} {said.err}"
    assert SECRET not in shown
    assert "whatsapp" in said.out.lower(), "channels list was reached"


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://haq:{SECRET}@db/haq", f"postgresql://haq:a/{SECRET}@db/haq", f"redis://:{SECRET}@h:1/0",
        f"postgresql://haq:a#{SECRET}@db/haq", f"postgresql://haq:a?{SECRET}@db/haq",
        f"postgresql://h/d?password={SECRET}", f"postgresql://haq:{SECRET}%40@db/haq",
    ],
)  # fmt: skip
def test_a_password_with_any_letter_is_hidden(url: str) -> None:
    assert SECRET not in hide_password(url)
