"""`haq chat`, with a stand-in for the assistant."""

from __future__ import annotations

import base64
import io
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from bot import cli
from bot.answers.translations import available_languages


class Assistant(HTTPServer):
    """Answers every message with what is set; remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.status = 200
        self.answer: Any = []
        self.waiting: list[dict[str, Any]] = []


class Handler(BaseHTTPRequestHandler):
    """Answers /health and messages."""

    server: Assistant

    def log_message(self, *_: Any) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        """/health, and what was written meanwhile."""
        if self.path.startswith("/webhooks/rest/messages?sender="):
            self._say(200, self.server.waiting)
            self.server.waiting = []
            return
        self._say(200, {"status": "ok", "service": "assistant"})

    def do_POST(self) -> None:
        """A message."""
        self.server.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.server.keys.append(self.headers.get("Authorization"))
        self._say(self.server.status, self.server.answer)

    def _say(self, status: int, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def assistant(monkeypatch: pytest.MonkeyPatch) -> Iterator[Assistant]:
    server = Assistant()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("HAQ_ASSISTANT_PORT", str(server.server_port))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


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
