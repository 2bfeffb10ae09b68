"""`haq handoff` stands in the audit log, as the desk's pages do; no word of a chat does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot import cli
from bot.desk.accounts.first import COMMAND_LINE
from bot.desk.accounts.store import AccountStore, open_accounts
from bot.people.store import PeopleStore
from bot.settings import load_settings

SECRET = "my boss Abdulqahhar keeps the key"


@dataclass(frozen=True)
class Terminal:
    """Somebody who types commands, and what they leave behind."""

    people: PeopleStore
    accounts: AccountStore
    capsys: pytest.CaptureFixture[str]

    def asks(self, sender: str = "a") -> int:
        """A worker asks for a person; gives the number of the chat."""
        return self.people.ask_for_person("rest", sender, "ne", {"destination": "QA"})

    def types(self, *words: object, fails: bool = False) -> str:
        """What `haq handoff` prints."""
        assert cli.run(["handoff", *map(str, words)]) == (2 if fails else 0)
        return self.capsys.readouterr().out

    def noted(self) -> list[tuple[str, Mapping[str, Any]]]:
        """What of it the audit log has, the oldest first."""
        entries = self.accounts.log.entries(who=COMMAND_LINE)[::-1]
        return [(each.did, each.what) for each in entries]


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    monkeypatch.setenv("HAQ_VAR_DIR", str(tmp_path))
    settings = load_settings()
    people = PeopleStore(settings.conversations_url, settings.people_key)
    return Terminal(people, open_accounts(settings), capsys)


def test_every_deed_is_noted_and_no_word(terminal: Terminal) -> None:
    number = terminal.asks()
    assert "destination: QA" in terminal.types("take", number, "--as", "ana")
    terminal.people.pass_on("a", SECRET)
    assert SECRET in terminal.types("read", number)
    terminal.types("say", number, "I am with you", "--as", "ana")
    terminal.types("release", number, "--as", "ana")
    mine = {"handoff": number, "as": "ana"}
    assert terminal.noted() == [
        ("took_conversation", mine), ("opened_conversation", {"handoff": number}),
        ("answered_conversation", mine), ("closed_conversation", mine),
    ]  # fmt: skip


def test_what_is_refused_and_what_is_not_there_is_not_noted(terminal: Terminal) -> None:
    number = terminal.asks()
    for words in (("take", 99), ("say", number, "hello"), ("release", number)):
        terminal.types(*words, fails=True)
    assert terminal.types("read", 99) == ""
    assert terminal.noted() == []


def test_the_cases_of_the_queue_are_opened_chats_and_its_lines_are_not(terminal: Terminal) -> None:
    numbers = [terminal.asks(sender) for sender in ("a", "b")]
    assert "QA" not in terminal.types("list")
    assert terminal.noted() == []
    assert "QA" in terminal.types("list", "--json")
    assert terminal.noted() == [("opened_conversation", {"handoff": number}) for number in numbers]


@pytest.mark.parametrize("deed", ["take", "read"])
def test_nothing_is_shown_that_cannot_be_noted(
    terminal: Terminal, deed: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    number = terminal.asks()
    if deed == "read":
        terminal.people.take(number, "desk")
        terminal.people.pass_on("a", SECRET)
    monkeypatch.setenv("HAQ_ACCOUNTS_URL", f"sqlite:///{tmp_path / 'key'}/accounts.db")
    (tmp_path / "key").write_text("")
    assert cli.run(["handoff", deed, str(number)]) == 1
    assert terminal.capsys.readouterr().out == ""
    assert terminal.people.is_taken("a") is (deed == "read")
