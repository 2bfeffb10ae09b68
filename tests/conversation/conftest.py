"""The real law, and a person who talks."""

from collections.abc import Callable

import pytest

from bot.conversation.turn import State
from bot.rules.lawbase import LawBase
from tests.conversation.driver import Chat
from tests.rules.conftest import base, book, law_url

__all__ = ["base", "book", "law_url"]


@pytest.fixture
def talk(base: LawBase) -> Callable[..., Chat]:
    """A new person, of whom some things are known already."""
    return lambda **known: Chat(base, State(**known))
