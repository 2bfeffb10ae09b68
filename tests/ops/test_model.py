"""When the model is trained anew, and that nothing half-made is ever taken for it."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.settings import ROOT, Settings, load_settings
from bot.supervisor import model
from bot.supervisor.model import fingerprint, model_path, tail, train
from bot.supervisor.problems import ProcessError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small checkout."""
    files = {
        "config.yml": "pipeline: []",
        "domain/slots.yml": "slots: {}",
        "data/nlu/en/wages.yml": "nlu: []",
        "data/dialogue/rules.yml": "rules: []",
        "data/law/qa.yml": "law: 1",
        "bot/nlu/components.py": "A = 1",
        "bot/language/ngrams.py": "C = 1",
        "bot/language/data/en/words.tsv": "a\tb",
        "bot/answers/text.py": "B = 1",
    }
    for name, text in files.items():
        path = tmp_path / "checkout" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "checkout"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"HAQ_STATE_DIR": str(tmp_path / "state")})


def write(name: str, text: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")

    return change


@pytest.mark.parametrize(
    "change",
    [
        write("config.yml", "pipeline: [1]"),
        write("domain/slots.yml", "slots: {a: 1}"),
        write("domain/more.yml", ""),
        write("data/nlu/ne/wages.yml", "nlu: []"),
        write("data/dialogue/rules.yml", "rules: [1]"),
        write("bot/nlu/components.py", "A = 2"),
        write("bot/language/ngrams.py", "C = 2"),
        lambda root: (root / "data/nlu/en/wages.yml").unlink(),
        lambda root: (root / "data/nlu/en/wages.yml").rename(root / "data/nlu/en/pay.yml"),
    ],
)
def test_what_the_model_depends_on_changes_its_fingerprint(
    root: Path, change: Callable[[Path], None]
) -> None:
    before = fingerprint(root)
    change(root)
    assert fingerprint(root) != before


@pytest.mark.parametrize(
    "change",
    [
        write("data/law/qa.yml", "law: 2"),
        write("bot/answers/text.py", "B = 2"),
        write("bot/language/data/en/words.tsv", "a\tc"),
        write("bot/nlu/__pycache__/components.pyc", "x"),
        write("bot/language/.words.swp", "x"),
        lambda root: os.utime(root / "config.yml", (0, 0)),
    ],
)
def test_nothing_else_does(root: Path, change: Callable[[Path], None]) -> None:
    before = fingerprint(root)
    change(root)
    assert fingerprint(root) == before


def test_a_version_of_rasa_changes_it(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint(root)
    monkeypatch.setattr(model, "version", lambda name: "4.0")
    assert fingerprint(root) != before


def test_the_fingerprint_does_not_depend_on_where_the_checkout_is(root: Path) -> None:
    before = fingerprint(root)
    assert fingerprint(root.rename(root.parent / "another place")) == before


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Training replaced by writing a file; the names asked for."""
    names: list[str] = []

    def instead(folder: Path, name: str, *_: object) -> Path:
        names.append(name)
        path = folder / f"{name}.tar.gz"
        path.write_text("a model", encoding="utf-8")
        return path

    monkeypatch.setattr(model, "_train_in", instead)
    return names


def test_training_happens_once(settings: Settings, trained: list[str]) -> None:
    path = train(settings)
    assert re.fullmatch(r"haq-[0-9a-f]{16}\.tar\.gz", path.name)
    assert path == model_path(settings) == train(settings)
    assert len(trained) == 1
    train(settings, force=True)
    assert len(trained) == 2
    assert [each.name for each in settings.models_dir.iterdir() if each.name != ".lock"] == [path.name]


def test_old_models_go_and_other_files_stay(settings: Settings, trained: list[str]) -> None:
    settings.models_dir.mkdir(parents=True)
    for age in range(1, 6):
        old = settings.models_dir / f"haq-{age}.tar.gz"
        old.touch()
        os.utime(old, (time.time() - age * 1000, time.time() - age * 1000))
    (settings.models_dir / "mine.tar.gz").touch()
    abandoned, recent = settings.models_dir / ".training-old", settings.models_dir / ".training-new"
    abandoned.mkdir()
    recent.mkdir()
    os.utime(abandoned, (0, 0))
    path = train(settings)
    left = {each.name for each in settings.models_dir.iterdir()}
    assert left == {path.name, "haq-1.tar.gz", "haq-2.tar.gz", "mine.tar.gz", ".training-new", ".lock"}


def test_a_training_that_fails_leaves_no_model_and_shows_why(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\necho The pipeline is odd.\nexit 3\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(model.sys, "executable", str(program))
    with pytest.raises(ProcessError, match=r"(?s)Training failed \(exit code 3\).*The pipeline is odd\."):
        train(settings)
    assert [each.name for each in settings.models_dir.iterdir()] == [".lock"]


def test_a_missing_input_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(model, "ROOT", tmp_path)
    with pytest.raises(ProcessError, match=r"config\.yml is missing"):
        train(settings)


def test_the_end_of_a_log_is_without_progress_bars(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"one\n 1%\r50%\r100% done\r\nlast \xff\n")
    assert tail(log, 3) == "100% done\nlast \N{REPLACEMENT CHARACTER}"
    assert tail(tmp_path / "none") == ""


def test_rasa_is_never_given_the_law_files() -> None:
    assert all((ROOT / folder).is_dir() for folder in model.TRAINING_DATA)
    assert not any((ROOT / "data" / "law").is_relative_to(ROOT / folder) for folder in model.TRAINING_DATA)
