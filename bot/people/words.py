"""What a person is told, in their language, when somebody at the desk comes or goes."""

from __future__ import annotations

from bot.answers.translations import translator
from bot.conversation.safety import desk_joined, desk_left


def joined(language: str) -> str:
    """Somebody has taken the chat over."""
    return desk_joined(translator(language))


def left(language: str) -> str:
    """The chat is the assistant's again."""
    return desk_left(translator(language))
