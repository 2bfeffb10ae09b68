"""Numbers that guests write into forms, addresses and commands: read as they are meant, or refused."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from decimal import Decimal

import pytest

from bot.answers.options import money, number
from bot.answers.translations import translator
from bot.desk.calculating.fields import Field, Reader, read_number
from bot.rules.errors import CaseError

# Each is a short text and a gigabyte, once it is written out or compared with how the language writes it.
HUGE = ("1e-999999999", "0e-999999999", "0e999999999", "1,0e-999999999", "1E-99999", "1e16", "١e-999999999")


@pytest.mark.parametrize(
    "text", [*HUGE, "1e999999999", "-1", "nan", "inf", "", "1.2.3", "9" * 41, "0.0000001"]
)
def test_what_cannot_be_meant_is_refused_at_once(text: str) -> None:
    spoken = [(translator(name, "desk"), translator(name)) for name in ("en", "fr", "ar", "hi")]
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    for desk, worker in spoken:
        assert read_number(text, worker) is None
        reader = Reader(desk, worker)
        for read in (reader.number, lambda made: reader.money(made, "QAR")):  # noqa: B023
            made = read(Field("wage", "number", "Wage", value=text))
            assert made.error and not made.told
    for as_program in (number, lambda given: money(f"QAR {given}")):
        with pytest.raises(CaseError):
            as_program(text)
    assert time.monotonic() - began < 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # KiB


@pytest.mark.parametrize(
    ("text", "language", "meant"),
    [
        ("1500", "en", "1500"), ("1,500.50", "en", "1500.50"), ("1 500,50", "fr", "1500.50"),
        ("1500.50", "fr", "1500.50"), ("١٥٠٠", "ar", "1500"), ("1000000000000000", "en", "1000000000000000"),
        ("0", "en", "0"), ("0.000001", "en", "0.000001"), ("12,34,567", "hi", "1234567"),
    ],
)  # fmt: skip
def test_numbers_as_they_are_written(text: str, language: str, meant: str) -> None:
    assert read_number(text, translator(language)) == Decimal(meant)


@pytest.mark.parametrize(
    ("read", "text", "meant"),
    [
        (number, "1500.50", "1500.50"), (number, "1e3", "1000"), (number, "1E+15", "1000000000000000"),
        (lambda text: money(text).amount, "QAR 1500.50", "1500.50"),
    ],
)  # fmt: skip
def test_programs_may_write_as_programs_do(read: Callable[[str], Decimal], text: str, meant: str) -> None:
    assert read(text) == Decimal(meant)


def test_what_is_no_money_is_said_as_before() -> None:
    with pytest.raises(CaseError, match="is not money"):
        money("moons 12")
