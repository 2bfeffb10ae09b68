"""`haq calc`: calculators, each with its steps."""

from __future__ import annotations

from typing import Any

import click

from bot.commands.calc import benefits, borders, work


class Calculators(click.Group):
    """A group whose names may be written with hyphens or underscores."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The calculator of that name."""
        return super().get_command(ctx, cmd_name.replace("_", "-"))

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[Any, Any, list[str]]:
        """As click does, with hyphens."""
        return super().resolve_command(ctx, [args[0].replace("_", "-"), *args[1:]])


@click.group("calc", cls=Calculators)
def command() -> None:
    """Calculate what is owed or adds up; every step names the rule or agreement that it follows."""


for each in (*borders.COMMANDS, *work.COMMANDS, *benefits.COMMANDS):
    command.add_command(each)
