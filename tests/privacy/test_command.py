"""`haq privacy`."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from bot.commands.privacy import command
from bot.privacy.keyring import KeyFileError, read_ring
from bot.privacy.sealing import SealError
from bot.privacy.stores import Stores, open_stores, written_ways
from bot.settings import Settings
from tests.privacy.people import rows, workers, write_everything


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
    [("whatsapp", "12345", ("12345", "+12345", "whatsapp:+12345")), ("rest", "+12 3", ("+12 3",)),
     ("messenger", "abc", ("abc",)), ("sms", "+9779812345678", ("+9779812345678", "9779812345678"))],
)  # fmt: skip
def test_numbers_are_found_however_they_are_typed(channel: str, typed: str, ways: tuple[str, ...]) -> None:
    assert set(ways) <= set(written_ways(channel, typed))


@pytest.mark.parametrize("channel", ["telegram", "messenger", "line", "web", "rest"])
def test_what_is_no_telephone_number_is_taken_as_it_is(channel: str) -> None:
    """In Telegram -100200300 is a group, and 100200300 somebody who has nothing to do with it."""
    assert written_ways(channel, "-100200300") == ("-100200300",)


def without_the_key_that_sealed(settings: Settings) -> None:
    person, _ = settings.people_key.read_text().splitlines()
    settings.people_key.write_text(f"{person}\nseal {'5a' * 32}\n")


def test_what_a_lost_key_sealed_can_be_let_go(stores: Stores, settings: Settings) -> None:
    one, other = workers(6)[0], workers(6)[5]
    person = write_everything(stores, one)
    without_the_key_that_sealed(settings)
    with_new_key = open_stores(settings)
    with pytest.raises(SealError):
        with_new_key.conversations.get(person)
    kept = write_everything(with_new_key, other)
    assert run("let-go", said="n\n").exit_code == 1 and stores.conversations.get(person) is not None
    ran = run("let-go", "--yes")
    assert ran.exit_code == 0 and "conversation: 1 cannot be opened" in ran.stdout
    assert with_new_key.conversations.get(person) is None
    assert with_new_key.conversations.get(kept) is not None and with_new_key.mailbox.known(kept) is not None
    left = rows(stores.databases[0])
    assert left["handoff"] == 1 and left["handoff_message"] == left["handoff_message_detail"] + 1
    again = run("let-go", "--yes").stdout.splitlines()
    assert again[0] == "channel_person: 1 cannot be opened", "their address waits until they write"
    assert again[1].startswith("Erased: 0.")


def test_a_lost_key_file_ends_the_start_until_it_is_let_go(stores: Stores, settings: Settings) -> None:
    person = write_everything(stores, workers(1)[0])
    settings.people_key.unlink()
    with pytest.raises(KeyFileError, match="missing"):
        open_stores(settings)
    assert not settings.people_key.exists(), "no new one is made unasked"
    assert run("let-go", "--yes").exit_code == 0
    again = open_stores(settings)
    assert again.conversations.get(person) is None and again.people.queue() == []


def test_the_search_reads_sqlite_files_that_stand_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("conversations", "accounts"):
        elsewhere = tmp_path / f"{name}-disk"
        elsewhere.mkdir()
        monkeypatch.setenv("HAQ_VAR_DIR", str(tmp_path / "var"))
        monkeypatch.setenv(f"HAQ_{name.upper()}_URL", f"sqlite:///{elsewhere / 'x.db'}")
        for file in ("x.db", "x.db-wal"):
            (elsewhere / file).write_bytes(b"\0Sitaram\0")
            assert f"{file}: word 1, as text" in run("search", said="Sitaram").stdout
            (elsewhere / file).unlink()
    assert run("search", said="Sitaram").stdout == "Found nowhere.\n"


def test_a_file_is_searched_once(tmp_path: Path) -> None:
    (tmp_path / "conversations.db").write_bytes(b"Sitaram")
    assert run("search", str(tmp_path), said="Sitaram").stdout.count("Sitaram") == 0
    assert len(run("search", str(tmp_path), said="Sitaram").stdout.splitlines()) == 1


@pytest.mark.parametrize("before", range(6))
def test_the_search_finds_what_stands_within_a_longer_text_in_base64(tmp_path: Path, before: int) -> None:
    for mark in ("Wanjiku", "+97433123456"):
        longer = b"x" * before + mark.encode() + b", who wrote"
        (tmp_path / "dump").write_bytes(base64.b64encode(longer))
        assert "as base64" in run("search", said=mark).stdout
        (tmp_path / "dump").write_bytes(base64.b64encode(b"x" * before + b"somebody else, who wrote"))
        assert run("search", said=mark).stdout == "Found nowhere.\n"


def test_a_chat_with_the_address_of_another_is_not_erased(stores: Stores) -> None:
    one, other = (write_everything(stores, each) for each in workers(2))
    with stores.databases[0].begin() as connection:
        connection.execute(text(
            "UPDATE handoff SET address = (SELECT address FROM handoff WHERE id = 2) WHERE id = 1"
        ))  # fmt: skip
    ran = run("erase", "--chat", "1")
    assert ran.exit_code != 0 and "sealed for another person" in ran.stderr
    assert stores.conversations.get(one) is not None and stores.conversations.get(other) is not None
