"""`haq rules`: the rules data, from the law files to the database and back."""

from __future__ import annotations

import click

from bot.commands.rules import editing, files, reports


@click.group("rules")
def command() -> None:
    """Check, load, count, revise and export the rules data."""


for each in (*files.COMMANDS, *reports.COMMANDS, *editing.COMMANDS):
    command.add_command(each)
