"""Ways into the chat with a case filled in: links, and square codes that an old phone can read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from threading import Thread
from typing import Final
from urllib.parse import quote

import segno

from bot.answers import names
from bot.answers.translations import SOURCE_LANGUAGE, Translator, translator
from bot.channels.configured import missing
from bot.conversation.case_link import Told, case_code, opening_words
from bot.letters.sheet import Code, Texts

# The longest address in a code of about 53 squares a side: printed 3 cm wide, any camera reads it.
LONGEST_CODED: Final = 220
_BORDER: Final = 4  # light squares around the code, which cameras need


@dataclass(frozen=True)
class ChatLink:
    """A link into one chat."""

    name: str  # whatsapp, telegram, web, sms
    address: str  # to open here
    coded: str  # what a square code holds: short
    words: str = ""  # what it fills in; "" where nothing of the case is told
    code: str = ""  # what the square code fills in instead of long words


def warm_up(settings: Mapping[str, str]) -> None:
    """Reads the lists of words in the background, where they will be needed: it takes seconds."""
    if any(_links(settings, "", "", SOURCE_LANGUAGE)):
        Thread(target=opening_words, args=(Told("NP", "QA"), SOURCE_LANGUAGE), daemon=True).start()


def chat_links(settings: Mapping[str, str], told: Told, language: str) -> tuple[ChatLink, ...]:
    """Every chat that has a public address, the one that most people have first.

    `settings`: the variables of the channels. The words tell the case in the person's language as the
    assistant understands them; where they would make the code too fine they are told by a short code.
    """
    if not any(_links(settings, "", "", language)):
        return ()  # nothing to fill in: the lists of words need not be read
    words = opening_words(told, language) or ""
    code = case_code(told, language) if words else ""
    return tuple(_links(settings, words, code, language))


def _links(settings: Mapping[str, str], words: str, code: str, language: str) -> Iterator[ChatLink]:
    phone = _digits(settings.get("HAQ_WHATSAPP_PHONE") or settings.get("HAQ_TWILIO_WHATSAPP_FROM"))
    if phone:
        yield _filled("whatsapp", f"https://wa.me/{phone}", "?text=", words, code)
    bot = (settings.get("HAQ_TELEGRAM_BOT") or "").lstrip("@")
    if re.fullmatch(r"\w{5,32}", bot):
        address = f"https://t.me/{bot}{f'?start={code}' if code else ''}"
        yield ChatLink("telegram", address, address, words, code)
    public = (settings.get("HAQ_PUBLIC_URL") or "").rstrip("/")
    if public.startswith("https://") and settings.get("HAQ_WEBCHAT_ORIGINS"):
        page = f"{public}/webhooks/web/demo"
        yield _filled("web", page, f"#language={language}&text=", words, code)
    text_number = settings.get("HAQ_TWILIO_SMS_FROM") or ""
    if _digits(text_number) and not missing("sms", settings):
        yield _filled("sms", f"sms:+{_digits(text_number)}", "?body=", words, code)


def _filled(name: str, address: str, field: str, words: str, code: str) -> ChatLink:
    if not words:
        return ChatLink(name, address, address)
    whole = f"{address}{field}{quote(words, safe='')}"
    if len(whole) <= LONGEST_CODED:
        return ChatLink(name, whole, whole, words)
    return ChatLink(name, whole, f"{address}{field}{code}", words, code)


def square_code(link: ChatLink, languages: Texts) -> Code:
    """The link as a code to print, with a caption in each language."""
    made = segno.make(link.coded, error="m", micro=False, boost_error=False)
    squares = tuple(tuple(bool(each) for each in row) for row in made.matrix_iter(border=_BORDER))
    return Code(squares, tuple(_caption(link, translator(language)) for language in languages), link.coded)


def _caption(link: ChatLink, t: Translator) -> str:
    """What the code does, and in which app."""
    says = t.gettext("Open the chat")
    return says if link.name == "web" else f"{says}: {names.channel_name(link.name, t)}"


def path_of(code: Code) -> str:
    """The dark squares as the path of an SVG whose unit is one square."""
    return "".join(
        f"M{start} {down}h{length}v1h-{length}z"
        for down, row in enumerate(code.squares)
        for start, length in _dark(row)
    )


def _dark(row: tuple[bool, ...]) -> Iterator[tuple[int, int]]:
    """Where dark squares stand in a row, side by side ones together."""
    start = None
    for across, dark in enumerate((*row, False)):
        if dark and start is None:
            start = across
        elif not dark and start is not None:
            yield start, across - start
            start = None


def _digits(number: str | None) -> str:
    return re.sub(r"\D", "", number or "")
