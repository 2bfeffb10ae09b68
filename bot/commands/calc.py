"""`haq calc`: calculators, each with its steps. `bot/answers/calculators` says what each is told."""

from __future__ import annotations

import json
from typing import Any

import click

from bot.answers.calculators import CALCULATORS, calculate, find_calculator
from bot.answers.calculators.shared import Calculator
from bot.answers.translations import translator
from bot.click_options import asks, told_by
from bot.settings import load_settings


class Calculators(click.Group):
    """A group whose names may be written with hyphens or underscores."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The calculator of that name."""
        found = find_calculator(cmd_name)
        return None if found is None else _command(found)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every calculator."""
        return list(CALCULATORS)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[Any, Any, list[str]]:
        """As click does, with hyphens."""
        return super().resolve_command(ctx, [args[0].replace("_", "-"), *args[1:]])


@click.group("calc", cls=Calculators)
def command() -> None:
    """Calculate what is owed or adds up; every step names the rule or agreement that it follows."""


def _command(calculator: Calculator) -> click.Command:
    @click.command(calculator.name, help=f"{calculator.help}\n\n\b\nhaq calc {calculator.example}")
    @asks(calculator.options)
    @click.option("--json", "as_json", is_flag=True, help="The calculation as JSON.")
    def run(as_json: bool, **given: Any) -> None:
        from bot.rules.lawbase import LawBase

        told = told_by(given)
        with LawBase(load_settings().database_url).reading() as reader:
            found = calculate(reader, calculator, told)
        if as_json:
            click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        else:
            _show(found, told.language)

    return run


def _show(found: dict[str, Any], language: str) -> None:
    """Prints a calculation: its steps, then the rules that it rests on."""
    for number, step in enumerate(found["steps"], 1):
        click.echo(f"{number}. {step['text']}")
    for rule in found.get("rules", ()):
        click.echo(f"\n[{rule['rule']}] {rule['text']}")
        source = rule["source"] or {}
        grounds = (rule["legal_basis"], source.get("publisher"))
        click.echo("  " + "; ".join(str(part) for part in grounds if part))
    click.echo("\n" + translator(language).gettext("This is information, not legal advice."))
