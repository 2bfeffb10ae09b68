"""The form of a calculator: its fields by the options that the calculator declares, and what they tell it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from bot.answers import names
from bot.answers.calculators.shared import Calculator
from bot.answers.options import Option
from bot.answers.translations import Translator, translator
from bot.desk.calculating.fields import FACT, Field, Reader, currencies, currency_of
from bot.desk.calculating.periods import Row, read_rows
from bot.desk.calculating.words import field_hint, field_label, field_options
from bot.desk.pickers import resolve
from bot.rules.calculators.benefits import BRANCH_TYPES
from bot.rules.calculators.deadlines import START_TERMS
from bot.rules.ruletypes import Catalogue, Fact
from bot.rules.vocabulary import TOPICS

CURRENCY: Final = "currency"
_KINDS: Final = {
    "country": "picker", "sector": "picker", "day": "day", "money": "money", "number": "number",
    "whole": "number", "topic": "choice", "branch": "choice", "event": "choice", "start": "choice",
    "status": "choice", "yes_no": "choice", "who": "choice",
}  # fmt: skip
_TERMS: Final = {"event": "event", "start": START_TERMS}  # whose words are the choices
_MORE: Final = ("on", "day_pay", "week_pay", "status", "private_household", "from", "nationality", "scheme")
_TOLD_OTHERWISE: Final = ("private_household", "ended_by", "monthly_pay", "service")  # fields of their own


@dataclass(frozen=True)
class Form:
    """A form with what stands in it."""

    fields: tuple[Field, ...]
    rows: tuple[Row, ...]
    currency: str

    @property
    def errors(self) -> dict[str, str]:
        """What is wrong, by field."""
        every = (*self.fields, *(each for row in self.rows for each in row.fields))
        return {each.name: each.error for each in every if each.error}

    @property
    def has_money(self) -> bool:
        """Whether a money has to be chosen."""
        return any(each.kind == "money" for each in self.fields)

    def told(self) -> dict[str, list[str]]:
        """What the calculator is told, by option."""
        found: dict[str, list[str]] = {}
        for each in self.fields:
            if each.told and each.is_fact:
                found.setdefault("fact", []).append(f"{each.name.removeprefix(FACT)}={each.told}")
            elif each.told:
                found[each.name] = [each.told]
        for name, value in (pair for row in self.rows for pair in row.told()):
            found.setdefault(name, []).append(value)
        return found


def read_form(
    calculator: Calculator, catalogue: Catalogue, given: Mapping[str, str], mine: Translator, language: str,
    sent: bool,
) -> Form:  # fmt: skip
    """The form of a calculator. `sent`: somebody sent it, so what is missing is wrong; else it is prepared.

    `mine` says the desk's own messages in `language`.
    """
    values = {name: value.strip() for name, value in given.items()}
    reader = Reader(mine, translator(language))
    chosen, there = values.get(CURRENCY, ""), resolve("country", values.get("to", ""), language).code
    currency = chosen if chosen in currencies() else currency_of(there)
    fields: list[Field] = []
    rows: list[Row] = []
    for option in calculator.options:
        if option.kind == "period":
            rows = read_rows(values, reader, sent)
        elif option.kind == "fact":
            fields += [_fact(each, values, reader) for each in _asked_facts(catalogue)]
        elif option.kind not in ("language", "amount_of_country"):
            made = _field(calculator, option, catalogue, values, reader)
            fields.append(_read(made, option, currency, reader, sent))
    return Form(tuple(_in_order(fields, mine)), tuple(rows), currency)


def _field(
    calculator: Calculator, option: Option, catalogue: Catalogue, values: Mapping[str, str], reader: Reader
) -> Field:
    """A field as it was sent, or as it stands at first."""
    return Field(
        option.name,
        _KINDS.get(option.kind, "text"),
        field_label(calculator.name, option.name, reader.mine),
        field_hint(option.name, reader.mine),
        option.required,
        picks=option.kind if _KINDS.get(option.kind) == "picker" else "",
        options=tuple(_options(option, catalogue, reader)),
        value=values.get(option.name, option.default or ""),
        more=option.name in _MORE and not option.required,
    )


def _read(made: Field, option: Option, currency: str, reader: Reader, sent: bool) -> Field:
    if not made.value:
        return made.wrong(reader.mine.gettext("Fill this in.")) if sent and option.required else made
    if made.kind == "picker":
        return reader.picked(made)
    if made.kind == "day":
        return reader.day(made)
    if made.kind == "money":
        return reader.money(made, currency)
    if made.kind == "number":
        return reader.number(made, whole=option.kind == "whole")
    return reader.choice(made)


def _options(option: Option, catalogue: Catalogue, reader: Reader) -> Iterator[tuple[str, str]]:
    t = reader.t
    if option.kind == "topic":
        yield from ((each, _capital(names.topic_name(each, t))) for each in TOPICS)
    elif option.kind == "branch":
        known = option.choices or tuple(BRANCH_TYPES)
        yield from ((each, _capital(names.topic_name(each, t))) for each in known)
    elif option.kind in _TERMS:
        terms = catalogue.terms.get(_TERMS[option.kind], {})
        said = [(each, t.pgettext(f"term {_TERMS[option.kind]}", str(text))) for each, text in terms.items()]
        yield from sorted(said, key=lambda item: item[1].casefold())
    elif option.kind in ("status", "yes_no", "who"):
        yield from field_options(option.name, reader.mine, t)


def _asked_facts(catalogue: Catalogue) -> Iterator[Fact]:
    """The facts of a case that have no field of their own."""
    return (each for each in catalogue.facts.values() if each.name not in _TOLD_OTHERWISE)


def _fact(fact: Fact, values: Mapping[str, str], reader: Reader) -> Field:
    name = f"{FACT}{fact.name}"
    options = tuple((each, reader.t.gettext(fact.texts[each])) for each in fact.options)
    hint = "" if fact.unit is None else {"duration": "3 years"}.get(fact.unit.name, "10")
    made = Field(
        name, "choice" if options else "text", reader.t.gettext(fact.ask), hint, options=options,
        value=values.get(name, ""), more=True,
    )  # fmt: skip
    return reader.choice(made) if made.value else made


def _in_order(fields: list[Field], mine: Translator) -> Iterator[Field]:
    """The fields with what is wrong between them: days in no order, a country that is both."""
    told = {each.name: each.told for each in fields if each.told}
    for each in fields:
        if each.name == "end" and told.get("start", "") > told.get("end", "9"):
            yield each.wrong(mine.gettext("The last day is before the first."))
        elif each.name == "start" and "end" not in told and each.told > date.today().isoformat():
            yield each.wrong(mine.gettext("This day is still to come. Write the last day too."))
        elif each.name == "from" and each.told and each.told == told.get("to"):
            yield each.wrong(mine.gettext("This is the country of work. Write another one."))
        else:
            yield replace(each)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
