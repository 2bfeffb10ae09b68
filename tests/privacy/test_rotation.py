"""New keys while the program runs: nothing is lost, nothing stays sealed with an older one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import create_engine, text

from bot.privacy.conversations import ConversationStore
from bot.privacy.keyring import add_key, put_first, read_ring
from bot.privacy.places import CONVERSATION, IN_CONVERSATIONS
from bot.privacy.rotation import NotFinished, Sealed, reseal, rotate, sealed_databases
from bot.privacy.sealing import Sealer, SealError
from bot.privacy.stores import Stores
from bot.settings import ROOT, Settings
from tests.privacy.people import texts_of, workers, write_everything
from tests.servers import empty_database

OLD = "cd" * 32


def quietly(_line: str) -> None:
    """Tells nobody."""


def keys_in_use(url: str) -> set[str]:
    """The ids of the keys with which anything is sealed."""
    return {value.partition(".")[0] for _, _, value in texts_of(url) if ".gAAAA" in value[:16]}


def test_everything_is_sealed_anew_and_still_read(stores: Stores, settings: Settings) -> None:
    one, people = workers(10)[0], workers(10)
    persons = [write_everything(stores, each) for each in people]
    member = stores.accounts.add("amina", ["admin"]).id
    secret = stores.accounts.factors.propose(member, "session")
    before = keys_in_use(settings.conversations_url), keys_in_use(settings.accounts_url)
    done = [rotate(each, quietly, pause=0) for each in sealed_databases(settings)]
    assert done[0].anew > 100 and done[1].anew == 1 and done[0].unreadable == done[1].unreadable == 0
    for url, key, old in zip(
        (settings.conversations_url, settings.accounts_url), (settings.people_key, settings.accounts_key),
        before, strict=True,
    ):  # fmt: skip
        ring = read_ring(key)
        assert (
            len(ring.sealing) == 1
            and keys_in_use(url) == {ring.newest.id}
            and old.isdisjoint(keys_in_use(url))
        )
    assert stores.accounts.factors.proposed(member, "session") == secret
    known = stores.mailbox.known(persons[0])
    assert known is not None and known.address == one.address and one.name in str(known.rest)
    assert one.words in (stores.conversations.get(persons[0]) or "")
    assert one.words in [line.text for line in stores.people.transcript(stores.people.places()[0].id)]


def test_a_database_of_an_earlier_version_is_sealed_anew(settings: Settings) -> None:
    settings.people_key.write_text(OLD)
    store = ConversationStore(settings.conversations_url, settings.people_key)
    store.put("a", "placeholder")
    derived = hmac.new(bytes.fromhex(OLD), b"sealing", hashlib.sha256).digest()
    old = Fernet(base64.urlsafe_b64encode(derived)).encrypt(b"as before").decode()
    engine = create_engine(settings.conversations_url, future=True)
    with engine.begin() as connection:
        connection.execute(text("UPDATE conversation SET body = :old"), {"old": old})
    assert store.get("a") == "as before"
    rotate(sealed_databases(settings)[0], quietly, pause=0)
    assert store.get("a") == "as before" and derived.hex() not in settings.people_key.read_text()
    assert keys_in_use(settings.conversations_url) == {read_ring(settings.people_key).newest.id}


def test_what_is_sealed_with_a_lost_key_is_counted_and_left(settings: Settings, tmp_path: Path) -> None:
    people = sealed_databases(settings)[0]
    store = ConversationStore(people.url, people.key_file)
    store.put("a", "good")
    store.put("b", "lost")
    lost = Sealer(tmp_path / "another").seal("lost", CONVERSATION)
    engine = create_engine(people.url, future=True)
    with engine.begin() as connection:
        row = {"lost": lost, "person": store._hash("b")}
        connection.execute(text("UPDATE conversation SET body = :lost WHERE person = :person"), row)
    done = rotate(people, quietly, pause=0)
    assert (done.anew, done.unreadable) == (1, 1) and store.get("a") == "good"
    with pytest.raises(SealError):  # whoever took it for nothing would write over it
        store.get("b")


def test_a_machine_that_sees_the_key_file_late_can_open_everything(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its file is as it was before the last change; what the others seal meanwhile opens there."""
    people = sealed_databases(settings)[0]
    ConversationStore(people.url, people.key_file)
    late, files = people.key_file.with_name("late"), [people.key_file.read_text()]

    def wait(_seconds: float) -> None:
        late.write_text(files[-1])
        files.append(people.key_file.read_text())
        sealed = Sealer(people.key_file).seal("hello", CONVERSATION)
        assert Sealer(late).open(sealed, CONVERSATION) == "hello"
        assert Sealer(people.key_file).open(Sealer(late).seal("hello", CONVERSATION), CONVERSATION) == "hello"

    monkeypatch.setattr("bot.privacy.rotation.sleep", wait)
    rotate(people, quietly, pause=30)
    assert len(files) == 3 and len(read_ring(people.key_file).sealing) == 1


def test_an_older_server_that_seals_on_and_on_keeps_the_keys(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = sealed_databases(settings)[0]
    store = ConversationStore(people.url, people.key_file)
    store.put("a", "good")
    old = read_ring(people.key_file).newest.id
    put_first(people.key_file, add_key(people.key_file))
    monkeypatch.setattr("bot.privacy.rotation._anew", lambda _sealer, sealed, _place: sealed)
    with pytest.raises(NotFinished, match="earlier version"):
        reseal(people)
    assert old in {key.id for key in read_ring(people.key_file).sealing} and store.get("a") == "good"


_WRITER = """
import sys
from itertools import count
from pathlib import Path
from bot.privacy.conversations import ConversationStore
url, key, who = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
store = ConversationStore(url, key)
for number in count():
    person = f"{who}-{number % 20}"
    before = store.get(person)
    assert number < 20 or (before is not None and int(before) == number - 20), (person, before, number)
    store.put(person, str(number))
    if number == 19:
        print("all", flush=True)
"""


@pytest.mark.parametrize(
    "kind",
    [pytest.param("sqlite", marks=pytest.mark.slow), pytest.param("postgresql", marks=pytest.mark.thorough)],
)
def test_servers_that_run_lose_nothing_while_keys_change(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Two processes write and read on; after each change everything is sealed with the newest key."""
    url = f"sqlite:///{tmp_path / 'c.db'}"
    if kind == "postgresql":
        url = empty_database(request.getfixturevalue("postgresql_server"))
    key = tmp_path / "key"
    database = Sealed("people", url, key, IN_CONVERSATIONS)
    ConversationStore(url, key)
    writers = [_start(url, key, who) for who in ("a", "b")]
    try:
        for each in writers:
            assert each.stdout.readline() == "all\n"  # type: ignore[union-attr]
        for _ in range(2):
            before = read_ring(key).newest.id
            rotate(database, quietly, pause=0.3)
            assert keys_in_use(url) == {read_ring(key).newest.id} and before not in keys_in_use(url)
        time.sleep(0.3)
        assert [each.poll() for each in writers] == [None, None], [_end(each) for each in writers]
    finally:
        for each in writers:
            each.kill()
            each.wait()
    store = ConversationStore(url, key)
    assert all(store.get(f"{who}-{number}") is not None for who in "ab" for number in range(20))


def _start(url: str, key: Path, who: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _WRITER, url, str(key), who],
        cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def _end(process: subprocess.Popen[str]) -> str:
    process.kill()
    return process.communicate()[1][-500:]
