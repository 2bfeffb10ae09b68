"""What every page of the workshop asks: which workshop, who, and what things are called."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from threading import Lock
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request

from bot.answers import formats, names
from bot.answers.formats import SECTOR_NAMES
from bot.answers.translations import Translator, translator
from bot.desk.accounts.roles import May
from bot.desk.caseform import employment_words
from bot.desk.desk import desk_of
from bot.desk.views import interface, language_of
from bot.desk.words import provenance_words, source_url
from bot.desk.workshop.law import Workshop
from bot.rules.model import ANY
from bot.rules.vocabulary import EMPLOYMENTS, KINDS, SECTORS, STATUSES, TOPICS

_opening = Lock()


def workshop_of(request: Request) -> Workshop:
    """The workshop of the desk, opened when somebody first comes to it."""
    state = request.app.state
    with _opening:
        if not hasattr(state, "workshop"):
            desk = desk_of(request)
            state.workshop = Workshop(desk.settings, desk.law)
    workshop: Workshop = state.workshop
    return workshop


def who(request: Request) -> str:
    """The name under which colleagues know the visitor."""
    account = request.state.visitor.account
    assert account is not None  # the route needs more than a guest may
    return str(account.name)


def may_review(request: Request) -> bool:
    """Whether the visitor may decide on what others propose."""
    return May.REVIEW_LAW in request.state.visitor.may


def number_of(request: Request, name: str = "number") -> int:
    """A number in the address; not found when it is none."""
    raw = str(request.path_params[name])
    if not raw.isdecimal() or len(raw) > len("999999999"):
        raise HTTPException(404)
    return int(raw)


def today() -> date:
    """The day on which pages are looked at."""
    return date.today()


class Names:
    """What countries, topics, sectors and states of things are called in the desk's language."""

    def __init__(self, terms: Translator, said: Translator) -> None:
        self._terms = terms
        self._said = said

    def place(self, code: str) -> str:
        """A country, a region, a group by its short name, or anywhere."""
        if code == ANY:
            return self._said.gettext("anywhere")
        if not code[:1].isupper():
            return code.upper().replace("_", " ")
        return formats.country(code, self._terms)

    def places(self, codes: Any) -> str:
        """Several of them."""
        return formats.listing((self.place(code) for code in codes), self._terms)

    def topic(self, topic: str) -> str:
        """A topic."""
        return names.topic_name(topic, self._terms)

    def sector(self, sector: str) -> str:
        """A sector; `all` is every one."""
        if sector == "all":
            return self._said.gettext("all work")
        return self._terms.pgettext("sector", SECTOR_NAMES[sector])

    def term(self, vocabulary: str, text: str) -> str:
        """A term of a rule type."""
        return self._terms.pgettext(f"term {vocabulary}", text)

    def hint(self, clause: str, name: str) -> str:
        """A sentence of a rule type with its values shown as gaps, the one that is meant by a word."""
        gaps = _Gaps(name, self._said.gettext("this"))
        return self._terms.gettext(clause).format_map(gaps)

    @cached_property
    def topics(self) -> dict[str, str]:
        return {each: self.topic(each) for each in TOPICS}

    @cached_property
    def sectors(self) -> dict[str, str]:
        return {each: self.sector(each) for each in SECTORS}

    @cached_property
    def statuses(self) -> dict[str, str]:
        return {each: self._terms.pgettext("status", names.STATUS_NAMES[each]) for each in STATUSES}

    @cached_property
    def employments(self) -> dict[str, str]:
        words = employment_words(self._said)
        return {each: words[each] for each in EMPLOYMENTS}

    @cached_property
    def units(self) -> dict[str, str]:
        """Units of time, as one counts in them."""
        t = self._said
        return {
            "minute": t.gettext("minutes"), "hour": t.gettext("hours"), "day": t.gettext("days"),
            "working_day": t.gettext("working days"), "week": t.gettext("weeks"),
            "month": t.gettext("months"), "year": t.gettext("years"),
        }  # fmt: skip

    @cached_property
    def periods(self) -> dict[str, str]:
        """For what a pay is."""
        t = self._said
        return {
            "hour": t.gettext("an hour"), "day": t.gettext("a day"), "week": t.gettext("a week"),
            "month": t.gettext("a month"), "year": t.gettext("a year"), "piece": t.gettext("a piece"),
        }  # fmt: skip

    @cached_property
    def kinds(self) -> dict[str, str]:
        """What a rule is for the person."""
        t = self._said
        words = {
            "entitlement": t.gettext("a right"), "obligation": t.gettext("a duty"),
            "deadline": t.gettext("a time limit"), "penalty": t.gettext("a punishment"),
            "scheme": t.gettext("a scheme"), "complaint_channel": t.gettext("where to complain"),
            "warning": t.gettext("a warning"),
        }  # fmt: skip
        return {each: words[each] for each in KINDS}

    @cached_property
    def states(self) -> dict[str, str]:
        """What became of a proposal or a revision."""
        t = self._said
        return {
            "waiting": t.gettext("waits for review"), "returned": t.gettext("sent back"),
            "approved": t.gettext("approved"), "withdrawn": t.gettext("taken back"),
            "settled": t.gettext("now in the files"), "followed": t.gettext("replaced by a later one"),
            "open": t.gettext("live"),
        }  # fmt: skip

    @cached_property
    def steps(self) -> dict[str, str]:
        """What somebody did to a proposal, or what became of a record."""
        t = self._said
        return {
            "proposed": t.gettext("proposed"), "changed": t.gettext("changed"),
            "returned": t.gettext("sent back"), "withdrawn": t.gettext("taken back"),
            "approved": t.gettext("approved"), "added": t.gettext("new"), "removed": t.gettext("removed"),
        }  # fmt: skip

    @cached_property
    def findings(self) -> dict[str, str]:
        """Why a rule should be read again."""
        t = self._said
        return {
            "overdue": t.gettext("its review is due"),
            "older_than_text": t.gettext("older than the text that it cites"),
            "overtaken": t.gettext("the law changed since"),
            "ended": t.gettext("ended, and nothing follows"),
            "old_amount": t.gettext("an old sum of money"),
        }


class _Gaps(dict[str, str]):
    """Fills every placeholder of a sentence."""

    def __init__(self, name: str, word: str) -> None:
        super().__init__()
        self._name, self._word = name, word

    def __missing__(self, key: str) -> str:
        return f"[{self._word}]" if key == self._name else "…"


def shared(request: Request) -> dict[str, Any]:
    """What the templates of the workshop all have."""
    language = language_of(request)
    said = interface(request)
    return {
        "names": Names(translator(language), said),
        "may_review": may_review(request),
        "me": who(request),
        "words": provenance_words(said),
        "source_url": source_url,
        "shown": shown_value,
        "here": request.url.path,
    }


def shown_value(value: Any) -> str:
    """A value of a record in one line, as the law files write it."""
    if value is None:
        return "—"
    if isinstance(value, dict):
        return "; ".join(f"{name}: {shown_value(item)}" for name, item in value.items() if item is not None)
    if isinstance(value, list | tuple):
        return ", ".join(shown_value(item) for item in value)
    return {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)
