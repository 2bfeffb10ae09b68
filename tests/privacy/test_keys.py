"""Key files and what is sealed with them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import os
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.privacy import keyring
from bot.privacy.keyring import KeyFileError, add_key, keep_only, put_first, read_ring
from bot.privacy.sealing import Sealer, SealError

OLD = "ab" * 32
PLACE = "here"


def sealed_by_an_earlier_version(text: str) -> str:
    derived = hmac.new(bytes.fromhex(OLD), b"sealing", hashlib.sha256).digest()
    return Fernet(base64.urlsafe_b64encode(derived)).encrypt(text.encode()).decode()


def test_a_file_of_an_earlier_version_opens_what_was_sealed_and_names_the_same_persons(
    tmp_path: Path,
) -> None:
    path = tmp_path / "key"
    path.write_text(f"{OLD}\n")
    sealer = Sealer(path)
    assert sealer.open(sealed_by_an_earlier_version("hello"), "anywhere") == "hello"
    assert sealer.person("whatsapp:1") == hmac.new(bytes.fromhex(OLD), b"whatsapp:1", "sha256").hexdigest()
    assert sealer.open(sealer.seal("new", PLACE), PLACE) == "new"


def test_no_sender_has_the_hash_that_old_files_seal_with(tmp_path: Path) -> None:
    """Whoever may choose their own id would find the key in the database."""
    path = tmp_path / "key"
    path.write_text(OLD)
    sealer = Sealer(path)
    assert bytes.fromhex(sealer.person("sealing")) != read_ring(path).newest.secret


def test_what_is_sealed_opens_in_its_place_alone_and_whole(tmp_path: Path) -> None:
    sealer = Sealer(tmp_path / "key")
    sealed = sealer.seal("नमस्ते", PLACE)
    assert sealer.open(sealed, PLACE) == "नमस्ते" and "नमस्ते" not in sealed
    for wrong in (
        sealed[:-2],
        sealed[:40] + ("B" if sealed[40] == "A" else "A") + sealed[41:],
        "",
        "x.y",
        "no dot",
    ):
        with pytest.raises(SealError):
            sealer.open(wrong, PLACE)
    with pytest.raises(SealError):
        sealer.open(sealed, "somewhere else")


def test_a_new_key_is_noticed_at_once_by_whoever_holds_the_old_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "key"
    one, two = Sealer(path), Sealer(path)
    before, person = one.seal("before", PLACE), one.person("a")
    name = add_key(path)
    assert not one.seal("meanwhile", PLACE).startswith(name), "it only opens until all have it"
    put_first(path, name)
    after = one.seal("after", PLACE)
    assert after.startswith(f"{name}.") and not before.startswith(name)
    assert two.open(after, PLACE) == "after" and two.open(before, PLACE) == "before"
    assert keep_only(path, name) == 1
    assert one.person("a") == two.person("a") == Sealer(path).person("a") == person
    assert Sealer(path).open(after, PLACE) == "after"
    assert one.seal("more", PLACE).startswith(f"{name}.")
    assert one.open(before, PLACE) == "before", "who read it a moment ago can still open it"
    monkeypatch.setattr(keyring, "_OPENS_ON_SECONDS", 0.0)
    for sealer in (one, Sealer(path)):
        with pytest.raises(SealError):
            sealer.open(before, PLACE)


def test_keys_are_dropped_only_while_the_one_to_keep_seals(tmp_path: Path) -> None:
    path = tmp_path / "key"
    Sealer(path)
    first, second = add_key(path), add_key(path)
    put_first(path, first)
    put_first(path, second)
    assert keep_only(path, first) == 0 and len(read_ring(path).sealing) == 3
    assert keep_only(path, second) == 2 and read_ring(path).newest.id == second


def test_a_key_that_somebody_else_dropped_meanwhile_never_seals(tmp_path: Path) -> None:
    path = tmp_path / "key"
    Sealer(path)
    mine, theirs = add_key(path), add_key(path)
    put_first(path, theirs)
    assert keep_only(path, theirs) == 2
    with pytest.raises(KeyFileError, match="again"):
        put_first(path, mine)
    assert read_ring(path).newest.id == theirs


@pytest.mark.parametrize(
    "text",
    ["", "not hexadecimal", "ab", "person " + OLD, f"seal {OLD}", f"person {OLD}\nperson {OLD}\nseal {OLD}",
     f"person {OLD}\nseal zz", f"person {OLD}\nlock {OLD}", f"person {OLD}\nseal ab"],
)  # fmt: skip
def test_garbage_is_refused_with_the_files_name_and_without_its_content(tmp_path: Path, text: str) -> None:
    path = tmp_path / "key"
    path.write_text(text)
    with pytest.raises(KeyFileError) as refused:
        Sealer(path)
    assert str(path) in str(refused.value) and "backup" in str(refused.value)
    assert OLD not in str(refused.value)


def test_binary_and_unreachable_files_are_refused_kindly(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(bytes(range(256)))
    with pytest.raises(KeyFileError, match="not text"):
        Sealer(tmp_path / "key")
    (tmp_path / "file").write_text("")
    with pytest.raises(KeyFileError, match="cannot be opened"):
        Sealer(tmp_path / "file" / "key")


def test_a_file_that_becomes_garbage_or_anothers_leaves_the_keys_as_they_were(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path, other = tmp_path / "key", tmp_path / "other"
    sealer = Sealer(path)
    Sealer(other)
    kept = path.read_text()
    for text in ("garbage", other.read_text()):
        path.write_text(text)
        with caplog.at_level(logging.ERROR):
            assert sealer.open(sealer.seal("hello", PLACE), PLACE) == "hello"
        assert str(path) in caplog.text and "garbage" not in caplog.text
        caplog.clear()
    path.unlink()
    sealed = sealer.seal("hello", PLACE)
    path.write_text(kept)
    assert Sealer(path).open(sealed, PLACE) == "hello"


def test_a_key_file_stays_its_owners_and_nothing_lies_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "key"
    Sealer(path)
    path.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(path, 65534, 65534)
    add_key(path)
    found = path.stat()
    assert found.st_mode & 0o777 == 0o640 and [each.name for each in tmp_path.iterdir()] == ["key"]
    if os.geteuid() == 0:
        assert (found.st_uid, found.st_gid) == (65534, 65534)
