"""Everything that the assistant says, on every platform: within its limits, nothing lost, no number cut."""

from __future__ import annotations

import base64
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
import regex
import smsutil
from babel.messages.pofile import read_po
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answers.answer import answer
from bot.answers.translations import LOCALES, SOURCE_LANGUAGE, available_languages, translator
from bot.channels.platform import Choice, Part, Profile
from bot.channels.rendering import EMERGENCY_SEGMENTS, Rendering, Words, cut_label, render
from bot.channels.segments import _TYPOGRAPHIC, fits, plain, segments
from bot.channels.twilio import SMS, WHATSAPP
from bot.conversation.emergencies import MAX_LENGTH
from bot.language.emergency import DANGERS
from bot.rules.lawbase import LawBase
from bot.rules.lawfiles import LawBook
from bot.rules.lookup import lookup
from tests.answers.languages import rules_for
from tests.answers.test_statements import said, texts
from tests.conversation.driver import Chat, State
from tests.number_trace import numbers
from tests.rules.conftest import base, book, law_url
from tests.rules.support import case_of

__all__ = ["base", "book", "law_url"]

WORDS = Words("Show more", "Reply MORE for the rest.", "I cannot send the file here.")
PROFILES = {
    "sms": SMS,
    "twilio_whatsapp": WHATSAPP,
    "whatsapp": Profile(
        4096, 1024, buttons=3, button=20, rows=10, row=24, row_description=72, captions=False
    ),
    "telegram": Profile(4096, 4096, buttons=20, button=64),
    "messenger": Profile(2000, 640, buttons=13, button=20, captions=False),
    "line": Profile(5000, 160, buttons=4, button=20, messages=5, files=False),
    "small": Profile(300, 160, buttons=2, button=20, rows=4, row=24, messages=1),
}  # fmt: skip
CHOICES = ("Show all", "how to complain", "money at the end of the job", "Talk to a person")
LISTED = re.compile(r"^\d+\. ", re.MULTILINE)


def message(text: str, *labels: str, **custom: Any) -> dict[str, Any]:
    """A message as the assistant gives it."""
    buttons = [{"title": label, "payload": label, "number": place} for place, label in enumerate(labels, 1)]
    return {"text": text, "buttons": buttons, "custom": custom}


def followed(messages: Sequence[dict[str, Any]], profile: Profile) -> list[Rendering]:
    """The whole answer, asked for piece by piece."""
    found, most = [render(messages, profile, WORDS)], sum(len(str(each["text"])) for each in messages)
    while found[-1].rest:
        assert len(found) <= most + 10, "no progress"
        found.append(render(found[-1].rest, profile, WORDS))
    return found


def flat(text: str) -> str:
    """The text as it is compared: whatever SMS makes plain is plain, and all white space alike."""
    return " ".join(plain(text).translate(_TYPOGRAPHIC).split())


def flat_parts(renderings: Sequence[Rendering]) -> str:
    """All texts of an answer, without what rendering says itself."""
    found = []
    for rendering in renderings:
        for part in rendering.parts:
            found.append(part.text.removesuffix(WORDS.reply_more) if rendering.rest else part.text)
    return flat(" ".join(found))


def check(messages: Sequence[dict[str, Any]], profile: Profile, whole: bool = True) -> list[Rendering]:
    """Follows an answer to its end: within limits, nothing lost, no number cut."""
    found = followed(messages, profile)
    danger = any(each["custom"].get("danger") for each in messages)
    for rendering in found:
        check_limits(rendering, profile, danger)
    labels = [button["title"] for each in messages[-1:] for button in each["buttons"]]
    lines = [f"{place}. {label}" for place, label in enumerate(labels, 1)]
    expected = flat(" ".join(str(each["text"]) for each in messages))
    shown = flat_parts(found)
    if labels and not found[-1].parts[-1].choices:
        expected = flat(f"{expected} {' '.join(lines)}")
    if whole:
        assert shown == expected
    else:  # where a single word is longer than a message
        assert shown.replace(" ", "") == expected.replace(" ", "")
    return found


def check_limits(rendering: Rendering, profile: Profile, danger: bool = False) -> None:
    """What is sent at once is within the platform's limits."""
    assert len(rendering.parts) <= profile.messages
    for part in rendering.parts:
        assert len(part.text) <= (profile.text_with_buttons if part.choices else profile.text)
        assert part.text.strip() or part.file
        assert len(part.choices) <= max(profile.buttons, profile.rows) and not (
            profile.numbered and part.choices
        )
        most = profile.button if len(part.choices) <= profile.buttons else profile.row
        assert len({cut_label(choice.label, most) for choice in part.choices}) == len(part.choices)
        if profile.segments:
            assert fits(part.text, EMERGENCY_SEGMENTS if danger else profile.segments)
    if profile.segments:
        assert len(rendering.parts) <= 1
    if rendering.rest:
        last = rendering.parts[-1]
        assert last.text.endswith(WORDS.reply_more) or last.choices[0].label == WORDS.more_button


def check_numbers(messages: Sequence[dict[str, Any]], found: Sequence[Rendering]) -> None:
    """Every number stands whole in one part."""
    text = "\n\n".join(each["text"] for each in messages)
    parts = "\n\n".join(part.text for rendering in found for part in rendering.parts)
    spaces = re.compile("[\u00a0\u202f]")
    wanted = Counter(spaces.sub(" ", each) for each in numbers(LISTED.sub("", plain(text))))
    given = Counter(spaces.sub(" ", each) for each in numbers(LISTED.sub("", plain(parts))))
    assert given == wanted, (given - wanted, wanted - given)


# --- What it does ----------------------------------------------------------------------------------


def test_a_short_answer_is_one_part() -> None:
    found = render(
        [message("One."), message("  "), message("Two.", "Yes", "No")], PROFILES["whatsapp"], WORDS
    )
    assert found == Rendering((Part("One.\n\nTwo.", (Choice("Yes", 1), Choice("No", 2))),))


def test_nothing_to_say_is_nothing() -> None:
    assert render([], SMS, WORDS) == render([message(" ")], PROFILES["line"], WORDS) == Rendering(())


@pytest.mark.parametrize(
    ("labels", "expected"),
    [(2, "buttons"), (3, "buttons"), (4, "rows"), (10, "rows"), (11, "lines")],
)
def test_choices_as_buttons_a_list_or_lines(labels: int, expected: str) -> None:
    names = [f"choice {chr(97 + place)}" for place in range(labels)]
    (part,) = render([message("What?", *names)], PROFILES["whatsapp"], WORDS).parts
    assert len(part.choices) == (0 if expected == "lines" else labels)
    assert ("1. choice a\n2. choice b" in part.text) == (expected == "lines")


def test_labels_that_would_look_the_same_are_lines() -> None:
    long = "I want to know how to complain about "
    (part,) = render([message("What?", f"{long}wages", f"{long}hours")], PROFILES["whatsapp"], WORDS).parts
    assert part == Part(f"What?\n\n1. {long}wages\n2. {long}hours")
    (part,) = render(
        [message("What?", f"wages: {long}", f"hours: {long}")], PROFILES["whatsapp"], WORDS
    ).parts
    assert len(part.choices) == 2


def test_the_rest_comes_with_show_more_and_keeps_the_choices() -> None:
    profile = PROFILES["small"]
    text = " ".join(f"Sentence number {place} is here." for place in range(30))
    first, *_, last = found = followed([message(text, *CHOICES[:3])], profile)
    assert [choice.label for choice in first.parts[-1].choices] == [WORDS.more_button, *CHOICES[:3]]
    assert [choice.number for choice in first.parts[-1].choices] == [0, 1, 2, 3]
    assert [choice.label for choice in last.parts[-1].choices] == list(CHOICES[:3])
    assert all(len(each.parts) == 1 for each in found)


def test_sms_says_how_to_get_the_rest_and_lists_choices_last() -> None:
    found = followed([message("A sentence of some length. " * 40, *CHOICES)], SMS)
    assert all(each.parts[0].text.endswith(WORDS.reply_more) for each in found[:-1])
    assert "1. Show all\n2. how" in found[-1].parts[0].text
    assert not any("1. Show all" in each.parts[0].text for each in found[:-1])


def test_sms_is_plain() -> None:
    (part,) = render(
        [message("• “I’ll pay” – \u2066+974 4028 8888\u2069… QAR\u00a01\u202f000 €")], SMS, WORDS
    ).parts
    assert part.text == '- "I\'ll pay" - +974 4028 8888... QAR 1 000 €'
    (part,) = render([message("• Đó là “tiền” – của bạn…")], SMS, WORDS).parts
    assert part.text == "- Đó là “tiền” – của bạn…"


def test_files() -> None:
    file = {"name": "letter.pdf", "mime": "application/pdf", "base64": base64.b64encode(b"%PDF").decode()}
    answered = [message("Here."), message("Your letter.", file=file), message("And?", "Yes")]
    with_file, after = render(answered, PROFILES["telegram"], WORDS).parts
    assert with_file == Part("Here.\n\nYour letter.", file=file) and after.text == "And?" and not after.file
    alone, after = render(answered, PROFILES["whatsapp"], WORDS).parts
    assert alone == Part("", file=file)
    assert after.text == "Here.\n\nYour letter.\n\nAnd?" and [each.label for each in after.choices] == ["Yes"]
    (part,) = render(answered, PROFILES["line"], WORDS).parts
    assert part.text == f"Here.\n\nYour letter.\n\n{WORDS.file_elsewhere}\n\nAnd?" and not part.file
    many = [message(f"Letter {place}.", file=file) for place in range(5)]
    found = followed(many, PROFILES["telegram"])
    assert [part.text for each in found for part in each.parts if part.file] == [
        f"Letter {n}." for n in range(5)
    ]
    found = followed(many, PROFILES["messenger"])
    parts = [part for each in found for part in each.parts]
    assert sum(bool(part.file) for part in parts) == 5
    assert all(not (part.text or part.choices) for part in parts if part.file)
    assert all(f"Letter {n}." in "".join(part.text for part in parts) for n in range(5))
    long = followed([message("A sentence of some length. " * 400, file=file)], PROFILES["telegram"])
    assert [bool(part.file) for each in long for part in each.parts] == [False, False, True]


@pytest.mark.parametrize(
    "kept",
    [
        "+974 4028 8888",
        "+971 (0)4 313 9999",
        "QAR 1,000.50",
        "12 February 2017",
        "12 de febrero de 2017",
        "2017-02-12",
        "12/02/2017",
        "1\u202f000\u202f000",
        "08:00–17:00",
        "10 %",
        "7 days",
        "\u2068OWWA and the embassy of Nepal\u2069",
        "https://www.example.org/a?b=c,d.e",
    ],
)
@pytest.mark.parametrize("name", ["sms", "small"])
def test_what_belongs_together_is_never_cut(kept: str, name: str) -> None:
    shown = plain(kept) if name == "sms" else kept
    for before in range(100, 460, 1 if len(kept) < 15 else 3):
        found = followed(
            [message(f"{'x' * 9} " * (before // 10) + "y" * (before % 10) + f" {kept} " + "z " * 90)],
            PROFILES[name],
        )
        assert any(shown in part.text for each in found for part in each.parts), before


def test_cuts_at_the_best_place() -> None:
    profile = Profile(100, 100, 3, 20, messages=9)
    blocks = "First. " * 10 + "\n\n" + "Second. " * 10
    assert [part.text for part in render([message(blocks)], profile, WORDS).parts] == [
        ("First. " * 10).strip(), ("Second. " * 10).strip(),
    ]  # fmt: skip
    lines = "First. " * 10 + "\n" + "Second. " * 10
    assert render([message(lines)], profile, WORDS).parts[0].text == ("First. " * 10).strip()
    for mark in "।.؟۔?!॥":
        sentences = f"काम का पैसा{mark} " * 20
        assert all(part.text[-1] == mark for part in render([message(sentences)], profile, WORDS).parts)
    article = "See Law No. 14 and art. 67. " * 8
    assert not any(
        re.search(r"(No|art)\.$", part.text) for part in render([message(article)], profile, WORDS).parts
    )


@pytest.mark.parametrize("letters", ["क्षत्रिय" * 200, "👩‍👩‍👧" * 100, "é" * 300, "क्ष" * 200])
def test_letters_are_never_cut(letters: str) -> None:
    letters = unicodedata.normalize("NFD", letters)
    for name in ("sms", "small"):
        for rendering in check([message(letters)], PROFILES[name], whole=False):
            for part in rendering.parts:
                assert not regex.match(r"\p{M}|\u200d", part.text)
                assert not regex.search(r"\p{ccc=9}$", part.text.removesuffix(WORDS.reply_more).rstrip())


def test_choices_too_long_for_one_message_go_on_as_text() -> None:
    labels = [f"{letter} choice with a rather long label of its own" for letter in "abcdefghijklmnop"]
    found = check([message("What?", *labels)], SMS)
    assert len(found) > 1 and all(label in flat_parts(found) for label in labels)


# --- Everything that it says -----------------------------------------------------------------------


def catalogue(language: str) -> Iterator[str]:
    """Every message of a language; the English ones stand in every catalogue as what is translated."""
    source = language == SOURCE_LANGUAGE
    with (LOCALES / ("ar" if source else language) / "LC_MESSAGES" / "haq.po").open("rb") as file:
        for entry in read_po(file):
            said = entry.id if source else entry.string
            if entry.id:
                yield from said if isinstance(said, tuple | list) else (said,)


# Every text on every app takes minutes: all but the Arabic catalogue only with `--slow tests/channels`.
THOROUGH = (pytest.mark.slow, pytest.mark.thorough)
LONG = [pytest.param(each, marks=THOROUGH) for each in available_languages()]
CATALOGUES = [each if each == "ar" else pytest.param(each, marks=THOROUGH) for each in available_languages()]


@pytest.mark.parametrize("name", PROFILES)
@pytest.mark.parametrize("language", CATALOGUES)
def test_every_message_of_every_catalogue(language: str, name: str) -> None:
    for text in filter(None, catalogue(language)):
        check_numbers([message(text)], check([message(text)], PROFILES[name]))


@pytest.mark.parametrize("language", LONG)
@pytest.mark.parametrize("name", PROFILES)
def test_answers_of_every_rule_type(book: LawBook, language: str, name: str) -> None:
    t, given, types = translator(language), list[dict[str, Any]](), set[str]()
    for place, rule in enumerate(rules_for(book, language)):
        if rule.type in types and place % 40:
            continue
        types.add(rule.type)
        given.append(message("\n".join(texts(said(book, rule, t, "depends")))))
    assert len(types) == len({rule.type for rule in book.rules.values()})
    for start in range(0, len(given), 6):
        answered = [*given[start : start + 6], message(t.gettext("Talk to a person"), *CHOICES)]
        check_numbers(answered, check(answered, PROFILES[name]))


@pytest.mark.parametrize("language", LONG)
@pytest.mark.parametrize("name", PROFILES)
def test_whole_answers(base: LawBase, language: str, name: str) -> None:
    for home, place in (("NP", "QA"), ("PH", "SA"), ("MA", "IT")):
        answered = answer(lookup(base, case_of(home=home, to=place)), language)
        given = [
            message("\n".join(f"• {each.full_text()}\n  {each.source}" for each in answered.statements)),
            message("\n".join(f"• {each.brief()}" for each in answered.channels)),
            message("\n".join(each.text for each in answered.gaps) or answered.emergency, *CHOICES),
        ]
        check_numbers(given, check(given, PROFILES[name]))


@pytest.mark.parametrize("language", LONG)
@pytest.mark.parametrize("danger", sorted(DANGERS))
def test_an_emergency_is_one_part_everywhere(base: LawBase, language: str, danger: str) -> None:
    for destination in (None, "QA", "SA", "IT", "KR"):
        state = State(language=language, language_chosen=True, destination=destination, status="irregular")
        (told,) = Chat(base, state).say("...", danger=danger).reply.messages
        given = [message(told.text, *(label for _, label in told.choices), **told.extra)]
        for name, profile in PROFILES.items():
            if profile.text > MAX_LENGTH:
                first = check(given, profile)[0].parts[0].text
                assert flat(told.text) in flat(first), name


# --- Whatever it says ------------------------------------------------------------------------------

LETTERS = st.sampled_from(
    [*"abcé ñß[€’…", " ", " ", "\n", "\n\n", ". ", "? ", "। ", "؟ ", "12", "1,000", "+974 4028 8888",
     "QAR 90", "word ", "शब्द ", "क्षि", "👩‍👩‍👧", "\u2066", "\u2069", "\u2068A b\u2069", "\u00a0", "• ",
     "https://example.org/x "]
)  # fmt: skip
TEXTS = st.lists(LETTERS, max_size=400).map("".join)
LABELS = st.lists(st.text("abc ठ", min_size=1, max_size=30).filter(str.strip), max_size=12)
ANY = st.builds(
    Profile,
    text=st.integers(120, 900),
    text_with_buttons=st.integers(80, 120),
    buttons=st.integers(0, 4),
    button=st.integers(4, 30),
    rows=st.sampled_from([0, 6, 10]),
    row=st.just(24),
    messages=st.integers(1, 4),
    segments=st.just(0),
    numbered=st.booleans(),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(TEXTS, max_size=3), LABELS, ANY | st.just(SMS))
def test_any_answer_on_any_platform(said: list[str], labels: list[str], profile: Profile) -> None:
    labels = list(dict.fromkeys(" ".join(label.split()) for label in labels))
    given = [*(message(text) for text in said), message("What?", *labels)]
    check(given, profile, whole=False)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=700), ANY | st.just(SMS))
def test_any_text_at_all(text: str, profile: Profile) -> None:
    check([message(text)], profile, whole=False) if text.strip() else None


PLACES = st.lists(
    st.sampled_from(
        ["+974 4028 8888", "QAR 1,000.50", "12 February 2017", "08:00–17:00", "17,92", "२०७९", "16008; 911"]
    ),
    max_size=30,
)


@settings(max_examples=300, deadline=None)
@given(PLACES, st.text("abc ठ.?।\n", min_size=1, max_size=50), ANY | st.just(SMS))
def test_no_number_of_any_text_is_cut(found: list[str], between: str, profile: Profile) -> None:
    given = [message(f" a {between} b ".join(("Call", *found, "now.")))]
    check_numbers(given, check(given, profile))


@settings(max_examples=300)
@given(st.text("abcdef ghi\n", min_size=1, max_size=600).filter(str.strip), st.integers(0, 4))
def test_one_part_when_it_fits(text: str, spare: int) -> None:
    profile = replace(PROFILES["telegram"], text=len(text) + spare, text_with_buttons=len(text) + spare)
    assert render([message(text)], profile, WORDS) == Rendering((Part(text.strip()),))


# --- Segments --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 151, 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("न" * 70, 1),
        ("न" * 71, 2),
        ("न" * 134, 2),
        ("न" * 135, 3),
        ("न" * 66 + "🙂" + "न" * 65, 2),
        ("न" * 66 + "🙂" + "न" * 66, 3),
        ("🙂" * 35, 1),
        ("ç", 1),
        ("ç" * 71, 2),
    ],
)
def test_segments(text: str, expected: int) -> None:
    assert segments(text) == expected
    assert fits(text, expected) and not (expected and fits(text, expected - 1))


SMS_TEXTS = st.text(st.sampled_from("aé@Ø\n€[]~|नஅ🙂’•Ç"), min_size=1, max_size=400) | st.text(
    "ab€[", min_size=1, max_size=600
)


@settings(max_examples=500)
@given(SMS_TEXTS | st.text(min_size=1))
def test_segments_as_a_published_library_counts_them(text: str) -> None:
    assert segments(text) == len(smsutil.split(text).parts)


def test_the_alphabet_is_that_of_a_published_library() -> None:
    for letter in map(chr, range(0x3000)):
        known = letter != "\x1b" and smsutil.is_valid_gsm(letter)
        assert (segments(letter * 71) == 1) == known, letter
