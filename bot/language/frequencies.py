"""How often words occur in each language, from the generated file ``data/<language>/words.tsv``.

``python -m bot.language.build`` makes the files from the training utterances.
"""

from __future__ import annotations

from functools import lru_cache

from bot.language.lexicon import DATA, languages
from bot.language.scope import Scope


@lru_cache(maxsize=1)
def frequencies() -> dict[str, dict[str, int]]:
    """Messages that hold a latinised word, by language (a key such as "ne-latin") and word."""
    table: dict[str, dict[str, int]] = {}
    for language in languages():
        path = DATA / language / "words.tsv"
        if not path.exists():
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                form, word, count = line.split("\t")
                table.setdefault(f"{language}-{form}", {})[word] = int(count)
    return table


def known_words(read: Scope, minimum: int) -> frozenset[str]:
    """Words that occur in at least ``minimum`` messages of one of some languages."""
    return frozenset(
        word
        for name, counts in frequencies().items()
        if name.split("-")[0] in read
        for word, n in counts.items()
        if n >= minimum
    )
