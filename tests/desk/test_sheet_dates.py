"""Until when to claim: each rule from the day that it counts from, and which of its limits a day is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import pytest
from icalendar import Calendar, Event

from bot.desk.asked import Asked
from bot.desk.sheet.dates import LastDay, Limited, Since, calendar, last_days, limited_topics, to_come
from bot.rules.lawbase import LawBase
from bot.rules.lookup import look_up, lookup

TODAY = date(2026, 11, 20)
ZA = Asked("ZW", "ZA", "construction", topics=("termination",))
MX = Asked("GT", "MX", "construction", topics=("termination",))
US = Asked("MX", "US", "construction", topics=("wages",))


@pytest.fixture(scope="module")
def law(law_url: str) -> Iterator[LawBase]:
    base = LawBase(law_url)
    yield base
    base.close()


def fields(law: LawBase, asked: Asked) -> dict[str, Limited]:
    found = limited_topics(lookup(law, asked.case(TODAY), asked.topics), "en")
    return {each.name: each for each in found}


def days(law: LawBase, asked: Asked, **since: date) -> dict[str, LastDay]:
    """The last days by rule and limit; `since`: the day of each start, on the one topic of the case."""
    starts = {Since(asked.topics[0], (name,)): day for name, day in since.items()}
    return {f"{each.rule}/{each.limit}": each for each in counted(law, asked, starts)}


def counted(
    law: LawBase, asked: Asked, since: Mapping[Since, date], languages: tuple[str, ...] = ("en",)
) -> list[LastDay]:
    with law.reading() as reader:
        return last_days(reader, look_up(reader, asked.case(TODAY), asked.topics), since, languages)


def events(made: bytes) -> list[Event]:
    return Calendar.from_ical(made).walk("VEVENT")


def test_rules_that_count_from_different_days_ask_for_different_days(law: LawBase) -> None:
    found = fields(law, ZA)
    assert set(found) == {"termination.dismissal", "termination.mediation_failed"}
    assert found["termination.dismissal"].words == "on the day of the dismissal"
    assert found["termination.mediation_failed"].words == "when mediation has failed"
    assert {name.partition(".")[2] for name in fields(law, MX)} == {"job_end", "told", "due_day"}


def test_a_day_counts_for_the_rules_that_count_from_it_alone(law: LawBase) -> None:
    """South Africa: the dismissal, and failed mediation weeks later. Mexico: three starts, three days."""
    dismissed, failed = date(2026, 10, 1), date(2026, 11, 12)
    found = days(law, ZA, dismissal=dismissed, mediation_failed=failed)
    assert {name: each.day for name, each in found.items()} == {
        "za-dismissal-30-days/limit": dismissed + timedelta(days=30),
        "za-ccma-other-deadlines-arbitration/limit": failed + timedelta(days=90),
    }
    assert list(days(law, ZA, mediation_failed=failed)) == ["za-ccma-other-deadlines-arbitration/limit"]
    found = days(law, MX, job_end=date(2026, 10, 5), told=date(2026, 11, 2), due_day=date(2026, 9, 15))
    assert {name: each.day for name, each in found.items()} == {
        "mx-deadlines-dismissal/limit": date(2026, 12, 5),
        "mx-deadline-leaving-for-cause/limit": date(2026, 12, 2),
        "mx-deadlines-general/limit": date(2027, 9, 15),
    }
    assert days(law, ZA, told=failed) == {}


def test_a_day_says_which_limit_it_is(law: LawBase) -> None:
    since = TODAY - timedelta(days=9)
    found = counted(law, US, {Since("wages"): since}, ("en", "es"))
    said = {each.limit: each.which("en") for each in found}
    assert said == {
        "limit": "You must claim within 2 years.",
        "limit_if_wilful": "If the employer broke the law on purpose, you have 3 years.",
    }
    assert "3 años" in next(each.which("es") for each in found if each.limit == "limit_if_wilful")
    told = [str(each["description"]) for each in events(calendar(found, "en", TODAY, details=True))]
    assert len(told) == 2 and all(any(text.startswith(each) for each in said.values()) for text in told)


def test_a_calendar_without_details_holds_no_day_under_a_condition_that_it_does_not_say(law: LawBase) -> None:
    found = counted(law, US, {Since("wages"): TODAY - timedelta(days=9)})
    (event,) = events(calendar(found, "en", TODAY, details=False))
    assert event.decoded("dtstart") == date(2028, 11, 11) and "description" not in event
    over = counted(law, US, {Since("wages"): date(2024, 5, 1)})
    assert [each.limit for each, _ in to_come(over, TODAY, details=True)] == ["limit_if_wilful"]
    assert not list(to_come(over, TODAY, details=False))


def test_nobody_finds_the_matter_by_the_number_of_an_event(law: LawBase) -> None:
    """A hash of the rule and the day could be reckoned for every rule and day."""
    found = counted(law, ZA, {Since("termination", ("dismissal",)): TODAY})
    numbers = [str(events(calendar(found, "en", TODAY, details=False))[0]["uid"]) for _ in range(2)]
    assert numbers[0] != numbers[1] and all(each.endswith("@haq") for each in numbers)
