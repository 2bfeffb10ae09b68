"""Message catalogues: `locales/<language>/LC_MESSAGES/haq.po`, read with Babel.

English is the source. A message without a translation falls back along an ordered chain to
English, never to nothing. Every translation carries its review state in a translator's comment
(`# review: drafted`); gettext's fuzzy mark is not used, since compilers leave such messages out.
"""

from __future__ import annotations

import gettext
import io
import tempfile
from functools import lru_cache
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot.rules.errors import CaseError

LOCALES = Path(__file__).resolve().parents[2] / "locales"
DOMAIN = "haq"
DESK_DOMAIN = "desk"  # what only the web desk says
SOURCE_LANGUAGE = "en"
_BABEL_NAMES = {"en": "en_GB", "tl": "fil"}
RTL_LANGUAGES = frozenset(("ar", "ur"))
# How far a translation was reviewed, the least first.
REVIEW_STATES = ("drafted", "second-read", "native-reviewed")
_REVIEW = "review: "
# The state of a whole catalogue stands in its binary form as one more message.
_STATE_OF_ALL = ("catalogue", "review state")


class Translator:
    """Says messages in one language. `t.gettext("...")` is what the extractor looks for."""

    def __init__(self, language: str, translations: gettext.NullTranslations) -> None:
        self.language = language
        self.locale = Locale.parse(_BABEL_NAMES.get(language, language))
        self._translations = translations

    @property
    def right_to_left(self) -> bool:
        """Whether the language is written from right to left."""
        return self.language in RTL_LANGUAGES

    @property
    def native_reviewed(self) -> bool:
        """Whether a native speaker has checked every message; the source needs none."""
        state = self._translations.pgettext(*_STATE_OF_ALL)
        return self.language == SOURCE_LANGUAGE or state == REVIEW_STATES[-1]

    def gettext(self, message: str, **values: str) -> str:
        """The message in this language, its placeholders filled."""
        return _fill(self._translations.gettext(message), message, values)

    def pgettext(self, context: str, message: str, **values: str) -> str:
        """As `gettext`, for a message that means different things in different places."""
        return _fill(self._translations.pgettext(context, message), message, values)

    def ngettext(self, one: str, other: str, number: int, **values: str) -> str:
        """The plural form for a number; the caller gives the number as it is shown."""
        return _fill(self._translations.ngettext(one, other, number), other, values)


@lru_cache(maxsize=1)
def available_languages() -> tuple[str, ...]:
    """English and every language that has a catalogue."""
    found = {path.parts[-3] for path in LOCALES.glob(f"*/LC_MESSAGES/{DOMAIN}.po")}
    return (SOURCE_LANGUAGE, *sorted(found - {SOURCE_LANGUAGE}))


def check_language(language: str) -> str:
    """The language itself. Raises CaseError for one that has no messages."""
    known = available_languages()
    if language not in known:
        raise CaseError(f"There are no messages in {language!r}. Languages: {', '.join(known)}.")
    return language


@lru_cache(maxsize=64)
def translator(language: str, domain: str = DOMAIN) -> Translator:
    """The translator of a language; one without a catalogue speaks English.

    `domain`: which catalogue.
    """
    path = LOCALES / language / "LC_MESSAGES" / f"{domain}.po"
    if not path.is_file():
        return Translator(SOURCE_LANGUAGE, gettext.NullTranslations())
    return Translator(language, _compiled(path))


def _compiled(path: Path) -> gettext.GNUTranslations:
    """The catalogue in gettext's binary form, which stands beside it and is made anew when it is older."""
    binary = path.with_suffix(".mo")
    if not binary.is_file() or binary.stat().st_mtime_ns < path.stat().st_mtime_ns:
        made = _compile(path)
        try:
            _write_whole(binary, made)
        except OSError:  # a folder that may only be read: compiled at each start instead
            return gettext.GNUTranslations(io.BytesIO(made))
    with binary.open("rb") as file:
        return gettext.GNUTranslations(file)


def _compile(path: Path) -> bytes:
    with path.open("rb") as file:
        catalogue = read_po(file)
    states = [state_of(message) for message in catalogue if message.id and message.string]
    least = min((REVIEW_STATES.index(state) if state in REVIEW_STATES else 0 for state in states), default=0)
    context, name = _STATE_OF_ALL
    catalogue.add(name, REVIEW_STATES[least], context=context)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    return compiled.getvalue()


def state_of(message: Message) -> str | None:
    """How far a translation was reviewed, from the comment that stands over it."""
    comments = (line for line in message.user_comments if line.startswith(_REVIEW))
    return next((line.removeprefix(_REVIEW) for line in comments), None)


def _write_whole(path: Path, content: bytes) -> None:
    """Writes a file so that nobody ever reads half of it."""
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        part.write(content)
    Path(part.name).replace(path)


def _fill(text: str, source: str, values: dict[str, str]) -> str:
    """Fills the placeholders; a translation that names others than its source falls back to it."""
    if not values:
        return text
    try:
        return text.format_map(values)
    except (KeyError, IndexError, ValueError):
        return source.format_map(values)
