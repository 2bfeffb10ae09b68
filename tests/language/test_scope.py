"""What is put together for a mix of languages is kept within bounds."""

from itertools import combinations, islice

from bot.language.entities import extract
from bot.language.gazetteer import gazetteer
from bot.language.lexicon import languages
from bot.language.roles import cues
from bot.language.scope import COMMON, scope


def test_ever_new_mixes_of_languages_do_not_fill_the_memory() -> None:
    mixes = [scope(*pair) for pair in islice(combinations(languages(), 2), 100)]
    assert len(set(mixes)) > 64
    for mix in mixes:
        extract("from Nepal to Qatar since 2021, 1500 riyal", mix)
    for kept in (gazetteer, cues):
        assert kept.cache_info().currsize <= 64


def test_the_language_of_the_message_decides_what_a_word_is() -> None:
    assert scope("sw")[0] == "sw" and scope("sw")[-1] == COMMON
    assert set(scope()) == set(languages())
