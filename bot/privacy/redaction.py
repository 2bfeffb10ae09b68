"""Takes out of a text what may name a person: numbers, addresses, and the name after "my name is".

For texts whose words are not needed as they were. What law and work need stays: sums of money, dates, short
numbers (help lines, articles), numbers of laws. In doubt a number goes. It finds no name that stands
anywhere else: no library tells names in sixteen languages, two scripts and no capitals.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

from bot.language.normalise import plain_digits
from bot.language.quantities import quantities
from bot.language.scope import Scope, everything
from bot.language.tokens import tokens
from bot.privacy.introductions import introduced

EMAIL, LINK, NUMBER, NAME = "[e-mail]", "[link]", "[number]", "[name]"
FEWEST_DIGITS: Final = 7
"""So many digits make a telephone number, a card or an identity document; the longest help line has six."""


class Span(NamedTuple):
    """A part of a text that goes, and what stands for it."""

    start: int
    end: int
    mark: str


_EMAIL: Final = re.compile(r"[\w.+%-]+\s?@\s?[\w-]+(?:\.[\w-]+)+")
_LINK: Final = re.compile(
    r"(?:https?://|www\.|wa\.me/|t\.me/|m\.me/|(?:fb|facebook|instagram|tiktok)\.com/)\S+|(?<![\w@])@\w{3,}",
    re.IGNORECASE,
)
_DIGITS: Final = re.compile(r"\+?\(?\d(?:[\s().\-\u2010-\u2015/\u00a0\u202f]{0,3}\d){6,}")
_IBAN: Final = re.compile(
    r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)", re.IGNORECASE
)
_DOCUMENT: Final = re.compile(r"(?<!\w)(?:[A-Za-z]{1,3}-?|[A-Z]{1,3} )\d{6,9}[A-Za-z]?(?!\w)")
_DAY, _MONTH, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19|20)\d\d"
_DATE: Final = re.compile(f"{_DAY}[-/.]{_MONTH}[-/.]{_YEAR}|{_YEAR}[-/.]{_MONTH}[-/.]{_DAY}")
_LAW_NUMBER: Final = re.compile(r"(?:(?:19|20)\d\d[-/]\d{1,4}|\d{1,4}[-/](?:19|20)\d\d)")
_LAW_BEFORE: Final = re.compile(
    r"(?:\b(?:law|act|decree|directive|regulation|proclamation|order|no|nr|loi|d[ée]cret|directiva|ley|decreto"
    r"|lei|portaria|undang-undang|uu|pp|permen\w*|luật|nghị định|thông tư|sheria|batas)\b|n[°º]|№"
    r"|قانون|مرسوم|قرار|رقم|ऐन|कानून|क़ानून|अधिनियम|আইন|சட்டம்|පනත|አዋጅ)[^\d\n]{0,25}$",
    re.IGNORECASE,
)
_DONG: Final = re.compile(r"[1-9]\d{0,2}(?:[., ]?\d{3})*\s?(?:đồng|vnđ|đ|₫)(?!\w)", re.IGNORECASE)
_NO_SUM: Final = re.compile(r"[^\d+]*(?:\+|0\d{4})")  # telephone numbers begin so
_BEFORE = 60  # letters in which the word for a law is looked for


def redact(text: str, read: Scope | None = None, keep: Collection[str] = (), mark: str | None = None) -> str:
    """The text without what may name a person.

    `read`: the languages whose words for money are known, all by default. `keep`: numbers that stay although
    they are long, such as those of help lines, as digits alone. `mark`: stands for everything that went; by
    default each kind has its own.

    >>> redact("My name is Sita Rai, call +977 981-2345678 about my 1500 riyal")
    'My name is [name], call [number] about my 1500 riyal'
    """
    spans = sorted(_spans(text, read, frozenset(keep)))
    parts, at = [], 0
    for span in spans:
        if span.start >= at:
            parts += [text[at : span.start], span.mark if mark is None else mark]
        at = max(at, span.end)
    return "".join([*parts, text[at:]])


def _spans(text: str, read: Scope | None, keep: frozenset[str]) -> Iterator[Span]:
    plain = plain_digits(text)
    for pattern, mark in ((_EMAIL, EMAIL), (_LINK, LINK)):
        yield from (Span(*found.span(), mark) for found in pattern.finditer(plain))
    for start, end in introduced(text):
        yield Span(start, end, NAME)
    yield from (Span(*each.span(), NUMBER) for each in _IBAN.finditer(plain) if is_iban(each[0]))
    long = [each for each in _DIGITS.finditer(plain) if _only_digits(each[0]) not in keep]
    numbers = [*long, *_DOCUMENT.finditer(plain)]
    if numbers:
        stays = _needed(text, plain, read)
        for number in numbers:
            if not any(start <= number.start() and number.end() <= end for start, end in stays):
                yield Span(*number.span(), NUMBER)


def _needed(text: str, plain: str, read: Scope | None) -> list[tuple[int, int]]:
    """Where sums, dates and numbers of laws stand."""
    said = quantities(text, tokens(text), read or everything())
    found = [(each.start, each.end) for each in said if not _NO_SUM.match(plain[each.start : each.end])]
    found += [each.span() for pattern in (_DATE, _DONG) for each in pattern.finditer(plain)]
    for number in _LAW_NUMBER.finditer(plain):
        if _LAW_BEFORE.search(plain[max(0, number.start() - _BEFORE) : number.start()]):
            found.append(number.span())
    return found


def is_iban(text: str) -> bool:
    """Whether the check digits of an account number fit.

    >>> is_iban("GB82 WEST 1234 5698 7654 32")
    True
    """
    plain = text.replace(" ", "").upper()
    return int("".join(str(int(each, 36)) for each in plain[4:] + plain[:4])) % 97 == 1


def _only_digits(text: str) -> str:
    return re.sub(r"\D", "", text)
