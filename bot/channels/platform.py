"""What every messaging platform looks like to us: pure reading, signing and writing, without a network.

A platform module turns the raw body of a webhook into `Inbound` messages and `Receipt`s, and what is to
be sent into an HTTP `Call`; the connector stores, queues, answers and sends. Nothing here imports Rasa.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal[
    "text", "choice", "location", "voice", "image", "video", "document", "sticker", "contact", "reaction",
    "edited", "deleted", "group", "unsupported", "flood",
]  # fmt: skip


_YEAR_5138 = 1e11


class Malformed(ValueError):
    """A body that is not what the platform sends; its text names the field, never what stood in it."""


@dataclass(frozen=True)
class Inbound:
    """One thing that a person sent. Media are never fetched; only their kind is known."""

    sender: str  # the platform's own id of the person or chat: where the reply goes
    id: str  # the platform's id of the message; each is handled once
    at: float  # when it was sent: seconds since 1970 by the platform's clock
    kind: Kind = "text"
    text: str = ""  # the words; for a choice the whole label of the button
    order: int = 0  # what comes first of two messages of the same second, where the platform numbers them
    place: tuple[float, float] | None = None  # latitude, longitude in degrees
    formerly: str | None = None  # the id that this person had before, when the platform changes it
    token: str = ""  # what a reply needs besides the id (LINE), or what acknowledges a button (Telegram)
    trace: str = ""  # our own id of it in the logs (bot/observability/correlation.py)
    came: float = 0.0  # when we kept it

    def __post_init__(self) -> None:
        """Raises Malformed without a sender or id, or at a time that cannot be."""
        if not self.sender or not self.id:
            raise Malformed("The sender or the id of a message is empty.")
        if not 0 <= self.at < _YEAR_5138:  # false for NaN too
            raise Malformed("The time of a message cannot be.")


@dataclass(frozen=True)
class Receipt:
    """What became of a message that we sent."""

    reference: str  # our own reference, or the platform's id of the message
    failed: bool = False
    code: str = ""  # the platform's error code


@dataclass(frozen=True)
class Choice:
    """A button: its whole label, which pressing it says, and its number from 1."""

    label: str
    number: int


@dataclass(frozen=True)
class Part:
    """One message to send, within the platform's limits."""

    text: str
    choices: tuple[Choice, ...] = ()
    file: Mapping[str, str] | None = None  # name, mime, base64; id, where the platform wants an upload first


@dataclass(frozen=True)
class Call:
    """One HTTP request to the platform."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    form: Sequence[tuple[str, str]] | None = None
    multipart: Sequence[tuple[str, str | tuple[str, bytes, str]]] | None = None  # a file: name, bytes, type
    method: str = "POST"


@dataclass(frozen=True)
class Outcome:
    """What the platform's response means: sent, to be tried again after some seconds, or never."""

    state: Literal["sent", "retry", "dead"]
    id: str = ""  # the platform's id of the message
    after: float = 0.0  # seconds to wait before the next try; 0: as our own back-off has it
    code: str = ""  # the platform's error code, for the dead letters


@dataclass(frozen=True)
class Profile:
    """What a platform can show. Lengths are in characters unless a name says otherwise."""

    text: int  # of one message without buttons
    text_with_buttons: int
    buttons: int  # so many choices stand as buttons
    button: int  # length of a button's label
    rows: int = 0  # so many choices stand in a list, where buttons do not do
    row: int = 0  # length of a row's label
    row_description: int = 0  # length of the line below a row's label
    messages: int = 3  # an answer takes at most so many; the rest comes on request
    segments: int = 0  # SMS: at most so many segments an answer
    numbered: bool = False  # choices as numbered lines in the text
    files: bool = True  # whether a PDF can be sent
    captions: bool = True  # whether words and choices stand beside a file; else it goes alone, before them


class Platform(ABC):
    """A messaging platform, configured."""

    name: str
    profile: Profile
    # A message of a webhook that is older is refused as replayed; platforms retry for days.
    oldest_seconds: float = 7 * 24 * 3600
    per_second: float = 20.0  # sending, to all together
    per_person: float = 3.0  # sending, a second; an answer has up to three messages

    def challenge(self, query: Mapping[str, str]) -> str | None:
        """What to answer to the handshake of a GET request; None refuses it."""
        return None

    @abstractmethod
    def genuine(self, headers: Mapping[str, str], body: bytes, url: str) -> bool:
        """Whether the platform sent this body (compared in constant time). Header names are in lower case;
        `url` is the public address of the webhook, with its query."""

    @abstractmethod
    def read(self, body: bytes) -> list[Inbound | Receipt]:
        """What a genuine body holds, in its order. Raises Malformed; never anything else."""

    @abstractmethod
    def send(self, to: str, part: Part, reference: str, token: str = "") -> Call:
        """The request that sends one part; `reference` is ours, for platforms that give it back."""

    def upload(self, part: Part) -> Call | None:
        """A request to make before a part with a file is sent; its outcome's id then stands in the file."""
        return None

    def acknowledge(self, message: Inbound) -> Call | None:
        """A request to make at once when a message came (a pressed button's spinner), if any."""
        return None

    @abstractmethod
    def outcome(self, status: int, headers: Mapping[str, str], body: bytes) -> Outcome:
        """What a response means. Never raises, whatever the body is."""

    @abstractmethod
    def check(self) -> Call:
        """A request that shows whether the configuration is right (its outcome is `sent` when it is)."""
