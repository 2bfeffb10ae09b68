"""Type-ahead over countries and sectors: by any name, in any script, while somebody still types.

The words come from the lists of bot/language: countries by their names in every language, nationality,
cities, institutions; sectors by jobs and places of work. They are found by their latinised key, so that
"नेपाल", "Nepal" and "نيبال" begin alike, and a list is asked by the beginning of the key.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from threading import Lock
from typing import Final, Literal

from babel import Locale
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.answers import formats
from bot.answers.formats import SECTOR_NAMES
from bot.answers.translations import translator
from bot.language.lexicon import DATA, SHARED, languages, load, load_all, words
from bot.language.normalise import latinise, nfc
from bot.rules.vocabulary import COUNTRIES, SECTORS

Kind = Literal["country", "sector"]
KINDS: Final = ("country", "sector")
MOST: Final = 8  # suggestions at a time
LONGEST: Final = 60  # letters of a query that are read
_MIN_FUZZY: Final = 5  # letters from which a misspelling is looked for
_SHORT: Final = 4  # keys up to this length say something only if it is written just so
_TINY: Final = 2  # and these must begin it just so
_REGION_CODE: Final = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
_REGION_SHOWN: Final = re.compile(r"(.+) \(([A-Z0-9]{1,3})\)")
_SEEN: Final = 4000  # entries of one beginning that are looked at; "s" alone begins more

# Languages of countries that people come from or go to, beside those of the assistant's own lists.
_FURTHER_LANGUAGES: Final = (
    "ko", "ja", "fa", "ps", "ku", "pa", "gu", "mr", "te", "ml", "kn", "lo", "uk", "pl", "el", "he", "hy",
    "ka", "kk", "ky", "tg", "mn", "nl", "sv", "fi", "hu", "cs", "sr", "bg", "ha", "yo",
)  # fmt: skip

# Nobody comes from there, and their names stand before others: "US Outlying Islands".
_UNINHABITED: Final = frozenset(("AQ", "BV", "GS", "HM", "TF", "UM"))

# How directly a word says what it says; the lower the nearer.
_NAME, _DEMONYM, _CITY, _BODY, _TOWN = range(5)
_JOB, _PLACE, _ACT = range(3)


@dataclass(frozen=True)
class Entry:
    """One way of saying a country or a sector."""

    key: str
    plain: str  # as written, in small letters, to tell "Iran" from "Irak" where their keys agree
    code: str
    rank: int
    form: str


@dataclass(frozen=True)
class Suggestion:
    """Something to choose: its code, its name in the asker's language, and what was taken for it."""

    code: str
    label: str
    note: str = ""  # the word that was recognised, where it is not the label: Doha

    def to_json(self) -> dict[str, str]:
        """As the page's script reads it."""
        return {"value": self.code, "label": self.label, "note": self.note}


@dataclass(frozen=True)
class Resolved:
    """What a typed text stands for: one code, or several to choose from, or nothing."""

    code: str | None = None
    choices: tuple[Suggestion, ...] = ()


class Index:
    """Entries by the beginning of their keys, and of the later words of names."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        placed = {(start, entry) for entry in entries for start in _starts(entry)}
        ordered = sorted(placed, key=lambda item: (item[0], item[1].rank, item[1].form, item[1].code))
        self._starts = [start for start, _ in ordered]
        self._entries = [entry for _, entry in ordered]
        self._fuzzy = sorted({start for start, entry in ordered if entry.rank <= _CITY})

    def beginning(self, key: str) -> list[tuple[str, Entry]]:
        """The entries that begin with a key, each with what of it does."""
        first = bisect_left(self._starts, key)
        last = bisect_left(self._starts, key + "~", lo=first)
        last = min(last, first + _SEEN)
        return list(zip(self._starts[first:last], self._entries[first:last], strict=True))

    def saying(self, key: str) -> list[Entry]:
        """The entries whose whole key it is."""
        return [entry for start, entry in self.beginning(key) if start == key == entry.key]

    def near(self, key: str) -> list[Entry]:
        """The entries within a mistake of a key, or two of a long one."""
        allowed = 1 if len(key) < 9 else 2
        found = process.extract(key, self._fuzzy, scorer=OSA.distance, score_cutoff=allowed, limit=MOST)
        return [entry for start, _, _ in found for begun, entry in self.beginning(start) if begun == start]


def _starts(entry: Entry) -> Iterator[str]:
    """Where a query may begin: at the name, and at each later word of it ("Arabia")."""
    yield entry.key
    if entry.rank == _NAME:
        parts = entry.key.split()
        for place in range(1, len(parts)):
            if len(parts[place]) > 2:
                yield " ".join(parts[place:])


_ONE_AT_A_TIME = Lock()


def _index(kind: str) -> Index:
    with _ONE_AT_A_TIME:  # whoever comes while it is built waits, and does not build it again
        return _built(kind)


@cache
def _built(kind: str) -> Index:
    return Index(_countries() if kind == "country" else _sectors())


def warm_up() -> None:
    """Builds the lists now (a few seconds) rather than while somebody types."""
    for kind in KINDS:
        _index(kind)


def suggest(kind: Kind, query: str, language: str) -> list[Suggestion]:
    """What a text that is being typed may become, the likeliest first."""
    text = query.strip()[:LONGEST]
    if not text:
        return [Suggestion(code, label(kind, code, language)) for code in SECTORS] if kind == "sector" else []
    best: dict[str, Entry] = {}
    for entry in _ranked(kind, text, language):
        best.setdefault(entry.code, entry)
        if len(best) == MOST:
            break
    return [_suggestion(kind, entry, _small(text), language) for entry in best.values()]


def resolve(kind: Kind, text: str, language: str) -> Resolved:
    """What a text that was sent stands for: a code, a name as it is shown, a word of the lists, a near miss.

    One country or sector settles it; more are given back to choose from.
    """
    text = text.strip()[:LONGEST]
    code = text.upper() if kind == "country" else text
    if code in (COUNTRIES if kind == "country" else SECTORS):
        return Resolved(code)
    key, small = latinise(text), _small(text)
    if small in _labels(kind, language):
        return Resolved(_labels(kind, language)[small])
    if not key:
        return Resolved()
    whole = _index(kind).saying(key)
    if kind == "country" and not whole and (region := _region(text, language)):
        return Resolved(region)
    written = [entry for entry in whole if entry.plain == small]
    if text.isascii() and len(key) <= _SHORT:
        whole = written  # folding joins too many short words
    whole = _most_direct(written or whole)
    if len({entry.code for entry in whole}) == 1:
        return Resolved(whole[0].code)
    by_code = {entry.code: _suggestion(kind, entry, small, language) for entry in whole}
    choices = tuple(by_code.values()) or tuple(suggest(kind, text, language))
    return Resolved(choices[0].code) if len(choices) == 1 else Resolved(None, choices)


def _region(text: str, language: str) -> str | None:
    """A part of a country, by its code (CA-QC) or as it is shown: Canada (QC)."""
    if _REGION_CODE.fullmatch(text.upper()) and text[:2].upper() in COUNTRIES:
        return text.upper()
    shown = _REGION_SHOWN.fullmatch(text)
    country = resolve("country", shown[1], language).code if shown else None
    return f"{country}-{shown[2]}" if shown and country else None


@lru_cache(maxsize=32)
def _labels(kind: Kind, language: str) -> dict[str, str]:
    """Codes by what they are called in a language: what a field shows can be sent back as it stands."""
    codes = sorted(COUNTRIES) if kind == "country" else SECTORS
    return {_small(label(kind, code, language)): code for code in codes}


@lru_cache(maxsize=4096)
def label(kind: Kind, code: str, language: str) -> str:
    """What a code is called in a language."""
    t = translator(language)
    if kind == "country":
        return formats.country(code, t)
    name = t.pgettext("sector", SECTOR_NAMES[code])
    return name[:1].upper() + name[1:]


def _ranked(kind: Kind, text: str, language: str) -> list[Entry]:
    """The entries that a text begins, the likeliest first: what is called so by the asker before the rest."""
    key, small = latinise(text), _small(text)
    if not key:
        return []
    index = _index(kind)
    found = index.beginning(key)
    if len(key) <= _TINY:
        most = _CITY if len(key) == _TINY else _NAME  # one letter begins hundreds of cities
        found = [each for each in found if each[1].rank <= most and _begins(each[1].plain, small)]
    if kind == "country" and text.upper() in COUNTRIES:
        found.append((key, Entry(key, small, text.upper(), _DEMONYM, text.upper())))
    if not found:
        return index.near(key) if len(text) >= _MIN_FUZZY and len(key) >= _SHORT else []
    known = {code: _begins(_small(label(kind, code, language)), small) for code in {e.code for _, e in found}}

    def order(item: tuple[str, Entry]) -> tuple[bool, bool, bool, int, bool, int, str]:
        start, entry = item
        exact = entry.plain == small and entry.rank <= _CITY and entry.form != entry.code
        begun = _begins(entry.plain, small)
        return (
            not exact,
            not known[entry.code],
            not begun,
            entry.rank,
            start != entry.key,
            len(start),
            entry.form,
        )

    return [entry for _, entry in sorted(found, key=order)]


def _begins(plain: str, small: str) -> bool:
    """Whether a name, or a later word of it, begins with what was typed."""
    return plain.startswith(small) or f" {small}" in plain


def _most_direct(entries: list[Entry]) -> list[Entry]:
    rank = min((entry.rank for entry in entries), default=0)
    return [entry for entry in entries if entry.rank == rank]


def _suggestion(kind: Kind, entry: Entry, small: str, language: str) -> Suggestion:
    """The choice, with the recognised word beside it where its own name does not show why it is there."""
    name = label(kind, entry.code, language)
    return Suggestion(entry.code, name, "" if _begins(_small(name), small) else entry.form)


def _small(text: str) -> str:
    return " ".join(nfc(text).casefold().split())


# -- the words ------------------------------------------------------------------------------------------


def _entry(form: str, code: str, rank: int) -> Iterator[Entry]:
    key = latinise(form)
    if key and code not in _UNINHABITED and (code in COUNTRIES or code in SECTORS):
        yield Entry(key, _small(form), code, rank, form)


def _countries() -> Iterator[Entry]:
    from bot.language.gazetteer import CLDR_LANGUAGES, expand  # loads spaCy: not while the desk starts

    named = {
        (form.strip(), code): None  # once, though many languages call it so
        for language in (*CLDR_LANGUAGES, *_FURTHER_LANGUAGES)
        for code, name in Locale(language).territories.items()
        if code in COUNTRIES
        for form in (str(name), *re.split(r"[()\[\]/]", str(name)))  # "Myanmar (Burma)", "Myanmar", "Burma"
    }
    for form, code in named:
        yield from _entry(form, code, _NAME)
    for folder in (*languages(), SHARED):
        content = load(folder, "countries")
        yield from _table(content.get("names"), _NAME, folder)
        endings = {name: words(forms, folder) for name, forms in (content.get("endings") or {}).items()}
        for code, forms in (content.get("demonyms") or {}).items():
            for form in words(forms, folder):
                for variant in expand(form, endings):
                    yield from _entry(variant, code, _DEMONYM)
        yield from _table(load(folder, "cities"), _CITY, folder)
        for part in ("origin", "destination", "either"):
            yield from _table(load(folder, "institutions").get(part), _BODY, folder)
    for line in (DATA / SHARED / "towns.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            code, name = line.split("\t")
            yield from _entry(name, code, _TOWN)


def _table(table: dict[str, str] | None, rank: int, where: str) -> Iterator[Entry]:
    for code, forms in (table or {}).items():
        for form in words(forms, where):
            yield from _entry(form, code, rank)


def _sectors() -> Iterator[Entry]:
    for sector, name in SECTOR_NAMES.items():
        for language in languages():
            yield from _entry(translator(language).pgettext("sector", name), sector, _JOB)
    for language, content in load_all("jobs").items():
        for weight, rank in (("job", _JOB), ("place", _PLACE), ("act", _ACT)):
            yield from _table(content.get(weight), rank, language)
