"""`haq chat`."""

from __future__ import annotations

import base64
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

import click

from bot.settings import ROOT, Settings, load_settings

PATIENCE_SECONDS = 600
ANSWER_SECONDS = 30
STOP_SECONDS = 15

Message = dict[str, Any]


@click.command()
@click.option("--lang", help="Language to be answered in, such as ne; otherwise the one you write in.")
def command(lang: str | None) -> None:
    """Talk to the assistant in the terminal; Ctrl-D ends it.

    Starts the assistant if it is not running, and stops it at the end.
    """
    from bot.answers.translations import available_languages

    settings = load_settings()
    if lang is not None and lang not in available_languages():
        raise click.BadParameter(
            f"{lang} is not one of {', '.join(available_languages())}.", param_hint="--lang"
        )
    with _assistant(settings):
        _talk(settings, lang)


def _talk(settings: Settings, lang: str | None) -> None:
    sender = f"terminal-{secrets.token_hex(8)}"
    choices: list[str] = []
    while True:
        try:
            text = input("> " if sys.stdin.isatty() else "").strip()
        except EOFError:
            click.echo()
            return
        if not text:  # Enter alone: has somebody written meanwhile?
            for message in _waiting(settings, sender):
                _show(message)
            continue
        if text.isdecimal() and 1 <= int(text) <= len(choices):
            text = choices[int(text) - 1]
        messages = _send(settings, sender, text, lang)
        choices = []
        for message in messages:
            choices = _show(message) or choices


def _show(message: Message) -> list[str]:
    """Prints a message; what its numbered buttons send."""
    if message.get("text"):
        click.echo(f"\n{message['text']}")
    _keep_file((message.get("custom") or {}).get("file"))
    buttons = message.get("buttons") or []
    for number, button in enumerate(buttons, 1):
        click.echo(f"  {number}. {button['title']}")
    click.echo()
    return [str(button.get("payload") or button["title"]) for button in buttons]


def _send(settings: Settings, sender: str, text: str, lang: str | None) -> list[Message]:
    body: dict[str, Any] = {"sender": sender, "message": text}
    if lang is not None:
        body["metadata"] = {"language": lang}
    return _ask(settings, "webhook", body)


def _waiting(settings: Settings, sender: str) -> list[Message]:
    """What the desk wrote meanwhile, and reminders that are due."""
    return _ask(settings, f"messages?{urlencode({'sender': sender})}")


def _keep_file(file: dict[str, str] | None) -> None:
    """Saves a letter in the folder where the chat was started."""
    if file:
        path = Path(Path(file["name"]).name)
        path.write_bytes(base64.b64decode(file["base64"]))
        click.echo(f"(saved: {path})")


def _ask(settings: Settings, route: str, body: dict[str, Any] | None = None) -> list[Message]:
    """The messages that a route of the REST channel gives. Raises ClickException."""
    headers = {"Content-Type": "application/json"}
    if settings.rest_key is not None:
        headers["Authorization"] = f"Bearer {settings.rest_key}"
    url = f"{settings.assistant_url}/webhooks/rest/{route}"
    request = Request(url, None if body is None else json.dumps(body).encode(), headers)  # noqa: S310
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=ANSWER_SECONDS) as response:
            answer = json.load(response)
    except HTTPError as error:
        with error:
            raise click.ClickException(_refusal(error)) from error
    except (OSError, HTTPException, ValueError) as error:
        raise click.ClickException(f"The assistant did not answer ({error}).") from error
    if not isinstance(answer, list):
        raise click.ClickException("The assistant did not answer with messages.")
    return [message for message in answer if isinstance(message, dict)]


def _refusal(error: HTTPError) -> str:
    try:
        reason = json.load(error)["error"]
    except (ValueError, KeyError, TypeError):
        reason = error.reason
    return f"The assistant refused the message ({error.code}): {reason}"


@contextmanager
def _assistant(settings: Settings) -> Iterator[None]:
    """Sees to it that the assistant runs, and stops it afterwards if it was started here."""
    from bot.supervisor.services import health

    if health(settings.assistant_url):
        yield
        return
    click.echo("The assistant is not running: starting it.", err=True)
    os.umask(0o077)  # `haq run` tells the link of the first administrator, and makes the same folders
    settings.log_dir.mkdir(parents=True, exist_ok=True)
    log = settings.log_dir / "run.log"
    log.unlink(missing_ok=True)  # one that others can read would stay so
    with log.open("wb") as output:
        run = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "run"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for us
        )
    try:
        _wait(settings, run, log.read_text)
        yield
    finally:
        run.send_signal(signal.SIGTERM)
        try:
            run.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            run.kill()


def _wait(settings: Settings, run: subprocess.Popen[bytes], read: Any) -> None:
    from bot.supervisor.services import health

    told = 0
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        lines = read(errors="replace").splitlines()
        for line in lines[told:]:
            click.echo(line, err=True)
        told = len(lines)
        if run.poll() is not None:
            raise click.ClickException("The assistant could not be started (see above).")
        if any(line.startswith("ready after") for line in lines) and health(settings.assistant_url):
            return
        time.sleep(0.3)
    raise click.ClickException(f"The assistant did not become ready within {PATIENCE_SECONDS} s.")
