"""Every way of saying a country: names, nationalities, cities, institutions, currencies.

Names come from CLDR (Babel) in all languages listed here, the rest from ``data/``. They are
found by their latinised key (``phrases``); short keys must also agree letter by letter, since
folding makes "China" and "chin" one key. Misspelled names are looked up here, and the few that
count in capitals only ("US").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

from babel import Locale
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.language.lexicon import DATA, SHARED, load, load_all, words
from bot.language.normalise import latin_word, latinise
from bot.language.phrases import Match, Phrases
from bot.language.tokens import Token, plain_key

Kind = Literal["name", "demonym", "city", "town", "origin_body", "destination_body", "body", "currency"]

# CLDR languages whose country names are known, in order of precedence for a shared key.
CLDR_LANGUAGES: Final = (
    "en", "fr", "ne", "es", "pt", "ar", "am", "sw", "hi", "ur", "bn", "si", "ta", "id", "fil",
    "vi", "it", "tr", "ro", "ru", "de", "th", "my", "km", "ms", "uz", "so", "zh",
)  # fmt: skip
# Languages whose short names are taken; of the others only names of MIN_FOREIGN letters.
_TRUSTED: Final = frozenset({"en", "fr", "ne"})
MIN_FOREIGN: Final = 5
# Groups, and islands that CLDR names but ISO 3166-1 does not.
_NO_COUNTRIES: Final = frozenset(
    ["EU", "UN", "EZ", "ZZ", "QO", "AC", "CP", "CQ", "DG", "EA", "IC", "TA", "XA", "XB"]
)
# Keys up to this length must also match in plain letters.
SHORT: Final = 4
# Spelling mistakes: shortest key that is compared, and where a second mistake is allowed.
MIN_FUZZY: Final = 6
MIN_FUZZY_2: Final = 8
MIN_STEM: Final = 4


@dataclass(frozen=True)
class Sense:
    """One reading of a word: a country (ISO alpha-2) and how the word means it."""

    country: str
    kind: Kind


class Gazetteer:
    """Lookup of country words; built once, then read only."""

    def __init__(self) -> None:
        self._phrases: Phrases[Sense] = Phrases(SHORT)
        self._fuzzy: dict[str, set[str]] = {}
        guards = load(SHARED, "guards")
        self._never: dict[str, set[str]] = {}
        for word in words(guards.get("never"), "guards"):
            self._never.setdefault(latinise(word), set()).add(plain_key(word))
        self.careful = frozenset(latinise(w) for w in words(guards.get("careful"), "guards"))
        self.name_cues = frozenset(latinise(w) for w in words(guards.get("names_after"), "guards"))
        self._stop = {latin_word(word) for word in words(guards.get("stop"), "guards")}
        self._upper: dict[str, Sense] = {}
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
        names: dict[tuple[str, str], str] = {}
        for language in CLDR_LANGUAGES:
            for code, name in Locale(language).territories.items():
                if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES:
                    for form in re.split(r"[()\[\]/]", str(name)):
                        names.setdefault((form, code), language)
        for (form, code), language in names.items():
            trusted = language in _TRUSTED
            shortest = MIN_FOREIGN if not trusted and _is_latin(form) else 1
            self._add(form, Sense(code, "name"), trusted, shortest)

    def _add_towns(self) -> None:
        """Further cities, from the generated file; absent file, none."""
        path = DATA / SHARED / "towns.tsv"
        if not path.exists():
            return
        for line in path.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                code, name = line.split("\t")
                self._add(name, Sense(code, "town"), False)

    def _add(self, form: str, sense: Sense, fuzzy: bool, shortest: int = 1) -> None:
        key = latinise(form)
        if len(key) < shortest or (key in self._never and plain_key(form) in self._never[key]):
            return
        if self._phrases.add(form, sense, key) and fuzzy and len(key) >= MIN_FUZZY and " " not in key:
            self._fuzzy.setdefault(key[0], set()).add(key)

    def knows(self, key: str) -> bool:
        """Whether a latinised key says a country in some way."""
        return key in self._phrases.meanings

    def find(self, said: list[Token], known: frozenset[str]) -> list[Match[Sense]]:
        """Countries said by a list of tokens, in order; ``known`` words are never misspellings."""
        exact: dict[int, Match[Sense]] = {}
        for match in self._phrases.candidates(said):
            if match.first not in exact and self._stands(match, said, known):
                exact[match.first] = match
        hits: list[Match[Sense]] = []
        for index, token in enumerate(said):
            if token.key in self._stop or (hits and index <= hits[-1].last):
                continue
            hit = exact.get(index) or self._misspelled(token, index, known)
            if token.text in self._upper and (not hit or hit.last == index):
                hit = Match(self._upper[token.text], token.key, index, index)
            if hit:
                hits.append(hit)
        return hits

    def _stands(self, match: Match[Sense], said: list[Token], known: frozenset[str]) -> bool:
        """Whether a match is one, seen how the word is written and what ending it carries."""
        last = said[match.last]
        if not match.ending:
            ordinary = match.first == match.last and match.key in known and last.text.isascii()
            return self._phrases.agrees(match, said, strict=ordinary)
        size = match.cut
        shortest = max(MIN_STEM, 6 - size) if last.text.isascii() else MIN_STEM - 1
        native = not last.text.isascii()
        return len(match.key) >= shortest and _takes_ending(match.meaning, match.key, size, native)

    def _misspelled(self, token: Token, index: int, known: frozenset[str]) -> Match[Sense] | None:
        shortest = MIN_FUZZY if token.text.isascii() else MIN_FUZZY_2
        if len(token.key) < shortest or token.key in known:
            return None
        name = self._nearest(token.key)
        return Match(self._phrases.meanings[name], name, index, index) if name else None

    @lru_cache(maxsize=16384)  # noqa: B019 - one gazetteer lives as long as the process
    def _nearest(self, key: str) -> str | None:
        """The one known key within a mistake or two of a word, same first letter; or None."""
        allowed = 2 if len(key) >= MIN_FUZZY_2 else 1
        near = process.extract(
            key, self._fuzzy.get(key[0], ()), scorer=OSA.distance, score_cutoff=allowed, limit=None
        )
        best = sorted((distance, name) for name, distance, _ in near)
        closest = {self._phrases.meanings[name].country for d, name in best if d == best[0][0]}
        return best[0][1] if len(closest) == 1 else None


def _takes_ending(sense: Sense, stem: str, size: int, native: bool) -> bool:
    """Whether a word of that kind and length may carry an ending of ``size`` letters.

    A short city does in its own script alone (दोहामा): in Latin letters too many words look like one.
    """
    if len(stem) <= SHORT and sense.kind != "name" and not (native and sense.kind == "city"):
        return False
    return size > 1 or sense.kind in {"name", "city", "demonym", "town"}


def _is_latin(form: str) -> bool:
    """Whether a name is in Latin letters, with or without marks."""
    return all(ord(char) < 0x250 or 0x1E00 <= ord(char) < 0x1F00 for char in form)


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
