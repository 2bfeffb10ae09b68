"""The words of a message with their places, by spaCy's tokenizer.

It is ``spacy.blank("xx")``'s, told what stands between words: everything that is no letter, digit
or combining mark. So "l'Arabie", "Doha/Qatar" and "छैन।कतार" come apart as "Doha, Qatar" does,
and its words are those of ``normalise.split_words``, which the classifiers see. With its own
punctuation 1,064 of 7,567 messages came out otherwise, mostly French ones left in one piece
("d'Oman").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

import spacy
from anyascii import anyascii
from spacy.language import Language

from bot.language.normalise import BETWEEN_WORDS, WORD, latin_word, nfc, split_words

_ONE_AT_A_TIME = Lock()
# What ends a clause, in the scripts that we read.
_BREAK = re.compile(r"[.,;:?!\n\u060c\u061b\u061f\u06d4\u0964\u0965\u1361-\u1368]")


@dataclass(frozen=True)
class Token:
    """A word of a message with its place in the original text and its latinised key."""

    text: str
    start: int
    end: int
    key: str
    clause: int = 0  # words of one number have no full stop, comma or the like between them


@lru_cache(maxsize=1)
def _language() -> Language:
    language = spacy.blank("xx")
    tokenizer = language.tokenizer
    language.vocab.lex_attr_getters = {}  # shapes and the like of each word: four times slower
    tokenizer.rules = {}
    tokenizer.url_match = None
    tokenizer.prefix_search = re.compile(f"^{BETWEEN_WORDS}").search
    tokenizer.suffix_search = None  # found by the infixes
    tokenizer.infix_finditer = re.compile(BETWEEN_WORDS).finditer
    return language


def tokens(text: str) -> list[Token]:
    """The words of a text that have a latinised key, with offsets in the text.

    Nothing of the text stays in spaCy's vocabulary: its memory zone is emptied again.
    """
    return list(_tokens(text.encode("utf-8", "replace").decode("utf-8")))  # lone surrogates; keeps the length


@lru_cache(maxsize=2)  # a message is read for its language, then for what it says
def _tokens(text: str) -> tuple[Token, ...]:
    with _ONE_AT_A_TIME, _language().memory_zone():
        said = [(token.text, token.idx) for token in _language().tokenizer(text)]
    found: list[Token] = []
    clause, last = 0, 0
    for piece, at in said:
        word = WORD.search(piece)  # without marks that stand before it
        key = latin_word(word[0]) if word else ""
        if not word or not key:
            continue
        start = at + word.start()
        clause += bool(_BREAK.search(text, last, start))
        last = at + word.end()
        found.append(Token(word[0], start, last, key, clause))
    return tuple(found)


def plain(word: str) -> str:
    """Lower-case ASCII letters and digits of a word, without folding."""
    return re.sub(r"[^a-z0-9]+", "", anyascii(nfc(word)).lower())


def plain_key(form: str) -> str:
    """The plain letters of all words of a form, joined."""
    return "".join(map(plain, split_words(form)))
