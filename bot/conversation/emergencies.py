"""Emergencies: first of all, short, by the danger and the person.

Self-harm gets a crisis line or an ambulance and a person, not the police. Confinement, violence
and trafficking get a trafficking or violence line, embassy and shelter beside the police. A person
whose papers may be missing is told what is known of the channel and immigration. Nobody is asked
for papers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from bot.answers import formats
from bot.answers.answer import emergency_text
from bot.answers.contacts import sendable
from bot.answers.translations import Translator
from bot.conversation.turn import Message, Reply, Turn
from bot.rules.case import Case
from bot.rules.emergency import MOBILE_FALLBACK, EmergencyNumber, library_numbers, library_table
from bot.rules.errors import RulesError
from bot.rules.lawbase import LawReader
from bot.rules.model import ANY, Contact

# Which emergency services come first, and which other helpers stand beside them.
_SERVICES = {
    "self_harm": ("ambulance",),
    "violence": ("police", "ambulance"),
    "confinement": ("police",),
    "trafficking": ("police",),
    "injury": ("ambulance", "fire"),
    "arrest": (),
    "stranded": ("police",),
}
_HELPERS = {
    "self_harm": ("crisis_line",),
    "violence": ("violence_line", "shelter", "embassy", "consular_line", "ngo"),
    "confinement": ("trafficking_line", "embassy", "consular_line", "shelter", "ngo"),
    "trafficking": ("trafficking_line", "embassy", "consular_line", "shelter", "ngo"),
    "injury": ("health",),
    "arrest": ("embassy", "consular_line", "legal_aid", "ngo"),
    "stranded": ("embassy", "consular_line", "shelter", "ngo"),
}
MAX_HELPERS = 2
# Where it is kept that the number for a danger was given: who then writes a letter about it may.
TOLD_DANGER = "danger_told"
MAX_LENGTH = 400


def answer_emergency(turn: Turn, danger: str) -> Reply:
    """The number for this danger and this person; asks for the country alone when it is unknown."""
    t, case = turn.t, turn.case()
    if case.destination is None:
        first, second = (formats.dialable(number, t) for number in MOBILE_FALLBACK)
        text = " ".join(
            (
                opening(danger, t),
                t.gettext(
                    "Call {first} or {second}: it works on most mobile phones.", first=first, second=second
                ),
                t.gettext("In which country are you now?"),
            )
        )
        reply = turn.reply(_message(text, danger), danger=danger, asking="destination")
        reply = reply.doing("ask_for_person", urgent=True, danger=danger)  # the desk hears of it at once
        return reply.counting("asked_back", "emergency", danger)
    numbers, helpers = _known(turn, case, danger)
    lines = [opening(danger, t), call_line(numbers, case, danger, t)]
    lines += _helper_lines(helpers, t)
    if danger not in ("self_harm", "injury") and case.papers_may_be_missing:
        lines.append(t.gettext("We do not know if the police tell the immigration office."))
    lines += [
        t.gettext("Say where you are and what happened."),
        t.gettext("Someone you trust can call for you."),
    ]
    text = _fit(lines)
    message = _message(text, danger, tuple(helper.id for helper in helpers))
    known = {**turn.state.known, TOLD_DANGER: danger}
    reply = turn.reply(replace(message, choices=_after(turn)), danger=danger, asking=None, known=known)
    reply = replace(reply, case=case).doing("ask_for_person", urgent=True, danger=danger)
    return reply.counting("emergency", "emergency", danger)


def _after(turn: Turn) -> tuple[tuple[str, str], ...]:
    """What can be done next: a person, hiding the chat, or going on."""
    t = turn.t
    return (
        ("human", t.gettext("Talk to a person")),
        ("hide", t.gettext("Hide this chat")),
        ("safe", t.gettext("I am safe now")),
        *((("go_on", t.gettext("Go on where we stopped")),) if turn.state.form else ()),
    )


def safe_line(turn: Turn) -> str:
    """A sentence with the emergency numbers when the law base cannot be read."""
    case = turn.case()
    numbers = library_table(case.destination) if case.destination else ()
    return turn.t.gettext(
        "Sorry, I cannot look this up right now. Please try again in a few minutes. "
        "If you are in danger: {numbers}.",
        numbers=emergency_text(numbers, case, turn.t),
    )


def bare_numbers(turn: Turn) -> str:
    """The emergency numbers of the country of work, or those that mobile phones know, without words."""
    return numbers_of(turn.state.destination, turn.t)


def numbers_of(country: str | None, t: Translator) -> str:
    """The emergency numbers of a country, or those that mobile phones know, without words."""
    found = library_numbers(country) if country else ()
    return ", ".join(formats.dialable(number, t) for number in found or MOBILE_FALLBACK)


def _known(turn: Turn, case: Case, danger: str) -> tuple[tuple[EmergencyNumber, ...], list[Contact]]:
    assert case.destination is not None
    try:
        with turn.base.reading() as reader:
            numbers = tuple(reader.emergency_numbers(case.destination))
            return numbers, list(_helpers(reader, case, danger))[:MAX_HELPERS]
    except RulesError:
        # The law base is down: the library's numbers still stand.
        return library_table(case.destination), []


def _helpers(reader: LawReader, case: Case, danger: str) -> Iterator[Contact]:
    """Helpers with a number that may be sent, in the order of the danger's roles."""
    assert case.destination is not None
    near = reader.contacts_with_role(_HELPERS[danger], case.destination)
    home = reader.contacts_with_role(("consular_line", "embassy"), case.origin) if case.origin else []
    seen: set[str] = set()
    for role in _HELPERS[danger]:
        for contact in (*near, *(each for each in home if danger != "injury")):
            if (
                role in contact.roles
                and contact.id not in seen
                and _serves(contact, case)
                and _numbers(contact)
            ):
                seen.add(contact.id)
                yield contact


def _serves(contact: Contact, case: Case) -> bool:
    origins, key = contact.serves.origins, contact.serves
    if origins != (ANY,):
        if case.origin not in origins:
            return False
    elif {"embassy", "consular_line"} & set(contact.roles) and contact.country != case.origin:
        return False  # an embassy whose country is not said
    if "embassy" in contact.roles and contact.country == case.origin != case.destination:
        # Listed with its home country: only the mission in the country of work can help there.
        return case.destination in key.destinations
    return case.sector is None or case.sector in key.reached_sectors()


def _numbers(contact: Contact) -> list[str]:
    return [
        value.value for value in contact.values if value.channel in ("phone", "whatsapp") and sendable(value)
    ]


def opening(danger: str, t: Translator) -> str:
    """What to do first in a danger."""
    return {
        "self_harm": t.gettext(
            "I am glad you wrote. You are not alone. Please do not stay alone now: go to someone near you."
        ),
        "violence": t.gettext("If you can, go to a safe place now, near other people."),
        "confinement": t.gettext("You have the right to be free. Call now if you can do it safely."),
        "trafficking": t.gettext("This is not your fault. There is help. Call when nobody can hear you."),
        "injury": t.gettext("Get medical help now."),
        "arrest": t.gettext(
            "You may ask for your embassy and for an interpreter. Do not sign what you cannot read."
        ),
        "stranded": t.gettext("Stay where there are people. Help is there for you."),
    }[danger]


def call_line(numbers: Iterable[EmergencyNumber], case: Case, danger: str, t: Translator) -> str:
    """Whom to call in a danger."""
    services = _SERVICES[danger]
    entries = tuple(numbers)
    chosen = tuple(entry for entry in entries if set(entry.services) & set(services))
    if danger == "self_harm":
        chosen = chosen or tuple(entry for entry in entries if not entry.services)
    else:
        chosen = chosen or entries
    return t.gettext("Call {numbers}.", numbers=emergency_text(chosen, case, t, services))


def _helper_lines(helpers: Iterable[Contact], t: Translator) -> Iterator[str]:
    for helper in helpers:
        number = formats.dialable(_numbers(helper)[0], t)
        yield t.gettext("{name}: {number}", name=formats.isolate(helper.name, t), number=number)


def _fit(lines: list[str]) -> str:
    """As many lines as fit; the opening and the number always do."""
    text = "\n".join(lines[:2])
    for line in lines[2:]:
        if len(text) + len(line) + 1 <= MAX_LENGTH:
            text = f"{text}\n{line}"
    return text


def _message(text: str, danger: str, contacts: tuple[str, ...] = ()) -> Message:
    return Message(text, topic="emergency", extra={"danger": danger, "contacts": list(contacts)})
