"""Better wording: one message of one language, checked as the catalogues are, exported as a piece of one.

A wording goes live with a release: the catalogues stand in the repository.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import write_po

from bot.answers.catalogues import (
    catalogue_path,
    check_message,
    doubt_message,
    languages_with_catalogue,
    read_catalogue,
)
from bot.answers.translations import DOMAIN, REVIEW_STATES, state_of

MOST_FOUND = 60
MOST_LETTERS = 2_000
_SECOND_READ, _NATIVE = REVIEW_STATES[1], REVIEW_STATES[2]


@dataclass(frozen=True)
class Entry:
    """A message as a catalogue has it."""

    key: str
    context: str | None
    ids: tuple[str, ...]  # English; two for a plural
    strings: tuple[str, ...]
    state: str
    used: str  # where


@dataclass(frozen=True)
class Wording:
    """A proposed wording."""

    language: str
    key: str
    context: str | None
    ids: tuple[str, ...]
    old: tuple[str, ...]
    new: tuple[str, ...]
    native: bool  # its author says that this is their mother tongue

    @property
    def subject(self) -> str:
        """What the proposal is about."""
        return f"{self.language}/{self.key}"

    @property
    def state(self) -> str:
        """How far it is reviewed once somebody else approved it."""
        return _NATIVE if self.native else _SECOND_READ


def languages() -> tuple[str, ...]:
    """Those whose wording can be changed here: English is the source, and is changed in the repository."""
    return languages_with_catalogue()


def entries(language: str) -> dict[str, Entry]:
    """Every message of a language, by key."""
    return _entries(language, catalogue_path(language).stat().st_mtime_ns)


@lru_cache(maxsize=16)
def _entries(language: str, changed: int) -> dict[str, Entry]:
    found = {}
    for message in read_catalogue(language):
        if message.id:
            ids = tuple(message.id) if isinstance(message.id, list | tuple) else (message.id,)
            held = message.string if isinstance(message.string, list | tuple) else (message.string,)
            entry = Entry(
                key_of(message.context, ids[0]), message.context, ids, tuple(str(each) for each in held),
                state_of(message) or "", "; ".join(message.auto_comments),
            )  # fmt: skip
            found[entry.key] = entry
    return found


def key_of(context: str | None, text: str) -> str:
    """A short name of a message that can stand in an address."""
    return hashlib.sha256(f"{context or ''}\x04{text}".encode()).hexdigest()[:16]


def find(language: str, words: str, among: Collection[str] | None = None) -> list[Entry]:
    """Messages that hold all the words, in English or in the language; `among`: only these English texts."""
    wanted = words.casefold().split()
    return [
        entry
        for entry in entries(language).values()
        if (among is None or entry.ids[0] in among)
        and all(word in "\n".join((*entry.ids, *entry.strings)).casefold() for word in wanted)
    ][:MOST_FOUND]


def problems(language: str, entry: Entry, new: Sequence[str]) -> list[str]:
    """What keeps a wording from being taken: nothing there, nothing new, placeholders, too long."""
    if any(len(text) > MOST_LETTERS for text in new):
        return ["This is too long."]
    message, catalogue = _message(entry, new, _NATIVE), read_catalogue(language)
    return [fault.problem for fault in check_message(language, entry.ids[0], message, catalogue)]


def doubts(language: str, entry: Entry, new: Sequence[str]) -> list[str]:
    """What a reviewer should look at: letters of another script, a label too long for its button."""
    message = _message(entry, new, _NATIVE)
    return [fault.problem for fault in doubt_message(language, entry.ids[0], message)]


def _message(entry: Entry | Wording, strings: Sequence[str], state: str) -> Message:
    plural = len(entry.ids) > 1
    return Message(
        entry.ids if plural else entry.ids[0], tuple(strings) if plural else strings[0],
        user_comments=[f"review: {state}"], context=entry.context,
    )  # fmt: skip


def write(wording: Wording) -> str:
    """As it is kept."""
    return json.dumps(asdict(wording), ensure_ascii=False)


def read(document: str) -> Wording:
    """The inverse of `write`."""
    body = json.loads(document)
    lists = {name: tuple(body[name]) for name in ("ids", "old", "new")}
    return Wording(**{**body, **lists})


def released(wording: Wording) -> bool:
    """Whether the catalogue says it already."""
    entry = entries(wording.language).get(wording.key)
    return entry is not None and entry.strings == wording.new


def export(language: str, wordings: Iterable[Wording]) -> str:
    """Approved wordings of one language as a piece of its catalogue, to be put in place of what it has."""
    piece = Catalog(locale=read_catalogue(language).locale, domain=DOMAIN, charset="utf-8", fuzzy=False)
    for each in wordings:
        message = _message(each, each.new, each.state)
        piece.add(message.id, message.string, context=message.context, user_comments=message.user_comments)
    text = io.BytesIO()
    write_po(text, piece, width=110, omit_header=True, sort_output=True)
    return text.getvalue().decode()
