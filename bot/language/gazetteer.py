"""Every way of saying a country: names, nationalities, cities, institutions, currencies.

Names come from CLDR (Babel) in all languages listed here, the rest from ``data/``. Words
are looked up by their latinised key; short keys must also agree letter by letter, since
folding makes "China" and "chin" one key.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

from anyascii import anyascii
from babel import Locale
from rapidfuzz.distance import OSA

from bot.language.lexicon import DATA, SHARED, load, load_all, words
from bot.language.normalise import WORD, latin_word, nfc

Kind = Literal[
    "name", "demonym", "city", "town", "origin_body", "destination_body", "body", "currency"
]

# CLDR languages whose country names are known, in order of precedence for a shared key.
CLDR_LANGUAGES: Final = (
    "en", "fr", "ne", "es", "pt", "ar", "am", "sw", "hi", "ur", "bn", "si", "ta", "id", "fil",
    "vi", "it", "tr", "ro", "ru", "de", "th", "my", "km", "ms", "uz", "so", "zh",
)  # fmt: skip
# Languages whose short names are taken; of the others only names of MIN_FOREIGN letters.
_TRUSTED: Final = frozenset({"en", "fr", "ne"})
MIN_FOREIGN: Final = 5
# Keys up to this length must also match in plain letters.
SHORT: Final = 4
MAX_WORDS: Final = 5
# Spelling mistakes: shortest key that is compared, and where a second mistake is allowed.
MIN_FUZZY: Final = 6
MIN_FUZZY_2: Final = 8
MIN_STEM: Final = 4


@dataclass(frozen=True)
class Sense:
    """One reading of a word: a country (ISO alpha-2) and how the word means it."""

    country: str
    kind: Kind


@dataclass(frozen=True)
class Token:
    """A word of a message with its place in the original text and its latinised key."""

    text: str
    start: int
    end: int
    key: str


@dataclass(frozen=True)
class Hit:
    """Tokens ``first`` to ``last`` (inclusive) said a country; ``suffix`` was cut off."""

    sense: Sense
    first: int
    last: int
    suffix: str = ""


def tokens(text: str) -> list[Token]:
    """The words of a text that have a latinised key, with offsets in the text."""
    found = (Token(m[0], m.start(), m.end(), latin_word(m[0])) for m in WORD.finditer(text))
    return [token for token in found if token.key]


def plain(word: str) -> str:
    """Lower-case ASCII letters and digits of a word, without folding."""
    return re.sub(r"[^a-z0-9]+", "", anyascii(nfc(word)).lower())


def key_of(name: str) -> str:
    """The latinised key of a name of one or more words."""
    return " ".join(token.key for token in tokens(name))


class Gazetteer:
    """Lookup of country words; built once, then read only."""

    def __init__(self) -> None:
        self._senses: dict[str, Sense] = {}
        self._plain: dict[str, set[str]] = {}
        self._longest: dict[str, int] = {}  # words, by first word
        self._fuzzy: dict[str, list[str]] = {}
        guards = load(SHARED, "guards")
        self._never = {plain_key(word) for word in words(guards.get("never"), "guards")}
        self.careful = frozenset(key_of(w) for w in words(guards.get("careful"), "guards"))
        self.name_cues = frozenset(key_of(w) for w in words(guards.get("names_after"), "guards"))
        self._stop = {latin_word(word) for word in words(guards.get("stop"), "guards")}
        self._upper: dict[str, Sense] = {}
        self._suffixes: dict[str, str] = {}
        self._fill()

    def _fill(self) -> None:
        shared = load(SHARED, "countries")
        self._add_table(shared.get("names"), "name", "shared/countries")
        for code, forms in shared.get("upper", {}).items():
            self._upper.update({form: Sense(code, "name") for form in words(forms, "upper")})
        for language, content in load_all("countries").items():
            self._add_table(content.get("names"), "name", language)
            self._add_demonyms(language, content)
        bodies = load(SHARED, "institutions")
        self._add_table(bodies.get("origin"), "origin_body", "institutions")
        self._add_table(bodies.get("destination"), "destination_body", "institutions")
        self._add_table(bodies.get("either"), "body", "institutions")
        self._add_table(load(SHARED, "cities"), "city", "cities")
        self._add_table(load(SHARED, "currencies").get("countries"), "currency", "currencies")
        self._add_cldr()
        self._add_towns()
        self._add_suffixes()

    def _add_table(self, table: Any, kind: Kind, where: str) -> None:
        for code, forms in (table or {}).items():
            for form in words(forms, f"{where} {code}"):
                self._add(form, Sense(code, kind), kind in {"name", "city"})

    def _add_demonyms(self, language: str, content: dict[str, Any]) -> None:
        endings = {k: words(v, language) for k, v in (content.get("endings") or {}).items()}
        for code, forms in (content.get("demonyms") or {}).items():
            for form in words(forms, f"{language} {code}"):
                for variant in expand(form, endings):
                    self._add(variant, Sense(code, "demonym"), True)

    def _add_cldr(self) -> None:
        for language in CLDR_LANGUAGES:
            for code, name in Locale(language).territories.items():
                if len(code) == 2 and code.isalpha() and code not in {"EU", "UN", "EZ", "ZZ", "QO"}:
                    self._add_cldr_name(language, code, str(name))

    def _add_cldr_name(self, language: str, code: str, name: str) -> None:
        for form in re.split(r"[()\[\]/]", name):
            key = key_of(form)
            trusted = language in _TRUSTED or (not form.isascii() and not anyascii_latin(form))
            if key and (trusted or len(key) >= MIN_FOREIGN):
                self._add(form, Sense(code, "name"), language in _TRUSTED)

    def _add_towns(self) -> None:
        """Further cities, from the generated file; absent file, none."""
        path = DATA / SHARED / "towns.tsv"
        if not path.exists():
            return
        for line in path.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                code, name = line.split("\t")
                self._add(name, Sense(code, "town"), False)

    def _add_suffixes(self) -> None:
        for language, content in load_all("affixes").items():
            for suffix in words(content.get("suffixes"), language):
                for variant in endings_of(suffix):
                    self._suffixes.setdefault(variant, latin_word(suffix))

    def _add(self, form: str, sense: Sense, fuzzy: bool) -> None:
        form = form.strip()
        key = key_of(form)
        if not key or plain_key(form) in self._never:
            return
        if key in self._senses and self._senses[key] != sense:
            return
        self._senses[key] = sense
        self._plain.setdefault(key, set()).add(plain_key(form))
        parts = key.split()
        self._longest[parts[0]] = max(self._longest.get(parts[0], 1), len(parts))
        if fuzzy and len(key) >= MIN_FUZZY and " " not in key:
            bucket = self._fuzzy.setdefault(key[0], [])
            if key not in bucket:
                bucket.append(key)

    def knows(self, key: str) -> bool:
        """Whether a latinised key says a country in some way."""
        return key in self._senses

    def find(self, said: list[Token], known: frozenset[str]) -> list[Hit]:
        """Countries said by a list of tokens, in order; ``known`` words are never misspellings."""
        hits: list[Hit] = []
        position = 0
        while position < len(said):
            hit = self._at(said, position, known)
            if hit is None:
                position += 1
            else:
                hits.append(hit)
                position = hit.last + 1
        return hits

    def _at(self, said: list[Token], first: int, known: frozenset[str]) -> Hit | None:
        if said[first].key in self._stop:
            return None
        longest = min(self._longest.get(said[first].key, 1), MAX_WORDS, len(said) - first)
        for count in range(longest, 0, -1):
            part = said[first : first + count]
            sense = self._lookup(part, known)
            if sense:
                return Hit(sense, first, first + count - 1)
            if len(part[-1].key) >= 3 and (cut := self._cut(part)):
                return Hit(cut[0], first, first + count - 1, cut[1])
        return self._misspelled(said[first], first, known)

    def _lookup(self, part: list[Token], known: frozenset[str]) -> Sense | None:
        if len(part) == 1 and part[0].text in self._upper:
            return self._upper[part[0].text]
        key = " ".join(token.key for token in part)
        sense = self._senses.get(key)
        ordinary = len(part) == 1 and key in known and part[0].text.isascii()
        if sense and (len(key) <= SHORT or ordinary):
            exact = "".join(plain(token.text) for token in part)
            return sense if exact in self._plain[key] else None
        return sense

    def _cut(self, part: list[Token]) -> tuple[Sense, str] | None:
        """The sense of a word that carries a case ending, and the ending."""
        last = part[-1].key
        for size in range(1, min(8, len(last) - 2)):
            suffix = last[-size:]
            if suffix not in self._suffixes:
                continue
            shortest = max(MIN_STEM, 6 - size) if part[-1].text.isascii() else MIN_STEM - 1
            key = " ".join([token.key for token in part[:-1]] + [last[:-size]])
            for stem in (key, key + "a", re.sub(r"a$", "", key)):
                sense = self._senses.get(stem)
                if sense and len(stem) >= shortest and _takes_ending(sense, stem, size):
                    return sense, self._suffixes[suffix]
        return None

    def _misspelled(self, token: Token, index: int, known: frozenset[str]) -> Hit | None:
        if len(token.key) < MIN_FUZZY or token.key in known:
            return None
        if not token.text.isascii() and len(token.key) < MIN_FUZZY_2:
            return None
        stem_key = self._nearest(token.key)
        return Hit(self._senses[stem_key], index, index) if stem_key else None

    @lru_cache(maxsize=16384)  # noqa: B019 - one gazetteer lives as long as the process
    def _nearest(self, key: str) -> str | None:
        """The one known key within a mistake or two of a word, same first letter; or None."""
        allowed = 2 if len(key) >= MIN_FUZZY_2 else 1
        best: list[tuple[int, str]] = []
        for candidate in self._fuzzy.get(key[0], ()):
            if abs(len(candidate) - len(key)) <= allowed:
                distance = OSA.distance(key, candidate, score_cutoff=allowed)
                if distance <= allowed:
                    best.append((distance, candidate))
        best.sort()
        if not best:
            return None
        closest = {self._senses[name].country for d, name in best if d == best[0][0]}
        return best[0][1] if len(closest) == 1 else None


def _takes_ending(sense: Sense, stem: str, size: int) -> bool:
    """Whether a word of that kind and length may carry an ending of ``size`` letters."""
    if len(stem) <= SHORT and sense.kind != "name":
        return False
    return size > 1 or sense.kind in {"name", "city", "demonym", "town"}


def endings_of(suffix: str) -> set[str]:
    """A case ending as it stands at the end of a latinised word: a final "a" is dropped.

    Of one-letter endings only "m" is safe (the Nepali locative, much the commonest).
    """
    key = latin_word(suffix)
    dropped = key[:-1] if key.endswith("a") and (len(key) > 2 or key == "ma") else key
    return {key, dropped}


def anyascii_latin(form: str) -> bool:
    """Whether a name is in Latin letters, with or without marks."""
    return all(ord(char) < 0x250 or 0x1E00 <= ord(char) < 0x1F00 for char in form)


def plain_key(form: str) -> str:
    """The plain letters of all words of a form, joined."""
    return "".join(plain(match) for match in WORD.findall(form))


def expand(form: str, endings: dict[str, list[str]]) -> list[str]:
    """A word and its variants: the longest matching ending replaced by each of its list."""
    for ending in sorted(endings, key=len, reverse=True):
        if form.endswith(ending):
            stem = form[: -len(ending)]
            return [form, *(stem + variant for variant in endings[ending])]
    return [form]


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """The one gazetteer of the process."""
    return Gazetteer()
