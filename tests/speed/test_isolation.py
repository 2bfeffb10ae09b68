"""A benchmark on a deployment reaches nothing of it: no database, key, broker or channel."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.benchmarks import desk, growth, rules, running, stock_servers
from bot.benchmarks.figures import NotMeasured, Options
from bot.benchmarks.spare import VARIABLE, spare_database
from bot.benchmarks.stock import CONTESTANTS
from bot.settings import CHANNEL_VARIABLES, FROM_FILES, Settings, load_settings
from tests.end_to_end import driver

OPTIONS = Options()
DEPLOYMENT = "production.example.org"


class Started(Exception):
    """A server would have been started."""


class NotStarted:
    """Stands for `subprocess.Popen`, and keeps the environment that it was to start with."""

    environment: dict[str, str]

    def __call__(self, *_: object, env: dict[str, str], **__: object) -> None:
        self.environment = env
        raise Started


@pytest.fixture
def popen(monkeypatch: pytest.MonkeyPatch) -> NotStarted:
    made = NotStarted()
    monkeypatch.setattr("subprocess.Popen", made)
    return made


@pytest.fixture
def deployment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Everything that leads to people or their data is set, by value or by file."""
    folder = tmp_path / "secrets"
    folder.mkdir()
    kinds = {"HAQ_REDIS_URL": "redis", "HAQ_EVENTS_URL": "amqp"}
    for number, name in enumerate((*FROM_FILES, *CHANNEL_VARIABLES)):
        kind = kinds.get(name, "postgresql")
        value = f"{kind}://haq:hush@{DEPLOYMENT}/haq" if name.endswith("_URL") else f"hush {DEPLOYMENT}"
        if name in FROM_FILES and number % 2 == 0:
            (folder / name).write_text(value, encoding="utf-8")
            monkeypatch.setenv(f"{name}_FILE", str(folder / name))
        else:
            monkeypatch.setenv(name, value)
    for name in ("HAQ_PEOPLE_KEY_FILE", "HAQ_ACCOUNTS_KEY_FILE"):
        monkeypatch.setenv(name, str(folder / name))
    monkeypatch.setenv("HAQ_CONVERSATIONS_URL_FILE", str(folder / "HAQ_DATABASE_URL"))
    monkeypatch.delenv("HAQ_CONVERSATIONS_URL", raising=False)
    monkeypatch.setenv("HAQ_DESK_URL", "https://desk.example.org")
    monkeypatch.setenv("HAQ_WORKERS", "3")
    return load_settings()


def own(environment: dict[str, str], folder: Path, *, law: str) -> Settings:
    """The settings in an environment, in which only the law may be that of the deployment."""
    settings = load_settings(environment)
    assert settings.database_url == law
    assert settings.conversations_url == f"sqlite:///{folder / 'conversations.db'}"
    assert settings.accounts_url == f"sqlite:///{folder / 'accounts.db'}"
    assert settings.people_key.parent == settings.accounts_key.parent == settings.var_dir == folder
    assert (settings.redis_url, settings.events_url, settings.rest_key, dict(settings.channels)) == (
        None, None, None, {},
    )  # fmt: skip
    left = {name: value for name, value in environment.items() if name != "HAQ_DATABASE_URL"}
    assert not [name for name, value in left.items() if "hush" in value or "secrets" in value]
    return settings


def test_of_haq_run(deployment: Settings, popen: NotStarted, tmp_path: Path) -> None:
    with pytest.raises(Started), running.haq_run(deployment, tmp_path):
        pass
    settings = own(popen.environment, tmp_path, law=f"sqlite:///{tmp_path / 'haq.db'}")
    assert settings.workers == 3, "how it works goes along"
    assert settings.assistant_port != deployment.assistant_port


def test_of_haq_run_with_settings_of_its_own(deployment: Settings, popen: NotStarted, tmp_path: Path) -> None:
    given = {"HAQ_REDIS_URL": "redis://127.0.0.1:1/0", "HAQ_WORKERS": "2"}
    with pytest.raises(Started), running.haq_run(deployment, tmp_path, given):
        pass
    settings = load_settings(popen.environment)
    assert (settings.redis_url, settings.workers) == ("redis://127.0.0.1:1/0", 2)


def test_of_the_desk(deployment: Settings, popen: NotStarted) -> None:
    with pytest.raises(Started), desk._desk(deployment):
        pass
    folder = Path(popen.environment["HAQ_VAR_DIR"])
    assert own(popen.environment, folder, law=f"sqlite:///{folder / 'haq.db'}").desk_public_url is None


@pytest.mark.parametrize("contestant", CONTESTANTS, ids=lambda each: each.name)
def test_of_stock(
    contestant: stock_servers.Contestant, deployment: Settings, popen: NotStarted, tmp_path: Path
) -> None:
    with (
        pytest.raises(Started),
        stock_servers.running(contestant, deployment, Path("m.tar.gz"), tmp_path),
    ):
        pass
    assert own(popen.environment, tmp_path, law=deployment.database_url).workers == 1


def test_of_what_channels_and_faults_start(deployment: Settings, popen: NotStarted, tmp_path: Path) -> None:
    with pytest.raises(Started):
        driver.Servers(tmp_path).start()
    own(popen.environment, tmp_path, law=f"sqlite:///{tmp_path / 'haq.db'}")


@pytest.mark.parametrize(
    ("used", "spare"),
    [
        ("postgresql://haq:hush@db.example.org/haq", "postgresql+psycopg2://bench@db.example.org:5432/haq"),
        ("postgresql://haq@localhost/haq", "postgresql://127.0.0.1/haq"),
        ("postgresql:///haq?host=/var/run/postgresql", "postgresql://haq@localhost/haq"),
        ("sqlite:////srv/haq/people.db", "sqlite:////srv/other/../haq/people.db"),
    ],
)
@pytest.mark.parametrize("variable", ["HAQ_DATABASE_URL", "HAQ_CONVERSATIONS_URL", "HAQ_ACCOUNTS_URL"])
@pytest.mark.parametrize("bench", [growth.bench, rules.bench])
def test_a_database_in_use_is_not_emptied(
    bench: object, variable: str, used: str, spare: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(VARIABLE, spare)
    settings = load_settings({"HAQ_VAR_DIR": str(tmp_path), variable: used})
    with pytest.raises(NotMeasured, match=f"names the database of {variable}") as refused:
        bench(settings, OPTIONS)  # type: ignore[operator]
    assert "hush" not in str(refused.value)


def test_another_database_may_be_emptied(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = load_settings(
        {"HAQ_VAR_DIR": str(tmp_path), "HAQ_DATABASE_URL": "postgresql://haq:hush@db.example.org/haq"}
    )
    monkeypatch.delenv(VARIABLE, raising=False)
    assert spare_database(settings) is None
    for other in ("postgresql://haq@db.example.org/bench", "postgresql://haq@db.example.org:5433/haq"):
        monkeypatch.setenv(VARIABLE, other)
        assert str(spare_database(settings)) == other
    monkeypatch.setenv(VARIABLE, "bench")
    with pytest.raises(NotMeasured, match="must be a database address"):
        spare_database(settings)
