"""What stands on a case sheet: one lookup in two languages, statement by statement in the same order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from bot.answers import formats, names
from bot.answers.answer import Answer, Channel, answer
from bot.answers.contacts import reachable
from bot.answers.grouping import COMPLAIN, CROSSING, ENTITLED, HOME, by_topic, grouped
from bot.answers.protection import COLUMN_NAMES, STATE_NAMES
from bot.answers.statements import Statement
from bot.answers.translations import Translator, translator
from bot.conversation.answering import disclaimer, distinct
from bot.conversation.companion import cost_unknown, evidence, speaks_of_cost
from bot.conversation.reckoning import CLAIMS
from bot.desk.asked import Asked
from bot.letters.letter import FIRST_STRONG_ISOLATE, POP_ISOLATE
from bot.letters.sheet import Code, Row, Section, Sheet, SheetSource, Texts
from bot.rules.emergency import MOBILE_FALLBACK, SERVICES
from bot.rules.lookup import Lookup
from bot.rules.model import Provenance
from bot.rules.protection import GAP

# What a sheet is about when nobody says otherwise: what is asked most, and what is lost when it is late.
IMPORTANT: Final = (
    "wages", "end_of_service", "document_retention", "employment_injury", "social_security_agreement",
    "contribution_refund", "welfare_fund",
)  # fmt: skip
# So much a short sheet shows of a topic, of another group, and of those who help; less of many topics.
MANY: Final = 3
PER_TOPIC, PER_GROUP, CHANNELS = (4, 1), (4, 3), (4, 3)
_MAIN_KINDS: Final = ("warning", "entitlement", "deadline")
_NO_DEADLINE: Final = "deadline_not_found"  # a gap that stands among the deadlines
_ENDS_OF_HEADINGS = " :\u00a0\u202f\uff1a\u1361\u1366"

Say = Callable[[Translator], str]


@dataclass(frozen=True)
class Wanted:
    """Which sheet: whose case, in which languages, how long."""

    asked: Asked
    languages: Texts  # the worker's, then the desk's; one where they are the same
    whole: bool = False  # everything that the lookup gives

    @property
    def topics(self) -> tuple[str, ...]:
        """What the sheet is about."""
        return self.asked.topics or IMPORTANT

    def most(self, few_many: tuple[int, int]) -> int:
        """How many of something it shows."""
        return few_many[len(self.topics) > MANY]


def make_sheet(found: Lookup, wanted: Wanted, code: Code | None = None) -> Sheet:
    """The sheet of a case, of what the law says of it on what is wanted."""
    return _Writer(found, wanted).sheet(code)


@dataclass
class _Writer:
    """Says one lookup in the languages of a sheet, and numbers its sources."""

    found: Lookup
    wanted: Wanted
    left_out: int = 0
    sources: dict[tuple[object, ...], SheetSource] = field(default_factory=dict)

    @cached_property
    def answers(self) -> tuple[Answer, ...]:
        return tuple(answer(self.found, language) for language in self.wanted.languages)

    @cached_property
    def speakers(self) -> tuple[Translator, ...]:
        return tuple(map(translator, self.wanted.languages))

    @cached_property
    def said(self) -> tuple[dict[str, Statement], ...]:
        """Each statement by its rule, in each language."""
        return tuple(
            {each.rule.id: each for each in (*one.statements, *(way.statement for way in one.channels))}
            for one in self.answers
        )

    def sheet(self, code: Code | None) -> Sheet:
        """Everything, in the order in which a person needs it."""
        groups = grouped(self.answers[0])
        sections = (
            self._emergency(),
            *self._law(groups[ENTITLED]),
            *self._complaint(groups[COMPLAIN]),
            self._plain("crossing", lambda t: t.gettext("What goes home with me?"), groups[CROSSING]),
            self._plain("home", _from_home, groups[HOME]),
            self._gaps(),
            *self._evidence(),
        )
        today = self.found.case.today.isoformat()
        days = dict.fromkeys(_apart(formats.written_date(today, t) or "") for t in self.speakers)
        return Sheet(
            languages=self.wanted.languages,
            case=tuple(self._case()),
            sections=tuple(each for each in sections if each.rows or each.name == "law"),
            sources=tuple(self.sources.values()),
            sources_heading=self._heading(lambda t: t.gettext("This is where it stands:")),
            closing=(Row(self._each(disclaimer)),),
            day=" · ".join(days),
            version=self.found.version,
            code=code,
            left_out=self.left_out,
        )

    # -- sections -------------------------------------------------------------------------------------

    def _case(self) -> Iterator[Row]:
        """The case without the papers: whoever sees the sheet must not learn of them."""
        case = self.found.case
        if case.origin:
            home = case.origin
            yield self._row(lambda t: t.gettext("home country: {country}", country=formats.country(home, t)))
        place = case.region or case.destination
        if place:
            yield self._row(
                lambda t: t.gettext("country of work: {country}", country=formats.country(place, t))
            )
        sector = case.sector
        if sector:
            yield self._row(
                lambda t: t.gettext(
                    "work: {sector}", sector=t.pgettext("sector", formats.SECTOR_NAMES[sector])
                )
            )
        if case.on != case.today:
            yield self._row(
                lambda t: t.gettext("Date: {day}", day=formats.written_date(case.on.isoformat(), t) or "")
            )

    def _emergency(self) -> Section:
        numbers = tuple(entry.number for entry in self.found.emergency) or MOBILE_FALLBACK
        rows = [Row(tuple(_begun(one.emergency) for one in self.answers), numbers=numbers)]
        if self.found.case.papers_may_be_missing:
            rows.append(
                self._row(lambda t: t.gettext("We do not know if the police tell the immigration office."))
            )
        heading = self._heading(lambda t: names.topic_name("emergency", t))
        return Section("emergency", heading, tuple(rows), tone="danger")

    def _law(self, statements: Sequence[Statement]) -> Iterator[Section]:
        if not statements:
            return
        yield Section("law", self._heading(lambda t: t.gettext("What the law says")))
        for each in by_topic(statements, self.wanted.topics):
            topic = each.topic
            yield Section(
                topic,
                self._heading(lambda t, topic=topic: names.topic_name(topic, t)),  # type: ignore[misc]
                self._rows(self._short(each.statements, self.wanted.most(PER_TOPIC))),
                level=2,
            )

    def _complaint(self, statements: Sequence[Statement]) -> Iterator[Section]:
        """Where, by when, and the protection of who complains."""
        yield Section("help", self._heading(lambda t: t.gettext("Where to get help:")), tuple(self._help()))
        until = [each for each in statements if each.rule.kind == "deadline"]
        yield Section(
            "deadlines",
            self._heading(lambda t: t.gettext("Until when you can claim")),
            (*self._rows(until), *self._no_deadline(until)),
        )
        others = [each for each in statements if each.rule.kind != "deadline"]
        yield Section(
            "protection",
            self._heading(lambda t: t.gettext("Your rights when you complain:")),
            self._rows(self._short(others, self.wanted.most(PER_GROUP))),
        )

    def _no_deadline(self, until: Sequence[Statement]) -> Iterator[Row]:
        """What was looked for in vain; or that nothing is known."""
        looked_for = self._rows_of_gaps(lambda reason: reason == _NO_DEADLINE)
        yield from looked_for
        if not until and not looked_for and set(CLAIMS) & set(self.wanted.topics):
            yield self._row(
                lambda t: t.gettext("We do not know until when you can claim. Claim as soon as you can.")
            )

    def _help(self) -> Iterator[Row]:
        ways = [way for way in distinct(self.answers[0].channels) if not self._stands_above(way)]
        shown = ways if self.wanted.whole else ways[: self.wanted.most(CHANNELS)]
        self.left_out += len(ways) - len(shown)
        for way in shown:
            yield self._way(way)
        if shown and self.found.case.papers_may_be_missing:
            yield self._row(
                lambda t: t.gettext(
                    "If you have no valid papers, ask a union, an aid group or your embassy first."
                )
            )
        for remedies in zip(*(one.remedies for one in self.answers), strict=True):
            if self.wanted.whole or remedies[0].remedy.ways:
                yield Row(tuple(_begun(each.text) for each in remedies))

    def _stands_above(self, way: Channel) -> bool:
        """Whether it only names emergency services, whose numbers stand at the head of the sheet."""
        above = {entry.number for entry in self.found.emergency}
        return bool(way.cards) and all(
            set(card.contact.roles) <= set(SERVICES)
            and {value.value for value in reachable(card.contact, self.found.case)} <= above
            for card in way.cards
        )

    def _way(self, way: Channel) -> Row:
        rule, case = way.statement.rule, self.found.case
        brief = {each.statement.rule.id: each.brief() for each in self.answers[0].channels}
        texts = [brief[rule.id]]
        for one in self.answers[1:]:
            texts += [each.brief() for each in one.channels if each.statement.rule.id == rule.id][:1]
        numbers = (
            value.value
            for card in way.cards
            for value in reachable(card.contact, case)
            if value.channel in ("phone", "sms", "whatsapp")
        )
        return Row(
            tuple("\n".join(line.strip() for line in text.splitlines()) for text in texts),
            sources=self._numbers(way.statement),
            numbers=tuple(dict.fromkeys(numbers)),
            rule=rule.id,
        )

    def _plain(self, name: str, heading: Say, statements: Sequence[Statement]) -> Section:
        return Section(
            name, self._heading(heading), self._rows(self._short(statements, self.wanted.most(PER_GROUP)))
        )

    def _gaps(self) -> Section:
        heading = self._heading(lambda t: t.pgettext("map state", STATE_NAMES[GAP]))
        return Section("gaps", heading, self._rows_of_gaps(lambda reason: reason != _NO_DEADLINE))

    def _rows_of_gaps(self, of: Callable[[str], bool]) -> tuple[Row, ...]:
        """The named gaps of some reasons."""
        gaps = zip(*(one.gaps for one in self.answers), strict=True)
        return tuple(
            Row(tuple(_begun(each.text) for each in texts)) for texts in gaps if of(texts[0].gap.reason)
        )

    def _evidence(self) -> Iterator[Section]:
        """What to bring for the topics together, each thing once, and what to do with it."""
        lines: dict[Texts, None] = {}
        for subject in self.wanted.topics:
            lines |= dict.fromkeys(zip(*(evidence(subject, t) for t in self.speakers), strict=True))
        things = [texts for texts in lines if texts[0].startswith("•")]
        heading, *advice = (texts for texts in lines if not texts[0].startswith("•"))
        yield Section(
            "evidence",
            tuple(text.rstrip(_ENDS_OF_HEADINGS) for text in heading),
            tuple(Row(tuple(text.lstrip("• ") for text in texts)) for texts in things),
            tone="list",
        )
        statements = (*self.answers[0].statements, *(way.statement for way in self.answers[0].channels))
        if not any(speaks_of_cost(each) for each in statements):
            advice.append(self._each(cost_unknown))
        yield Section("advice", (), tuple(map(Row, advice)), level=2)

    # -- rows -----------------------------------------------------------------------------------------

    def _short(self, statements: Sequence[Statement], most: int) -> list[Statement]:
        """The first of some statements: every warning, then what gives something and holds for sure."""
        if self.wanted.whole or len(statements) <= most:
            return list(statements)
        ranked = sorted(statements, key=_weight)
        kept = {each.rule.id for each in ranked[:most]}
        kept |= {each.rule.id for each in statements if each.rule.kind == "warning"}
        self.left_out += len(statements) - len(kept)
        return [each for each in statements if each.rule.id in kept]

    def _rows(self, statements: Iterable[Statement]) -> tuple[Row, ...]:
        return tuple(self._statement(each) for each in statements)

    def _statement(self, statement: Statement) -> Row:
        rule = statement.rule.id
        said = [one[rule] for one in self.said]
        condition = tuple(" ".join(filter(None, (each.condition, each.caution))) for each in said)
        return Row(
            tuple(each.text for each in said),
            sources=self._numbers(statement),
            condition=condition if any(condition) else (),
            rule=rule,
        )

    def _numbers(self, statement: Statement) -> tuple[int, ...]:
        """The number of a statement's source; a new one where it was not named yet."""
        provenance = statement.rule.provenance
        line = self.said[-1][statement.rule.id].source
        if not line:
            return ()
        source = self.sources.setdefault(_key(provenance), _source(len(self.sources) + 1, line, provenance))
        return (source.number,)

    def _row(self, say: Say) -> Row:
        return Row(self._each(lambda t: _begun(say(t))))

    def _heading(self, say: Say) -> Texts:
        return self._each(lambda t: _begun(say(t)).rstrip(_ENDS_OF_HEADINGS))

    def _each(self, say: Say) -> Texts:
        return tuple(map(say, self.speakers))


def _from_home(t: Translator) -> str:
    column = COLUMN_NAMES["fallback"]
    return t.pgettext("map column", column)


def _weight(statement: Statement) -> tuple[bool, bool]:
    return (statement.rule.kind not in _MAIN_KINDS, statement.applies != "yes")


def _key(provenance: Provenance) -> tuple[object, ...]:
    source = provenance.source
    return (
        provenance.legal_basis,
        provenance.as_of,
        source and (source.publisher, source.url or source.title),
    )


def _source(number: int, line: str, provenance: Provenance) -> SheetSource:
    source = provenance.source
    url = source.url if source and source.url and source.url.startswith(("https://", "http://")) else ""
    return SheetSource(number, line, source.title if source else "", url or "")


def _apart(text: str) -> str:
    """A text that keeps its own direction among others."""
    return f"{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}"


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]
