"""Settings: defaults, mistakes, secrets, documentation."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from bot.settings import (
    CHANNEL_VARIABLES,
    LAUNCHER_VARIABLES,
    ROOT,
    VERSION,
    Settings,
    SettingsError,
    engine_environment,
    hide_password,
    load_settings,
    unknown_variables,
)

OWN = [item for item in fields(Settings) if "variable" in item.metadata]
VARIABLES = {item.metadata["variable"] for item in OWN} | {*CHANNEL_VARIABLES}


def test_defaults_need_no_variable() -> None:
    settings = load_settings({})
    assert settings.database_url == f"sqlite:///{ROOT}/var/haq.db"
    assert (settings.assistant_port, settings.actions_port, settings.desk_port) == (5005, 5055, 8080)
    assert settings.assistant_url == "http://127.0.0.1:5005"
    assert settings.rest_key is None


def test_an_empty_variable_counts_as_unset() -> None:
    assert load_settings({"HAQ_ASSISTANT_PORT": "", "HAQ_REST_KEY": ""}) == load_settings({})


def test_the_state_folder_moves_all_that_is_made(tmp_path: Path) -> None:
    settings = load_settings({"HAQ_STATE_DIR": str(tmp_path)})
    assert settings.var_dir == tmp_path / "var"
    assert settings.models_dir == tmp_path / "models"
    assert settings.database_url == f"sqlite:///{tmp_path}/var/haq.db"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("HAQ_ASSISTANT_PORT", "http"),
        ("HAQ_ACTIONS_PORT", "0"),
        ("HAQ_DESK_PORT", "65536"),
        ("HAQ_DESK_PORT", "-1"),
        ("HAQ_DATABASE_URL", "haq.db"),
        ("HAQ_LOG_LEVEL", "loud"),
    ],
)
def test_nonsense_is_refused_by_name(variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^{variable} must be"):
        load_settings({variable: value})


@pytest.mark.parametrize("url", ["sqlite:///haq.db", "sqlite:///./haq.db", "sqlite+pysqlite:///var/haq.db"])
def test_a_file_that_depends_on_the_folder_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match=r"^HAQ_ACCOUNTS_URL must .*four slashes"):
        load_settings({"HAQ_ACCOUNTS_URL": url})


@pytest.mark.parametrize("url", ["sqlite:////var/haq.db", "sqlite:///file:/var/haq.db?uri=true", "sqlite://"])
def test_a_file_that_does_not_is_taken(url: str) -> None:
    assert load_settings({"HAQ_DATABASE_URL": url}).database_url == url


def test_settings_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        load_settings({}).host = "0.0.0.0"  # type: ignore[misc]  # noqa: S104


def test_secrets_are_never_shown() -> None:
    given = {"HAQ_REST_KEY": "open-sesame", "HAQ_DATABASE_URL": "postgresql://haq:open-sesame@db:5432/haq"}
    settings = load_settings(given)
    for shown in (repr(settings), str(settings)):
        assert "open-sesame" not in shown
    assert "postgresql://haq:***@db:5432/haq" in repr(settings)
    assert settings.environment()["HAQ_REST_KEY"] == "open-sesame"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:////var/haq.db", "sqlite:////var/haq.db"),
        ("postgresql://u:p%40ss@h/d?password=x", "postgresql://u:***@h/d?***"),
        ("postgresql://u:a@b@h/d", "postgresql://u:***@h/d"),
        ("postgresql://h/d?user=u&password=x", "postgresql://h/d?***"),
        ("postgresql://u:open/sesame@h/d", "postgresql://u:***@h/d"),
        ("postgresql://u:open#sesame@h:5432/d", "postgresql://u:***@h:5432/d"),
        ("postgresql://u:open?sesame@h/d", "postgresql://u:***@h/d"),
        ("postgresql://u@h/d", "postgresql://u@h/d"),
        ("redis://:open/sesame@h:6379/0", "redis://:***@h:6379/0"),
        ("sqlite:////home/x:y@z/haq.db", "sqlite:////home/x:y@z/haq.db"),
    ],
)
def test_passwords_are_hidden(url: str, shown: str) -> None:
    assert hide_password(url) == shown


def test_settings_survive_the_way_to_a_process(tmp_path: Path) -> None:
    given = {"HAQ_STATE_DIR": str(tmp_path), "HAQ_REST_KEY": "k", "HAQ_HOST": "::1"}
    settings = load_settings(given)
    assert load_settings(settings.environment()) == settings
    assert settings.assistant_url == "http://[::1]:5005"


def test_the_engine_is_told_to_be_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    environment = engine_environment(load_settings({"HAQ_ACTIONS_PORT": "6055"}))
    assert environment["RASA_TELEMETRY_ENABLED"] == "false"
    assert environment["SANIC_HOST"] == "127.0.0.1"
    assert environment["HAQ_ACTIONS_PORT"] == "6055"


def test_misspelt_variables_are_found() -> None:
    assert unknown_variables({"HAQ_REST_KYE": "x", "HAQ_PYTHON": "p", "HAQ_HOST": "h", "PATH": "/"}) == [
        "HAQ_REST_KYE"
    ]


def test_every_setting_is_documented_and_no_other() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\|((?: `HAQ_\w+`)+) \|", text, flags=re.MULTILINE)
    documented = [name for row in rows for name in re.findall(r"HAQ_\w+", row)]
    assert len(documented) == len(set(documented))
    assert set(documented) == VARIABLES | set(LAUNCHER_VARIABLES)


def test_documented_defaults_are_the_real_ones() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    documented = dict(re.findall(r"^\| `(HAQ_\w+)` \| `([^`<]+)` \|", text, flags=re.MULTILINE))
    real = load_settings({}).environment()
    for variable, default in documented.items():
        assert real[variable] in (default, str(ROOT / default)), variable


def test_no_code_reads_a_variable_that_is_no_setting() -> None:
    internal = {"HAQ_ACTIONS_TOKEN", "HAQ_PULSE", "HAQ_USE_UV"}
    sources = [
        *(ROOT / "bot").rglob("*.py"),
        *(ROOT / "actions").rglob("*.py"),
        ROOT / "haq",
        *ROOT.glob("*.yml"),
    ]
    used = {
        name
        for path in sources
        for name in re.findall(r"\bHAQ_[A-Z_]+[A-Z]\b", path.read_text(encoding="utf-8"))
    }
    assert used <= VARIABLES | set(LAUNCHER_VARIABLES) | internal


def test_the_version_is_that_of_the_project() -> None:
    assert f'version = "{VERSION}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
