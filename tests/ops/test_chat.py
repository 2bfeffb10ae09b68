"""`haq chat`, with a stand-in for the assistant."""

from __future__ import annotations

import base64
import io
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import cli
from bot.answers.translations import available_languages
from bot.commands import chat as module
from bot.settings import load_settings
from tests.ops.conftest import Assistant


def chat(monkeypatch: pytest.MonkeyPatch, text: str, *arguments: str) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    return cli.run(["chat", *arguments])


def test_what_is_typed_is_sent_and_the_answer_shown(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assistant.answer = [{"text": "Namaste नमस्ते"}, {"custom": {"rules": []}}, {"text": "How can I help?"}]
    assert chat(monkeypatch, "hello\n\n  /restart  \n") == 0
    assert [body["message"] for body in assistant.asked] == ["hello", "/restart"]
    assert len({body["sender"] for body in assistant.asked}) == 1
    assert "metadata" not in assistant.asked[0]
    shown = capsys.readouterr().out
    assert "Namaste नमस्ते" in shown
    assert "How can I help?" in shown


def test_enter_alone_shows_what_the_desk_wrote_meanwhile(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assistant.waiting = [{"text": "I am here now.", "custom": {"from": "desk"}}]
    assert chat(monkeypatch, "\n\n") == 0
    assert capsys.readouterr().out.count("I am here now.") == 1 and assistant.asked == []


def test_a_letter_is_saved_where_the_chat_was_started(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    file = {"name": "../letter.pdf", "mime": "application/pdf", "base64": base64.b64encode(b"%PDF-").decode()}
    assistant.answer = [{"text": "Your letter", "custom": {"file": file}}]
    assert chat(monkeypatch, "hi\n") == 0
    assert (tmp_path / "letter.pdf").read_bytes() == b"%PDF-"


def test_a_number_chooses_a_button_of_the_last_answer(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assistant.answer = [
        {"text": "?", "buttons": [{"title": "Yes", "payload": "yes"}, {"title": "No", "payload": "no"}]}
    ]
    chat(monkeypatch, "hi\n2\n3\n0\n")
    assert [body["message"] for body in assistant.asked] == ["hi", "no", "3", "0"]
    assert "  1. Yes\n  2. No\n" in capsys.readouterr().out


def test_without_buttons_a_number_is_a_number(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    assistant.answer = [{"text": "How many months?"}]
    chat(monkeypatch, "hi\n2\n")
    assert [body["message"] for body in assistant.asked] == ["hi", "2"]


def test_the_language_goes_along(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    chat(monkeypatch, "hi\n", "--lang", "ne")
    assert assistant.asked[0]["metadata"] == {"language": "ne"}


def test_a_language_that_is_not_spoken_is_bad_input(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert chat(monkeypatch, "hi\n", "--lang", "xx") == 2
    assert f"xx is not one of {', '.join(available_languages())}" in capsys.readouterr().err
    assert assistant.asked == []


def test_the_key_goes_along(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAQ_REST_KEY", "open sesame")
    chat(monkeypatch, "hi\n")
    assert assistant.keys == ["Bearer open sesame"]


def test_a_refusal_is_told(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assistant.status, assistant.answer = 401, {"error": "The key is missing."}
    assert chat(monkeypatch, "hi\n") == 1
    assert "refused the message (401): The key is missing." in capsys.readouterr().err


def test_nonsense_from_the_assistant_is_told(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assistant.answer = {"text": "not a list"}
    assert chat(monkeypatch, "hi\n") == 1
    assert "did not answer" in capsys.readouterr().err


@pytest.fixture
def readable_by_all() -> Iterator[None]:
    """What is made can be read by others, unless somebody sees to it."""
    before = os.umask(0o022)
    yield
    os.umask(before)


class Starting:
    """Stands for the process of `haq run`; its output goes nowhere."""

    def __init__(self, *_: object, **__: object) -> None:
        """Starts nothing."""

    def send_signal(self, _number: int) -> None:
        """It is to end."""

    def wait(self, _seconds: float) -> int:
        """It has."""
        return 0


@pytest.mark.usefixtures("readable_by_all")
def test_what_it_starts_tells_its_link_to_nobody_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = load_settings({"HAQ_VAR_DIR": str(tmp_path / "var"), "HAQ_ASSISTANT_PORT": "9"})
    settings.log_dir.mkdir(parents=True)
    old = settings.log_dir / "run.log"
    old.touch(0o644)
    other = load_settings({"HAQ_VAR_DIR": str(tmp_path / "other"), "HAQ_ASSISTANT_PORT": "9"})
    monkeypatch.setattr(subprocess, "Popen", Starting)
    monkeypatch.setattr(module, "_wait", lambda *_: None)
    for each in (settings, other):
        with module._assistant(each):
            pass
        assert (each.log_dir / "run.log").stat().st_mode & 0o077 == 0
    assert other.var_dir.stat().st_mode & 0o077 == other.log_dir.stat().st_mode & 0o077 == 0
