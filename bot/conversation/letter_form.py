"""The complaint letter: asked for step by step, given as text and PDF, sent nowhere, not kept."""

from __future__ import annotations

import base64
from itertools import islice
from typing import Final

from bot.answers import formats, names
from bot.answers.answer import Answer, answer
from bot.answers.translations import Translator, translator
from bot.conversation import questions as ask
from bot.conversation.companion import evidence
from bot.conversation.forms import Choices, Form, Question
from bot.conversation.measured import lookup
from bot.conversation.turn import Message, Reply, Turn
from bot.letters.letter import Letter, LetterFacts, compose
from bot.letters.official import is_official, official_language
from bot.letters.pdf import render

GROUNDS: Final = 4
_LONGEST_STORY: Final = 1500
_LONGEST_NAME: Final = 80
SUBJECTS: Final = ("wages", "deductions", "overtime", "end_of_service", "termination", "document_retention",
                   "recruitment_fees", "housing", "violence_harassment")  # fmt: skip


def _subjects(turn: Turn) -> Choices:
    return [(topic, names.topic_name(topic, turn.t)) for topic in SUBJECTS]


def _finish(turn: Turn) -> Reply:
    """Both letters: in the worker's language to read, in one of the country's to hand in."""
    t, state = turn.t, turn.state
    assert state.destination is not None
    official = official_language(state.destination)
    languages = list(dict.fromkeys((state.language, official)))
    letters = [_letter(turn, language) for language in languages]
    lines = [t.gettext("Your letter. Read it well before you use it:"), "", letters[0].text()]
    notes = [
        t.gettext(
            "I send it nowhere. I forget what you wrote for it now. Save the file if you want to keep it."
        ),
        t.gettext(
            "Fill in the empty lines by hand. Ask a union, an aid group or legal aid to read it first."
        ),
    ]
    if len(languages) > 1:
        name = formats.language_name(official, t)
        notes.insert(
            0, t.gettext("The file holds it also in this language, to hand in: {language}.", language=name)
        )
    if not is_official(state.destination, official):
        notes.insert(
            0, t.gettext("I cannot write the language of that country. The letter is in English instead.")
        )
    file = {
        "name": "letter.pdf",
        "mime": "application/pdf",
        "base64": base64.b64encode(render(letters)).decode(),
    }
    choices = (("complain", t.gettext("How to complain")), ("form:reminder", t.gettext("Remind me")))
    subject = state.known["letter_about"]
    said = Message("\n".join(lines), topic=subject, extra={"file": file})
    return turn.reply(said, Message("\n".join(notes), choices, topic="complaint"), topic=subject)


def _letter(turn: Turn, language: str) -> Letter:
    state, known, t = turn.state, turn.state.known, translator(language)
    topic = known["letter_about"]
    said = answer(lookup(turn.base, turn.case(), [topic]), language)
    return compose(
        LetterFacts(
            topic=topic,
            destination=state.destination or "",
            employer=known.get("letter_employer") or "",
            started=_day(known.get("start"), t),
            ended=_day(known.get("end"), t),
            job=t.pgettext("sector", formats.SECTOR_NAMES[state.sector]) if state.sector else "",
            happened=known["letter_story"],
            wants=known.get("letter_wants") or "",
            amount=formats.money(ask.money_of(known["letter_amount"]), t)
            if known.get("letter_amount")
            else "",
            grounds=grounds(said, topic),
            evidence=to_tick(topic, t),
            day=turn.today,
            told_in=state.language,
        ),
        t,
    )


def _day(text: str | None, t: Translator) -> str:
    """A kept day in words; nothing for a length of time, or where the work goes on."""
    return ask.shown_day(text, t) if text and text[0].isdigit() else ""


def grounds(said: Answer, topic: str) -> tuple[tuple[str, str], ...]:
    """What the law gives on a topic for sure, and where it stands: the letter rests on it."""
    found = (
        (each.text, each.rule.provenance.legal_basis or each.source)
        for each in said.statements
        if each.applies == "yes"
        and each.rule.kind in ("entitlement", "obligation")
        and topic in each.rule.topics
    )
    return tuple(islice(found, GROUNDS))


def to_tick(topic: str, t: Translator) -> tuple[str, ...]:
    """What may be added, each with a box to tick by hand: only the worker knows what there is."""
    lines = (line for line in evidence(topic, t) if line.startswith("• "))
    return tuple(f"[  ] {line.removeprefix('• ')}" for line in lines)


FORM: Final = Form(
    "letter",
    "complaint",
    lambda t: t.gettext("A complaint letter"),
    (
        ask.destination(),
        Question(
            "letter_about",
            lambda t: t.gettext("What is the complaint about?"),
            ask.read_choice("letter_about", _subjects),
            _subjects,
            unasked=False,
            why=lambda t: t.gettext("Then I can add what the law says about it."),
        ),
        Question(
            "letter_story",
            lambda t: t.gettext(
                "Tell in your own words what happened, in one message. "
                "Leave out names and numbers that you do not want to write here; "
                "the letter has lines for them."
            ),
            ask.read_text("letter_story", _LONGEST_STORY),
            unasked=False,
            words=True,
            why=lambda t: t.gettext("Your own words stand in the letter as you write them."),
        ),
        Question(
            "letter_wants",
            lambda t: t.gettext("What do you want them to do? Such as: pay my wages of three months."),
            ask.read_text("letter_wants", _LONGEST_STORY),
            needed=False,
            unasked=False,
            words=True,
            why=lambda t: t.gettext("A complaint is stronger when it says what you ask for."),
        ),
        Question(
            "letter_amount",
            lambda t: t.gettext("How much money is it about, if it is about money?"),
            ask.read_money("letter_amount"),
            needed=False,
            unasked=False,
            why=lambda t: t.gettext("The office can then see at once how much it is about."),
        ),
        Question(
            "letter_employer",
            lambda t: t.gettext(
                "What is the name of the employer? You do not have to write it here; you can add it by hand."
            ),
            ask.read_text("letter_employer", _LONGEST_NAME),
            needed=False,
            unasked=False,
            words=True,
            why=lambda t: t.gettext("The office must know whom the complaint is against."),
        ),
    ),
    _finish,
    private=(
        "letter_about",
        "letter_story",
        "letter_wants",
        "letter_amount",
        "letter_employer",
    ),
)
