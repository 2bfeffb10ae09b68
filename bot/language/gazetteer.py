"""Every way of saying a country: names, nationalities, cities, institutions, currencies.

Names come from CLDR (Babel) in all languages listed here, the rest from ``data/``. They are
found by their latinised key (``phrases``); short keys must also agree letter by letter, since
folding makes "China" and "chin" one key. Misspelled names are looked up here, and the few that
count in capitals only ("US").
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any, Final, Literal

from babel import Locale
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.language.lexicon import DATA, SHARED, load, words
from bot.language.normalise import latinise
from bot.language.phrases import Match, Phrases, keys_of
from bot.language.scope import Scope, by_scope
from bot.language.tokens import Token, plain, plain_key

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
MIN_FUZZY_2: Final = 10
MIN_STEM: Final = 4
# Shortest key after a particle written on the word, in a script of its own.
SHORT_NATIVE: Final = 3


@dataclass(frozen=True)
class Sense:
    """One reading of a word: a country (ISO alpha-2) and how the word means it."""

    country: str
    kind: Kind


class Names:
    """The country words of one language, or those shared by all; built once, then read only."""

    def __init__(self, folder: str) -> None:
        self.phrases: Phrases[Sense] = Phrases(SHORT)
        self.fuzzy: dict[str, set[str]] = {}
        self.upper: dict[str, Sense] = {}
        guards = load(folder, "guards")
        self.careful, self.name_cues, self.stop = (
            frozenset(latinise(word) for word in words(guards.get(name), f"{folder}/guards.yml {name}"))
            for name in ("careful", "names_after", "stop")
        )
        self.never: dict[str, set[str]] = {}
        for word in words(guards.get("never"), f"{folder}/guards.yml never"):
            self.never.setdefault(latinise(word), set()).add(plain_key(word))
        self._fill(folder)

    def _fill(self, folder: str) -> None:
        countries = load(folder, "countries")
        self._add_table(countries.get("names"), "name", f"{folder}/countries.yml")
        for code, forms in countries.get("upper", {}).items():
            self.upper.update({form: Sense(code, "name") for form in words(forms, "upper")})
        self._add_demonyms(folder, countries)
        bodies = load(folder, "institutions")
        self._add_table(bodies.get("origin"), "origin_body", f"{folder}/institutions.yml")
        self._add_table(bodies.get("destination"), "destination_body", f"{folder}/institutions.yml")
        self._add_table(bodies.get("either"), "body", f"{folder}/institutions.yml")
        self._add_table(load(folder, "cities"), "city", f"{folder}/cities.yml")
        money = load(folder, "currencies").get("countries")
        self._add_table(money, "currency", f"{folder}/currencies.yml")
        if folder == SHARED:
            self._add_cldr(CLDR_LANGUAGES, MIN_FOREIGN)
            self._add_towns()
        elif folder in CLDR_LANGUAGES:
            self._add_cldr((folder,), 1)

    def _add_table(self, table: Any, kind: Kind, where: str) -> None:
        for code, forms in (table or {}).items():
            for form in words(forms, f"{where} {code}"):
                self._add(form, Sense(code, kind), kind in {"name", "city"})

    def _add_demonyms(self, language: str, content: dict[str, Any]) -> None:
        endings = {k: words(v, language) for k, v in (content.get("endings") or {}).items()}
        for code, forms in (content.get("demonyms") or {}).items():
            for form in words(forms, f"{language}/countries.yml {code}"):
                for variant in expand(form, endings):
                    self._add(variant, Sense(code, "demonym"), True)

    def _add_cldr(self, languages: tuple[str, ...], shortest: int) -> None:
        """Names of countries; those in Latin letters must have ``shortest`` letters."""
        names: dict[tuple[str, str], str] = {}
        for language in languages:
            for code, name in Locale(language).territories.items():
                if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES:
                    for form in re.split(r"[()\[\]/]", str(name)):
                        names.setdefault((form, code), language)
        for (form, code), language in names.items():
            trusted = shortest == 1 or language in _TRUSTED
            least = 1 if trusted or not _is_latin(form) else shortest
            self._add(form, Sense(code, "name"), trusted, least)

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
        if len(key) < shortest or (key in self.never and plain_key(form) in self.never[key]):
            return
        if self.phrases.add(form, sense, key) and fuzzy and len(key) >= MIN_FUZZY and " " not in key:
            self.fuzzy.setdefault(key[0], set()).add(key)


@cache
def _names(folder: str) -> Names:
    return Names(folder)


class Gazetteer:
    """Lookup of country words in the lists of some languages, before those shared by all."""

    def __init__(self, read: Scope) -> None:
        self._read = read
        self._tables = [_names(folder) for folder in (*read, SHARED)]
        self.careful = frozenset[str]().union(*(table.careful for table in self._tables))
        self.name_cues = frozenset[str]().union(*(table.name_cues for table in self._tables))
        self._stop = frozenset[str]().union(*(table.stop for table in self._tables))
        self._upper = {form: sense for table in self._tables for form, sense in table.upper.items()}

    def knows(self, key: str) -> bool:
        """Whether a latinised key says a country in some way."""
        return any(key in table.phrases.meanings for table in self._tables)

    def find(self, said: list[Token], known: frozenset[str]) -> list[Match[Sense]]:
        """Countries said by a list of tokens, in order; ``known`` words are never misspellings."""
        exact: dict[int, Match[Sense]] = {}
        for match in self._candidates(said, known):
            exact.setdefault(match.first, match)
        hits: list[Match[Sense]] = []
        for index, token in enumerate(said):
            if token.key in self._stop or (hits and index <= hits[-1].last):
                continue
            hit = exact.get(index) or self._misspelled(token, index, known)
            if token.text in self._upper and (not hit or hit.last == index):
                hit = Match(self._upper[token.text], token.key, index, index)
            if hit:
                hits.append(hit)
        return _joined(hits, said)

    def _candidates(self, said: list[Token], known: frozenset[str]) -> list[Match[Sense]]:
        """Every match that is one: the longest first, an earlier language's before a later one's.

        A word that a language says is never a country stays none in the lists after it.
        """
        found: list[tuple[tuple[int, int, int], bool, int, Match[Sense]]] = []
        never: list[Names] = []
        keys = keys_of(said, self._read)
        for rank, table in enumerate(self._tables):
            for match in table.phrases.candidates(keys):
                barred = any(_bars(earlier, match, said) for earlier in never)
                if not barred and self._stands(table, match, said, known):
                    # "Saudi" is the country before it is the nationality.
                    found.append((match.order, match.meaning.kind == "demonym", rank, match))
            never.append(table)
        return [match for *_, match in sorted(found, key=lambda item: item[:3])]

    @staticmethod
    def _stands(table: Names, match: Match[Sense], said: list[Token], known: frozenset[str]) -> bool:
        """Whether a match is one, seen how the word is written and what it carries."""
        last = said[match.last]
        if match.meaning.kind == "town" and (match.cut or not _is_latin(last.text)):
            return False  # the list of towns is in Latin letters
        if not match.cut:
            ordinary = match.first == match.last and match.key in known and last.text.isascii()
            return table.phrases.agrees(match, said, strict=ordinary)
        if match.prefix:
            native = not said[match.first].text.isascii()
            return len(match.key) >= (SHORT_NATIVE if native else MIN_FUZZY)
        native = not last.text.isascii()
        shortest = MIN_STEM - 1 if native else max(MIN_STEM, 6 - match.cut)
        return len(match.key) >= shortest and _takes_ending(match.meaning, match.key, match.cut, native)

    def _misspelled(self, token: Token, index: int, known: frozenset[str]) -> Match[Sense] | None:
        shortest = MIN_FUZZY if token.text.isascii() else MIN_FUZZY_2
        if len(token.key) < shortest or token.key in known:
            return None
        nearest = self._nearest(token.key, token.text.isascii())
        return Match(nearest[1], nearest[0], index, index) if nearest else None

    @lru_cache(maxsize=1024)  # noqa: B019 - a gazetteer lives as long as the process
    def _nearest(self, key: str, plain_letters: bool) -> tuple[str, Sense] | None:
        """The one known key within a mistake or two of a word, same first letter; or None.

        A word in a script of its own is compared with its languages' names alone, and one mistake is
        all it may hold: without its vowels it is like too many others.
        """
        allowed = 2 if plain_letters and len(key) >= MIN_FUZZY_2 else 1
        tables = self._tables if plain_letters else self._tables[:-1]
        best: list[tuple[float, int, str]] = []
        for rank, table in enumerate(tables):
            near = process.extract(
                key, table.fuzzy.get(key[0], ()), scorer=OSA.distance, score_cutoff=allowed, limit=None
            )
            best += [(distance, rank, name) for name, distance, _ in near]
        senses = [(self._tables[rank].phrases.meanings[name], d, name) for d, rank, name in sorted(best)]
        closest = {sense.country for sense, distance, _ in senses if distance == senses[0][1]}
        return (senses[0][2], senses[0][0]) if len(closest) == 1 else None


@cache
def _twins() -> dict[str, frozenset[str]]:
    """Cities of one name in several countries (``shared/twins.yml``), by key."""
    table = load(SHARED, "twins").get("names", {})
    return {latinise(name): frozenset(words(codes, "twins.yml")) for name, codes in table.items()}


def _joined(hits: list[Match[Sense]], said: list[Token]) -> list[Match[Sense]]:
    """Hits in which "Valencia, Venezuela" is one: a city, a comma and the country that it is in."""
    found: list[Match[Sense]] = []
    for hit in hits:
        last = found[-1] if found else None
        if (
            last is not None
            and last.meaning.kind in {"city", "town"}
            and hit.meaning.kind == "name"
            and hit.first == last.last + 1
            and said[hit.first].start - said[last.last].end >= len(", ")
            and hit.meaning.country in {last.meaning.country, *_twins().get(last.key, ())}
        ):
            found[-1] = replace(hit, first=last.first, prefix=last.prefix)
        else:
            found.append(hit)
    return found


def _bars(earlier: Names, match: Match[Sense], said: list[Token]) -> bool:
    """Whether a language says that the words of a later list's match are no place."""
    if match.first != match.last:
        return False
    token = said[match.first]
    return plain(token.text) in earlier.never.get(token.key, ())


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


@by_scope
def gazetteer(read: Scope) -> Gazetteer:
    """The one gazetteer of the process for some languages."""
    return Gazetteer(read)
