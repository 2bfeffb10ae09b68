"""What the assistant says, as the few messages that a platform can show; the rest comes on request.

A text that is too long is cut at a blank line, else at a line, a sentence, a space: never inside a number,
a URL, a bidi isolate or what a reader sees as one letter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import regex

from bot.channels.platform import Choice, Part, Profile
from bot.channels.segments import fits, plain

# An emergency (bot.conversation.emergencies.MAX_LENGTH and its choices) is never cut to save on SMS.
EMERGENCY_SEGMENTS = 8
# Of a Show more button; those of the assistant keep their own, so that a typed number means the same.
MORE_NUMBER = 0


@dataclass(frozen=True)
class Words:
    """What rendering itself has to say, in the person's language."""

    more_button: str  # "Show more"
    reply_more: str  # "Reply MORE for the rest."
    file_elsewhere: str  # "I cannot send the file here."


@dataclass(frozen=True)
class Rendering:
    """What to send now, and the messages to render when the person asks for more."""

    parts: tuple[Part, ...]
    rest: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class _Run:
    """Texts that stand together, and the file that goes with their last part."""

    text: str
    file: Mapping[str, str] | None = None


@dataclass(frozen=True)
class _Ending:
    """What stands at the end of a piece: lines of text, or choices."""

    lines: str = ""
    choices: tuple[Choice, ...] = ()


def render(messages: Sequence[Mapping[str, Any]], profile: Profile, words: Words) -> Rendering:
    """Messages of the assistant as parts within the platform's limits."""
    runs = _runs(messages, profile, words)
    buttons = next((each["buttons"] for each in reversed(messages) if each.get("buttons")), ())
    if buttons and not runs:
        runs = [_Run("")]
    danger = next(filter(None, (_custom(each).get("danger") for each in messages)), None)
    pages = _Pages(profile, words, _choices(buttons), danger is not None)
    parts: list[Part] = []
    last = 1 if profile.segments else profile.messages
    ending = pages.ending(runs)
    while runs and len(parts) < last:
        part, runs, ending = pages.next(runs, ending, len(parts) + 1 == last)
        parts.append(part)
    rest = [{"text": run.text} | _with_custom(run.file, danger) for run in runs]
    if rest and buttons and (ending.lines or ending.choices):
        rest[-1]["buttons"] = list(buttons)
    return Rendering(tuple(parts), tuple(rest))


def cut_label(label: str, most: int) -> str:
    """A label of at most so many characters; what is cut off leaves an ellipsis."""
    if len(label) <= most:
        return label
    kept = ""
    for letter in _LETTER.findall(label):
        if len(kept) + len(letter) > most - 1:
            break
        kept += letter
    return f"{kept.rstrip()}…"


class _Pages:
    """Turns runs into parts, one at a time."""

    def __init__(self, profile: Profile, words: Words, choices: tuple[Choice, ...], emergency: bool) -> None:
        self._profile = profile
        self._words = words
        self._choices = choices
        self._emergency = emergency
        self._segments = max(profile.segments, EMERGENCY_SEGMENTS) if emergency else profile.segments

    def ending(self, runs: Sequence[_Run]) -> _Ending:
        """The choices below the last of these runs: as buttons, else as numbered lines."""
        if not self._choices or not runs:
            return _Ending()
        text = runs[-1].text
        # Buttons must not break an emergency in two, and need a text to stand below.
        cramped = self._emergency and len(text) > self._profile.text_with_buttons
        if text and not cramped and _stand(self._choices, self._profile):
            return _Ending(choices=self._choices)
        return _Ending("\n".join(f"{choice.number}. {choice.label}" for choice in self._choices))

    def next(self, runs: list[_Run], ending: _Ending, last: bool) -> tuple[Part, list[_Run], _Ending]:
        """The next part, the runs left and their ending; `last` says that no other part follows."""
        run, others = runs[0], runs[1:]
        if run.file and others and last and not self._profile.captions:
            more = self._more(_Ending())
            return self._part(self._words.reply_more, more.choices), runs, ending
        below = _Ending() if others else ending
        whole = _joined(run.text, below.lines)
        rich = bool(below.choices or run.file)
        if not (others and last) and self._holds(whole, rich):
            return self._part(whole, below.choices, run.file), others, ending
        more = self._more(ending) if last else _Ending()
        if others and self._holds(_joined(whole, more.lines), bool(more.choices or run.file)):
            return self._part(_joined(whole, more.lines), more.choices, run.file), others, ending
        # What would fit but for its buttons or file leaves a text for them to stand with.
        tight = bool(more.choices) or (rich and self._holds(whole, rich=False))
        start = len(whole) - len(below.lines)
        kept = [(start, len(whole))] if below.lines and self._holds(below.lines, rich=False) else []
        end, begin = _cut(whole, lambda text: self._holds(_joined(text, more.lines), tight), kept)
        part = self._part(_joined(whole[:end], more.lines), more.choices)
        if below.lines and begin > start:  # too long for one piece: the lines go on as text
            return part, [_Run(whole[begin:], run.file)], _Ending()
        left = _Run(whole[begin : len(run.text)], run.file)
        return part, [left, *others], ending

    def _more(self, ending: _Ending) -> _Ending:
        """What says how to get the rest."""
        if self._profile.numbered or not (self._profile.buttons or self._profile.rows):
            return _Ending(self._words.reply_more)
        more = Choice(self._words.more_button, MORE_NUMBER)
        own = tuple(choice for choice in ending.choices if choice.label != more.label)
        return _Ending(choices=(more, *own) if _stand((more, *own), self._profile) else (more,))

    def _holds(self, text: str, rich: bool) -> bool:
        """Whether a part can hold the text; `rich` is one with buttons or a file."""
        shown = self._shown(text)
        most = self._profile.text_with_buttons if rich else self._profile.text
        return len(shown) <= most and (not self._segments or fits(shown, self._segments))

    def _part(self, text: str, choices: tuple[Choice, ...], file: Mapping[str, str] | None = None) -> Part:
        return Part(self._shown(text), choices, file)

    def _shown(self, text: str) -> str:
        return plain(text) if self._profile.segments else text


def _runs(messages: Iterable[Mapping[str, Any]], profile: Profile, words: Words) -> list[_Run]:
    """The texts, joined up to each file."""
    runs, texts = [], []
    for message in messages:
        texts.append(str(message.get("text") or "").strip())
        file = _custom(message).get("file")
        if file and profile.files and not profile.captions:
            runs.append(_Run("", file))
        elif file and profile.files:
            runs.append(_Run(_joined(*texts), file))
            texts = []
        elif file:
            texts.append(words.file_elsewhere)
    left = _joined(*texts)
    return [*runs, _Run(left)] if left else runs


def _custom(message: Mapping[str, Any]) -> Mapping[str, Any]:
    return message.get("custom") or {}


def _with_custom(file: Mapping[str, str] | None, danger: str | None) -> dict[str, Any]:
    custom = ({"file": dict(file)} if file else {}) | ({"danger": danger} if danger else {})
    return {"custom": custom} if custom else {}


def _choices(buttons: Iterable[Mapping[str, Any]]) -> tuple[Choice, ...]:
    return tuple(
        Choice(str(button["title"]), int(button.get("number") or place))
        for place, button in enumerate(buttons, 1)
    )


def _stand(choices: Sequence[Choice], profile: Profile) -> bool:
    """Whether choices can be buttons or rows of a list, with labels that look different."""
    if profile.numbered or len(choices) > max(profile.buttons, profile.rows):
        return False
    most = profile.button if len(choices) <= profile.buttons else profile.row
    return len({cut_label(choice.label, most) for choice in choices}) == len(choices)


def _joined(*texts: str) -> str:
    return "\n\n".join(filter(None, texts))


# --- Where a text may be cut -----------------------------------------------------------------------

_SPACE = r"[^\S\n]"
# Digits with what may stand between them: +974 (0)40 28 88 88, 1,000.50, 12/02/2017, 08:00–17:00.
_NUMBER = rf"(?>[+(]*\d+(?:{_SPACE}?[.,:/'’()–-]?{_SPACE}?\d+)*+)"
_WORD = r"[\p{L}\p{M}]+"
_NEVER = tuple(
    regex.compile(pattern)
    for pattern in (
        _NUMBER,
        r"(?:https?://|www\.)\S+|[^\s@]+@[^\s@]+",
        rf"\p{{Lu}}{{3}}{_SPACE}{_NUMBER}|{_NUMBER}{_SPACE}(?:%|\p{{Lu}}{{3}}\b)",  # QAR 1,000; 10 %
        rf"\b\d{{1,2}}(?:{_SPACE}[^\s\d]+){{1,3}}{_SPACE}\d{{4}}\b",  # 12 de febrero de 2017
    )
)
# Better not: 7 days, art. 67, the mark of a list and its first word.
_RATHER_NOT = tuple(
    regex.compile(pattern, regex.MULTILINE)
    for pattern in (
        rf"{_WORD}\.?{_SPACE}{_NUMBER}",
        rf"{_NUMBER}{_SPACE}{_WORD}",
        rf"^{_SPACE}*(?:\d+\.|[•*-]){_SPACE}+\S+",
    )
)
_ISOLATES = regex.compile("([\u2066-\u2068])|\u2069")
# Where to cut, the best first, and how much of the room must be used for it.
_BREAKS = (
    (regex.compile(r"\s*\n\s*\n\s*"), 0.5),
    (regex.compile(r"\s*\n\s*"), 0.5),
    (regex.compile(r"(?<=[.?!।॥۔؟።…][\p{Pe}\p{Pf}\"'\u2069]*)\s+(?=[^\p{Ll}\d])"), 0.3),
    (regex.compile(r"\s+"), 0.0),
)
_SPACES = _BREAKS[-1:]
_AHEAD = 300  # characters beyond the cut that can matter for it: longer than any number or URL we say
# What is seen as one letter; conjuncts of Indic scripts are held together by their virama.
_LETTER = regex.compile(r"(?:\X(?<=\p{ccc=9}\u200d?))*\X")


def _cut(text: str, holds: Callable[[str], bool], kept: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """Where the first piece of a text ends and where the next begins; there is always something of both.

    The first piece is what `holds` takes; `kept` are stretches that stay whole while they can.
    """
    most = _longest(text, holds)
    seen = most + _AHEAD
    never = [match.span() for pattern in _NEVER for match in pattern.finditer(text, 0, seen)]
    hard = _inside(seen, (*never, *_isolates(text)))
    rather = [match.span() for pattern in _RATHER_NOT for match in pattern.finditer(text, 0, seen)]
    soft = bytes(map(max, hard, _inside(seen, (*rather, *kept))))
    free = bytes(seen + 1)
    return (
        _at_break(text, most, _BREAKS, soft)
        or _at_break(text, most, _SPACES, hard)
        or _between_letters(text, most, hard)
        or _at_break(text, most, _SPACES, free)
        or _between_letters(text, most, free)
        or (max(most, 1), max(most, 1))
    )


def _longest(text: str, holds: Callable[[str], bool]) -> int:
    """The length of the longest beginning that fits, which is never all."""
    low, high = 0, min(128, len(text) - 1)
    while high < len(text) - 1 and holds(text[:high]):
        low, high = high, min(2 * high, len(text) - 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(text[:middle]) else (low, middle - 1)
    return low


def _isolates(text: str) -> Iterable[tuple[int, int]]:
    """The outermost bidi isolates that are closed."""
    opened: list[int] = []
    for match in _ISOLATES.finditer(text):
        if match[1]:
            opened.append(match.start())
        elif opened:
            yield opened.pop(), match.end()


def _inside(length: int, spans: Iterable[tuple[int, int]]) -> bytes:
    """For each place between two of so many characters, whether it is inside one of the spans."""
    found = bytearray(length + 1)
    for start, end in spans:
        first, beyond = start + 1, min(end, length + 1)
        found[first:beyond] = b"\1" * max(0, beyond - first)
    return bytes(found)


def _at_break(
    text: str, most: int, breaks: Iterable[tuple[regex.Pattern[str], float]], inside: bytes
) -> tuple[int, int] | None:
    """The last white space of the best kind that ends a piece long enough."""
    for pattern, share in breaks:
        found = [match.span() for match in pattern.finditer(text, 0, most + 1) if not inside[match.start()]]
        fit = [(start, end) for start, end in found if max(1, share * most) <= start <= most]
        if fit:
            start = fit[-1][0]
            return start, len(text) - len(text[start:].lstrip())
    return None


def _between_letters(text: str, most: int, inside: bytes) -> tuple[int, int] | None:
    """The last place between two letters."""
    places = (match.end() for match in _LETTER.finditer(text, 0, most + _AHEAD))
    place = max((each for each in places if each <= most and not inside[each]), default=None)
    return (place, place) if place else None
