"""What all calculators read from a command line, and how they show their steps."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bot.answers.translations import check_language, translator
from bot.rules.errors import CaseError

if TYPE_CHECKING:
    from bot.rules.calculators.steps import Step

LARGEST = Decimal(10) ** 15  # more than any wage or pension in any money

F = TypeVar("F", bound=Callable[..., Any])


def said(function: F) -> F:
    """The options of every calculator: date, language, JSON."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="The calculation as JSON."),
        click.option("--lang", "language", default="en", show_default=True, help="Language of the text."),
        click.option("--on", metavar="DATE", help="The date that the question is about; today without it."),
    ):
        function = option(function)
    return function


def show(body: dict[str, Any], steps: Iterable[Step], language: str, as_json: bool) -> None:
    """Prints a calculation: its steps, then the rules that it rests on."""
    from bot.answers.calculation import step_text, steps_json

    t = translator(check_language(language))
    if as_json:
        click.echo(json.dumps({**body, "steps": steps_json(steps, t)}, ensure_ascii=False, indent=2))
        return
    for number, each in enumerate(steps, 1):
        click.echo(f"{number}. {step_text(each, t)}")
    for rule in body.get("rules", ()):
        click.echo(f"\n[{rule['rule']}] {rule['text']}")
        source = rule["source"] or {}
        grounds = (rule["legal_basis"], source.get("publisher"))
        click.echo("  " + "; ".join(str(part) for part in grounds if part))
    click.echo("\n" + t.gettext("This is information, not legal advice."))


def number(text: str) -> Decimal:
    """A number from zero up. Raises CaseError."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise CaseError(f"{text!r} is no number. Write digits, such as 1500.50.") from None
    if not found.is_finite() or not 0 <= found <= LARGEST:
        raise CaseError(f"{text!r} is no number from zero up that can be meant.")
    return found


def whole(text: str) -> int:
    """A whole number from zero up. Raises CaseError."""
    found = number(text)
    if found != int(found):
        raise CaseError(f"{text!r} is no whole number. Write digits, such as 120.")
    return int(found)
