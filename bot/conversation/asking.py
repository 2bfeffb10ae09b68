"""Asking for what the answer depends on: one thing at a time, nothing twice, with choices."""

from __future__ import annotations

from collections import Counter

from bot.answers import names
from bot.answers.formats import SECTOR_NAMES
from bot.answers.translations import Translator
from bot.conversation.turn import Message, Turn
from bot.rules.lookup import Lookup
from bot.rules.vocabulary import SECTORS

# What a conversation asks for, in this order of use to the person.
_ASKED = ("sector", "private_household", "status", "employment")
_SKIP = "skip"
MAX_CHOICES = 10  # what every messenger's list can show


def question(name: str, t: Translator) -> str:
    """The question that asks for something of the case."""
    return {
        "destination": t.gettext("In which country do you work, or will you work?"),
        "origin": t.gettext("Which country are you from?"),
        "sector": t.gettext("What is your work?"),
        "private_household": t.gettext("Do you work in a private home?"),
        "status": t.gettext("Are your papers (visa, permit) valid? You do not have to say."),
        "employment": t.gettext("How are you employed?"),
    }[name]


def why_i_ask(t: Translator) -> str:
    """Why something is asked for."""
    return t.gettext(
        "The law differs by country, by work and by papers. I ask only for what changes the answer. "
        "You do not have to say anything."
    )


def useful_question(found: Lookup, asked: tuple[str, ...]) -> str | None:
    """What would settle most of what is open in an answer, if it was not asked for yet."""
    counts = Counter(
        name
        for result in found.answers
        if result.applies == "depends"
        for name in dict.fromkeys(result.depends_on)
    )
    open_ = [name for name in _ASKED if counts[name] and name not in asked]
    return max(open_, key=lambda name: (counts[name], -_ASKED.index(name)), default=None)


def ask(turn: Turn, name: str) -> Message:
    """The question with its choices."""
    return Message(question(name, turn.t), tuple(choices(name, turn.t)), topic=turn.state.topic)


def choices(name: str, t: Translator) -> list[tuple[str, str]]:
    """(what it does, its label) for each way to answer."""
    if name in ("destination", "origin"):
        return []
    options = {
        "sector": [(sector, t.pgettext("sector", SECTOR_NAMES[sector])) for sector in _sectors()],
        "private_household": [("yes", t.gettext("Yes")), ("no", t.gettext("No"))],
        "status": [(status, t.pgettext("status", text)) for status, text in names.STATUS_NAMES.items()],
        "employment": [
            ("employee", t.gettext("employed")),
            ("seasonal", t.gettext("seasonal worker")),
            ("self_employed", t.gettext("working for myself")),
            ("posted", t.gettext("sent by a company in another country")),
        ],
    }[name]
    found = [(f"set:{name}={value}", label) for value, label in options]
    return [*found[: MAX_CHOICES - 1], (f"{_SKIP}:{name}", t.gettext("I do not want to say"))]


def _sectors() -> tuple[str, ...]:
    common = ("domestic_work", "construction", "agriculture", "manufacturing", "hospitality", "care_health",
              "transport_delivery", "cleaning_security", "mining")  # fmt: skip
    assert set(common) <= set(SECTORS)
    return common
