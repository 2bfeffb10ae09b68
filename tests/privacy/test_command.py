"""`haq privacy`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.commands.privacy import command
from bot.privacy.keyring import read_ring
from bot.privacy.stores import Stores, written_ways
from bot.settings import Settings
from tests.privacy.people import workers, write_everything


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAQ_VAR_DIR", str(tmp_path))


def run(*arguments: str, said: str = "") -> Result:
    return CliRunner(mix_stderr=False).invoke(command, arguments, input=said, standalone_mode=True)


def test_the_data_map() -> None:
    plain, rows = run("data").stdout, json.loads(run("data", "--json").stdout)
    assert "30 days after the last message" in plain and "730 days" in plain
    assert {"what", "where", "tables", "how", "kept"} == set(rows[0]) and len(rows) > 12


def test_a_person_is_erased_by_the_number_they_write_from(stores: Stores) -> None:
    one, other = workers(6)[0], workers(6)[5]
    assert one.channel == other.channel == "whatsapp"
    person, stays = write_everything(stores, one), write_everything(stores, other)
    ran = CliRunner(mix_stderr=False).invoke(
        command, ["erase", "whatsapp"], input=f"+{one.address[:3]} {one.address[3:]}\n"
    )
    assert "handoff_message: " in ran.stdout and one.address not in ran.output + ran.stderr
    assert stores.conversations.get(person) is None and stores.mailbox.known(person) is None
    assert stores.conversations.get(stays) is not None and stores.mailbox.known(stays) is not None
    again = run("erase", "whatsapp", said=f"{one.address}\n")
    assert "Nothing is kept" in again.stderr


def test_a_person_is_erased_by_the_number_of_their_chat(stores: Stores) -> None:
    person = write_everything(stores, workers(4)[3])
    assert "conversation: 1" in run("erase", "--chat", "1").stdout
    assert stores.conversations.get(person) is None and stores.people.queue() == []
    gone = run("erase", "--chat", "1")
    assert gone.exit_code == 2 and "There is no chat 1" in gone.stderr


@pytest.mark.parametrize(
    "arguments", [("erase",), ("erase", "pigeon"), ("erase", "rest", "--chat", "1"), ("search",)]
)
def test_bad_input_is_said_and_is_2(arguments: tuple[str, ...]) -> None:
    ran = run(*arguments)
    assert ran.exit_code == 2 and "Error" in ran.stderr


def test_the_search_says_where_and_never_what(stores: Stores, settings: Settings) -> None:
    one = workers(1)[0]
    write_everything(stores, one)
    said = "\n".join(one.marks)
    assert run("search", said=said).stdout == "Found nowhere.\n"
    (settings.var_dir / "debug.log").write_text(f"message: {one.words}")
    found = run("search", said=said)
    assert "debug.log: word 2, as text, at byte 20" in found.stdout and one.name not in found.output


def test_new_keys(stores: Stores, settings: Settings) -> None:
    stores.conversations.put("a", "hello")
    before = read_ring(settings.people_key), read_ring(settings.accounts_key)
    ran = run("rotate", "--pause", "0")
    after = read_ring(settings.people_key), read_ring(settings.accounts_key)
    assert ran.exit_code == 0 and "people: 1 texts sealed anew, 1 older keys dropped" in ran.stderr
    for old, new in zip(before, after, strict=True):
        assert old.person == new.person and set(old.sealing).isdisjoint(new.sealing) and len(new.sealing) == 1
        assert new.newest.secret.hex() not in ran.stderr
    assert stores.conversations.get("a") == "hello"


def test_keys_changed_by_hand(stores: Stores, settings: Settings) -> None:
    """Where a secret store writes the file: a new first line, `reseal`, then the old line goes."""
    stores.conversations.put("a", "hello")
    lines = settings.people_key.read_text().splitlines()
    new = f"seal {'5a' * 32}"
    settings.people_key.write_text("\n".join([lines[0], new, lines[1]]))
    assert "people: 1 texts sealed anew, 0 cannot be read" in run("reseal").stderr
    settings.people_key.write_text("\n".join([lines[0], new]))
    assert stores.conversations.get("a") == "hello"


def test_tidying_now(stores: Stores) -> None:
    said = run("tidy").stdout
    assert "     0  chats with the desk" in said


@pytest.mark.parametrize(
    ("channel", "typed", "ways"),
    [("telegram", "12345", ("12345", "+12345", "whatsapp:+12345")), ("rest", "+12 3", ("+12 3",)),
     ("messenger", "abc", ("abc",)), ("sms", "+9779812345678", ("+9779812345678", "9779812345678"))],
)  # fmt: skip
def test_numbers_are_found_however_they_are_typed(channel: str, typed: str, ways: tuple[str, ...]) -> None:
    assert set(ways) <= set(written_ways(channel, typed))
