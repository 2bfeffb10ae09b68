"""Every number over REST comes from a rule, the case, a contact, the emergency table or a choice."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from babel import Locale

from bot.answers.names import TOPIC_NAMES
from bot.answers.translations import translator
from bot.conversation.form_list import FORMS
from bot.rules.case import Case, make_case
from bot.rules.emergency import MOBILE_FALLBACK
from bot.rules.lawbase import LawBase, LawReader
from bot.rules.lookup import contact_ids
from bot.rules.model import Rule
from bot.rules.treaties.derivation import derive
from bot.rules.treaties.statements import derived_results
from bot.rules.vocabulary import TOPICS
from tests.end_to_end.driver import Conversation, Servers
from tests.number_trace import untraced

Talk = Callable[..., Conversation]
CASES = 200
SEED = 20261121
DESTINATIONS = ("QA", "SA", "MY", "ZA", "IT", "QA", "SA", "MY", "ZA", "IT", "KR", "FJ", "US")
ORIGINS = ("NP", "PH", "KE", "LS", "MA", "BD", "GH", None)
JOBS = ("mason", "housemaid", "farm worker", "miner", "cleaner", "nurse", None)
STATUS = ("I have no papers", None, None)
# One plain question a topic; the wording is the model's business, whatever topic it takes is checked.
QUESTIONS = {topic: f"question about {name}" for topic, name in TOPIC_NAMES.items()} | {
    "wages": "my salary is not paid",
    "end_of_service": "how much gratuity at the end of the job",
    "overtime": "how is overtime paid",
    "annual_leave": "how many days of annual leave",
    "employment_injury": "I was injured at work, compensation?",
    "medical_care": "who pays the hospital",
    "minimum_wage": "what is the minimum wage",
    "complaint": "where can I complain",
    "emergency": "he is beating me now help",
    "welfare_fund": "what does the welfare fund pay",
}


@pytest.fixture(scope="module")
def base(servers: Servers) -> Iterator[LawBase]:
    """The law base that the running assistant reads."""
    found = LawBase(servers.environment["HAQ_DATABASE_URL"])
    yield found
    found.close()


# What a form asks, in the languages of this test: the numbers in it are examples.
QUESTIONS_OF_FORMS = {
    question.text(translator(language))
    for form in FORMS.values()
    for question in form.questions
    for language in ("en", "fr", "ne")
}


def test_numbers_of_random_cases_are_traced(talk: Talk, base: LawBase) -> None:
    chance = random.Random(SEED)
    names = Locale.parse("en_GB").territories
    with_numbers = 0
    for _ in range(CASES):
        destination, origin = chance.choice(DESTINATIONS), chance.choice(ORIGINS)
        parts = [f"I work in {names[destination]}"]
        parts += [f"I am from {names[origin]}"] if origin else []
        parts += [f"I am a {job}"] if (job := chance.choice(JOBS)) else []
        parts += [status] if (status := chance.choice(STATUS)) else []
        said = talk(chance.choice(("en", "fr", "ne"))).say(
            ". ".join([*parts, QUESTIONS[chance.choice(list(QUESTIONS))]])
        )
        with_numbers += any(character.isdigit() for character in said.text)
        check(said, base)
        if said.buttons and chance.random() < 0.5:  # a choice leads to numbers too
            check(said.say("1"), base)
    assert with_numbers > CASES / 3


def test_a_number_that_nothing_carries_is_found(talk: Talk, base: LawBase) -> None:
    said = talk().say("I am a mason in Qatar. my salary is not paid")
    said.messages[0]["text"] += " Call 5550199."
    with pytest.raises(AssertionError, match="5550199"):
        check(said, base)


def check(said: Conversation, base: LawBase) -> None:
    """Asserts that every number of a reply comes from somewhere."""
    for message in said.messages:
        if message["text"].split("\n\n")[0] in QUESTIONS_OF_FORMS:
            continue  # it asks for a number, and says how to write one
        with base.reading() as reader:
            loose = _loose(message, reader)
        assert not loose, f"{loose} in:\n{message['text']}\nrules: {message.get('custom', {}).get('rules')}"


def _loose(message: dict[str, Any], reader: LawReader) -> list[str]:
    custom = message.get("custom") or {}
    derived = _derived(custom.get("case") or {}, reader)
    rules = [rule for key in custom.get("rules", []) if (rule := reader.rule(key) or derived.get(key))]
    assert len(rules) == len(custom.get("rules", [])), "a rule that is cited is not in the law base"
    ids = {key for rule in rules for key in contact_ids(rule, reader.catalogue)} | set(
        custom.get("contacts", [])
    )
    known = custom.get("case") or {}
    country = (known.get("destination") or "").partition("-")[0]
    numbers = [entry.number for entry in reader.emergency_numbers(country)] if country else []
    today = date.today()
    return untraced(
        message["text"], rules, reader.contacts(ids).values(), Case(on=today, today=today),
        [*numbers, *MOBILE_FALLBACK], choices=len(message.get("buttons", [])),
        days=[search.looked for search in reader.searches.all],
    )  # fmt: skip


def _derived(known: dict[str, Any], reader: LawReader) -> dict[str, Rule]:
    """What treaties say of the case: rules that no file holds."""
    if not known.get("destination") or not known.get("origin"):
        return {}
    names = ("origin", "destination", "sector", "status", "employment")
    case = make_case(today=date.today(), **{name: known.get(name) for name in names})
    found = derived_results(derive(case, reader.treaties), case, reader.treaties, TOPICS)
    return {result.rule.id: result.rule for result in found}
