"""Chats of the inbox in words of the desk: what is wrong, who, from where to where, for how long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.answers import formats, names
from bot.answers.translations import Translator
from bot.conversation.asking import choices
from bot.conversation.turn import ME
from bot.people import clock
from bot.people.store import RELEASED, TAKEN, Handoff
from bot.rules.units import Duration

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


@dataclass(frozen=True)
class Row:
    """A chat as the list shows it."""

    number: int
    state: str  # mine, theirs, waiting, closed
    alarm: str  # the emergency in words; empty where there is none
    language: str
    language_code: str
    origin: str
    destination: str
    waited: str
    taken_by: str


@dataclass(frozen=True)
class Rows:
    """The list: one's own chats, those that wait, those that colleagues have."""

    mine: tuple[Row, ...]
    waiting: tuple[Row, ...]
    theirs: tuple[Row, ...]

    @property
    def alarms(self) -> int:
        """How many emergencies wait."""
        return sum(bool(row.alarm) for row in self.waiting)


def rows(queue: Iterable[Handoff], worker: str, ui: Translator, t: Translator) -> Rows:
    """The queue as somebody at the desk sees it, in its order."""
    found = [row(each, worker, ui, t) for each in queue]

    def those(state: str) -> tuple[Row, ...]:
        return tuple(each for each in found if each.state == state)

    return Rows(those("mine"), those("waiting"), those("theirs"))


def row(chat: Handoff, worker: str, ui: Translator, t: Translator) -> Row:
    """One chat. `ui` says the desk's own words, `t` those of the law."""
    return Row(
        number=chat.id,
        state=state_for(chat, worker),
        alarm=alarm(chat, ui),
        language=formats.language_name(chat.language, t),
        language_code=chat.language,
        origin=_country(chat.summary.get("origin"), t),
        destination=_country(chat.summary.get("destination"), t),
        waited=ago(chat.opened_at, ui, t),
        taken_by=chat.taken_by or "",
    )


def state_for(chat: Handoff, worker: str) -> str:
    """How a chat stands for somebody at the desk: mine, theirs, waiting or closed."""
    if chat.state == TAKEN:
        return "mine" if chat.taken_by == worker else "theirs"
    return "closed" if chat.state == RELEASED else "waiting"


def alarm(chat: Handoff, ui: Translator) -> str:
    """The emergency of a chat in words; empty where there is none."""
    if not chat.urgent:
        return ""
    return {
        "self_harm": ui.gettext("Emergency: may hurt themselves"),
        "violence": ui.gettext("Emergency: violence"),
        "confinement": ui.gettext("Emergency: locked in"),
        "trafficking": ui.gettext("Emergency: trafficking or forced work"),
        "injury": ui.gettext("Emergency: injured or ill"),
        "arrest": ui.gettext("Emergency: arrested"),
        "stranded": ui.gettext("Emergency: left with nowhere to go"),
    }.get(chat.danger or "", ui.gettext("Emergency"))


def ago(then: str, ui: Translator, t: Translator) -> str:
    """How long it is since a moment of the store."""
    seconds = max(0, int((clock.moment() - datetime.fromisoformat(then)).total_seconds()))
    if seconds < _MINUTE:
        return ui.gettext("less than a minute")
    sizes = ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute"))
    size, unit = next((size, unit) for size, unit in sizes if seconds >= size)
    return formats.duration(Duration(Decimal(seconds // size), unit), t)


def facts(summary: Mapping[str, Any], ui: Translator, t: Translator) -> list[tuple[str, str]]:
    """(what, how it is) of the case, as far as it is known."""
    return [(label, value) for label, value in _facts(summary, ui, t) if value]


def _facts(summary: Mapping[str, Any], ui: Translator, t: Translator) -> Iterator[tuple[str, str]]:
    def chosen(name: str) -> str:
        labels = {does.rpartition("=")[2]: label for does, label in choices(name, t)}
        return labels.get(summary.get(name) or "", "")

    sector, status, topic = (summary.get(name) for name in ("sector", "status", "topic"))
    yield ui.gettext("Home country"), _country(summary.get("origin"), t)
    yield ui.gettext("Country of work"), _country(summary.get("destination"), t)
    yield ui.gettext("Work"), t.pgettext("sector", formats.SECTOR_NAMES[sector]) if sector else ""
    yield ui.gettext("Private home"), chosen("private_household")
    yield ui.gettext("Papers"), t.pgettext("status", names.STATUS_NAMES[status]) if status else ""
    yield ui.gettext("Employed as"), chosen("employment")
    yield ui.gettext("Asked about"), names.topic_name(topic, t) if topic else ""
    yield ui.gettext("Who writes"), _who(summary, ui)


def _who(summary: Mapping[str, Any], ui: Translator) -> str:
    if summary.get("role") == "family":
        return ui.gettext("somebody of the family")
    if summary.get("role") == "outreach":
        return ui.gettext("somebody who helps workers")
    return "" if summary.get("about", ME) == ME else ui.gettext("somebody who asks for another person")


def _country(code: str | None, t: Translator) -> str:
    return formats.country(code, t) if code else ""
