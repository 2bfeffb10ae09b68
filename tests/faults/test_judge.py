"""The judge of the fault matrix: it has to see what it is there to see."""

from __future__ import annotations

from dataclasses import replace

from bot.benchmarks.faults_judge import Heard, Said, Sample, Window, fates, told, untrue

WINDOW = Window(since=100, began=110, ended=120, until=140)
WAGES = Said("1", "Qatar", "Unpaid or late wages", 112.0, accepted=True)
HOURS = Said("1", "Qatar", "Working hours", 130.0, accepted=True)
ANSWER = Heard("1", "Unpaid or late wages · country of work: Qatar · work: construction\n• It", 121.0, "a")
REST = Heard("1", "Where to get help", 121.1, "b")
SORRY = Heard("1", "Sorry, I cannot look this up right now. In danger: 999.", 121.0, "c")


def answer_to(said: Said, at: float) -> Heard:
    return Heard(said.person, f"{said.topic} · country of work: {said.country} · x", at, f"{said.topic}{at}")


def test_all_is_well() -> None:
    found = fates([WAGES, HOURS], [ANSWER, REST, answer_to(HOURS, 131.0)], WINDOW)
    assert (found.messages, found.lost, found.doubled, found.others, found.refused) == (2, 0, 0, 0, 0)
    assert found.longest_gap == 10.0
    assert found.recovery == 1.0, "the first answer took nine seconds, and came one after the end"


def test_lost_and_not_yet_accepted_are_two_things() -> None:
    found = fates([WAGES, replace(HOURS, accepted=False)], [], WINDOW)
    assert (found.lost, found.refused) == (1, 1)


def test_one_lost_and_another_doubled_do_not_make_up_for_each_other() -> None:
    found = fates([WAGES, HOURS], [ANSWER, replace(ANSWER, reference="z", at=122.0)], WINDOW)
    assert (found.lost, found.doubled) == (1, 1)


def test_a_part_sent_twice_is_doubled() -> None:
    assert fates([WAGES], [ANSWER, REST, replace(REST, at=137.0)], WINDOW).doubled == 1


def test_another_persons_country_is_seen() -> None:
    stranger = Heard("1", "Working hours · country of work: Japan · work", 131.0, "d")
    found = fates([WAGES, HOURS], [ANSWER, stranger], WINDOW)
    assert (found.others, found.lost) == (1, 1)


def test_an_apology_is_an_answer_once() -> None:
    found = fates([WAGES], [SORRY], WINDOW)
    assert (found.lost, found.doubled, found.apologies) == (0, 0, 1)
    found = fates([WAGES], [SORRY, replace(ANSWER, at=125.0)], WINDOW)
    assert found.doubled == 1, "an apology and then an answer are two answers"


def test_what_belongs_to_an_earlier_fault_is_not_counted_again() -> None:
    earlier = replace(WAGES, at=50.0)
    found = fates([earlier, WAGES], [replace(ANSWER, at=51.0), ANSWER], WINDOW)
    assert (found.messages, found.lost, found.doubled) == (1, 0, 0)


def test_readiness_that_keeps_silent_about_a_fault_is_untrue() -> None:
    silent = [Sample(at, "desk", 200) for at in (105, 117, 135)]
    assert untrue(silent, {"desk": ("rules",)}, 110, 120) == ["desk did not say rules (1 times)"]
    honest = [silent[0], Sample(117, "desk", 503, ("rules", "accounts")), silent[2]]
    assert untrue(honest, {"desk": ("rules",)}, 110, 120) == []
    assert untrue(honest, {}, 110, 120) == ["desk called itself unready (rules, accounts) (1 times)"]
    assert untrue([Sample(135, "desk", 0)], {}, 110, 120) == ["desk was still unready (no answer) (1 times)"]
    assert untrue([Sample(135, "desk", 0)], {"desk": ()}, 110, 120) == [], "it was killed, and says nothing"
    assert told(honest, 100, 120) == {"desk": "ready / rules, accounts"}
