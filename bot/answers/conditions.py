"""Conditions in words: what a statement depends on while something about the case is unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.answers import formats
from bot.answers.formats import SECTOR_NAMES, ValueFormatter
from bot.answers.translations import Translator
from bot.rules.model import ALL_SECTORS, ANY, Condition, Rule
from bot.rules.resolution import Result
from bot.rules.ruletypes import Catalogue
from bot.rules.units import Vocabularies, parse_value

STATUS_CONDITIONS = {
    "regular": "if your papers are valid",
    "irregular": "if you have no valid papers",
    "refugee": "if you are a refugee or asked for asylum",
}
EMPLOYMENT_CONDITIONS = {
    "employee": "if you are an employee",
    "seasonal": "if you are a seasonal worker",
    "informal": "if you work without a contract or registration",
    "self_employed": "if you work for yourself",
    "posted": "if a company in another country sent you",
}


class Conditions:
    """Says under which conditions the results of one lookup hold."""

    def __init__(self, catalogue: Catalogue, t: Translator, formatter: ValueFormatter) -> None:
        self._catalogue = catalogue
        self._t = t
        self._formatter = formatter

    def sentence(self, result: Result) -> str | None:
        """One or two whole sentences, or None when nothing is open."""
        if result.applies == "yes" or "conditions" in result.rule.values:
            return None  # a right that is derived from a treaty names its conditions itself
        t, said = self._t, []
        own = list(self._own(result.rule, result.own_depends_on, result.legal_sectors))
        if own:
            said.append(t.gettext("This is so only {conditions}.", conditions=formats.listing(own, t)))
        said += self._dates(result.rule, result.own_depends_on)
        for winner in result.unless:
            other = list(self._own(winner, result.depends_on, result.legal_sectors))
            if other:
                said.append(
                    t.gettext("Something else holds {conditions}.", conditions=formats.listing(other, t))
                )
        return " ".join(dict.fromkeys(said)) or t.gettext("This depends on your case.")

    def _own(self, rule: Rule, depends_on: tuple[str, ...], sectors: frozenset[str]) -> Iterator[str]:
        t, key = self._t, rule.key
        if "sector" in depends_on:
            yield self._sectors(rule)
        if "private_household" in depends_on:
            home = "domestic_work" in sectors and "domestic_work" in key.reached_sectors()
            yield (
                t.gettext("if you work in a private home")
                if home
                else t.gettext("if you do not work in a private home")
            )
        if "status" in depends_on:
            yield self._any_of(STATUS_CONDITIONS, key.status)
        if "employment" in depends_on:
            yield self._any_of(EMPLOYMENT_CONDITIONS, key.employment)
        if "scheme" in depends_on:
            names = formats.listing((formats.isolate(name, t) for name in key.schemes), t, "or")
            yield t.gettext("if your permit is of this kind: {permit}", permit=names)
        if "region" in depends_on:
            names = formats.listing((formats.country(place, t) for place in key.destinations), t, "or")
            yield t.gettext("if you work in this place: {place}", place=names)
        if "origin" in depends_on:
            if key.origins != (ANY,):
                yield t.gettext("if you come from: {countries}", countries=self._places(key.origins))
            if key.except_origins:
                yield t.gettext(
                    "if you do not come from: {countries}", countries=self._places(key.except_origins)
                )
        if "destination" in depends_on and key.destinations != (ANY,):
            yield t.gettext("if you work in: {countries}", countries=self._places(key.destinations))
        for condition in key.when:
            if condition.fact in depends_on:
                yield self._fact(condition)

    def _dates(self, rule: Rule, depends_on: tuple[str, ...]) -> Iterator[str]:
        t = self._t
        if "start" in depends_on and rule.start:
            yield t.gettext(
                "It is planned to start on {date}. This may move.",
                date=formats.written_date(rule.start, t) or "",
            )
        if "date" in depends_on and rule.start:
            yield t.gettext(
                "It starts or started in {date}. We do not know the day.",
                date=formats.written_date(rule.start, t) or "",
            )
        elif "date" in depends_on and rule.end:
            yield t.gettext(
                "It ends in {date}. We do not know the day.", date=formats.written_date(rule.end, t) or ""
            )

    def _sectors(self, rule: Rule) -> str:
        t, reached = self._t, rule.key.reached_sectors()
        missing = ALL_SECTORS - reached
        if len(missing) < len(reached):
            return t.gettext("if your work is not: {sectors}", sectors=self._sector_names(missing))
        return t.gettext("if your work is: {sectors}", sectors=self._sector_names(reached))

    def _sector_names(self, sectors: frozenset[str]) -> str:
        names = [self._t.pgettext("sector", name) for key, name in SECTOR_NAMES.items() if key in sectors]
        return formats.listing(names, self._t, "or")

    def _places(self, places: tuple[str, ...]) -> str:
        # A group goes by its short name: EU, ECOWAS.
        names = [
            formats.country(place, self._t) if place[:1].isupper() else place.upper().replace("_", " ")
            for place in places
        ]
        return formats.listing(names, self._t, "or")

    def _any_of(self, texts: Mapping[str, str], allowed: tuple[str, ...]) -> str:
        return formats.listing((self._t.gettext(texts[value]) for value in allowed), self._t, "or")

    def _fact(self, condition: Condition) -> str:
        fact = self._catalogue.facts[condition.fact]
        if condition.options:
            return formats.listing(
                (self._t.gettext(fact.texts[option]) for option in condition.options), self._t, "or"
            )
        assert fact.unit is not None
        bounds = {
            name: self._formatter.format(fact.unit, parse_value(fact.unit, raw, Vocabularies({})))
            for name, raw in (("min", condition.min), ("below", condition.below), ("max", condition.max))
            if raw is not None
        }
        both = "between" if condition.max else "both"
        text = fact.texts[next(iter(bounds)) if len(bounds) == 1 else both]
        return self._t.gettext(text, **bounds)
