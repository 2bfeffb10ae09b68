"""What the channels themselves say; everything else comes from the conversation."""

from __future__ import annotations

from bot.answers.translations import Translator
from bot.channels.platform import Kind
from bot.channels.rendering import Words
from bot.conversation.smalltalk import privacy

_MEDIA = ("voice", "image", "video", "document", "sticker", "contact", "unsupported")


def words(t: Translator) -> Words:
    """What rendering adds to an answer."""
    return Words(
        more_button=t.gettext("Show more"),
        reply_more=t.gettext("Reply MORE for the rest."),
        file_elsewhere=t.gettext("I cannot send the file here."),
    )


def cannot_read(kind: Kind, t: Translator, numbers: str) -> str | None:
    """What to answer to something that is no text; None where silence is right."""
    if kind == "group":
        return t.gettext("Please write to me alone, not in a group. Others could read the answer.")
    if kind not in _MEDIA:
        return None
    return t.gettext(
        "I can read only written words. Please write your question. If you are in danger: {numbers}.",
        numbers=numbers,
    )


def too_many(t: Translator, numbers: str) -> str:
    """Told once to whoever writes faster than we can answer."""
    return t.gettext(
        "You wrote very often. Please wait a few minutes, then write again. If you are in danger: {numbers}.",
        numbers=numbers,
    )


def of_the_widget(t: Translator) -> dict[str, str]:
    """Every label of the web chat."""
    return {
        "title": t.gettext("Help for migrant workers"),
        "open": t.gettext("Open the chat"),
        "close": t.gettext("Close the chat"),
        "send": t.gettext("Send"),
        "placeholder": t.gettext("Write here"),
        "sending": t.gettext("Sending…"),
        "retrying": t.gettext("Not sent yet. I keep trying."),
        "exit": t.gettext("Leave fast"),
        "exit_hint": t.gettext("To leave fast, press Escape three times."),
        "new_messages": t.gettext("New messages"),
        "language": t.gettext("Language"),
        "typing": t.gettext("An answer is being written…"),
        "download": t.gettext("Save the file"),
        "too_long": t.gettext("This is too long. Please write less at a time."),
        "offline": t.gettext("No connection. I keep trying."),
        "privacy": privacy(t),
        "you": t.gettext("You"),
        "assistant": t.gettext("Assistant"),
        "desk": t.gettext("Person from the help desk"),
    }
