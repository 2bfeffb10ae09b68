"""Which languages' word lists read a message.

People mix languages in one message, and a word of one is another word of the next: "para" is "for"
in Spanish and a country's ending in no language; Vietnamese "anh" is a brother and England. So a
message is read with the lists of its own language first, then of those that it is commonly mixed
with, English always among them; where its language is in doubt, of every one that it may be.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from bot.language.lexicon import languages

# Languages in the order in which their lists are asked; the first that knows a word decides.
Scope = tuple[str, ...]
# For what is put together from the lists of several languages. Messages in doubt make ever new
# scopes, so only the last ones are kept; what one language says is read once and kept by itself.
by_scope: Final = lru_cache(maxsize=64)

COMMON: Final = "en"
_MIXED_WITH: Final[dict[str, tuple[str, ...]]] = {
    "hi": ("ur",), "ur": ("hi",), "ar": ("fr",), "pt": ("es",), "ms": ("id",),
    "jv": ("id",), "ceb": ("fil",), "ht": ("fr",), "rw": ("sw", "fr"), "ti": ("am",), "om": ("am",),
}  # fmt: skip


def scope(*likely: str | None) -> Scope:
    """The lists for a message in one of some languages, the likeliest first; English is among them.

    Without any language: every list there is.
    """
    wanted: list[str] = [language for language in likely if language]
    if not wanted:
        return everything()
    mixed = [other for language in wanted for other in _MIXED_WITH.get(language, ())]
    known = set(languages())
    return tuple(dict.fromkeys(name for name in (*wanted, *mixed, COMMON) if name in known))


def everything() -> Scope:
    """The lists of every language, English first."""
    return tuple(dict.fromkeys((COMMON, *languages())))
