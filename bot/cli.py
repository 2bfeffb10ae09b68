"""The `haq` command: finds the command asked for and imports that one alone.

Exit codes: 0 done, 1 failed, 2 bad input, 130 stopped with Ctrl-C; 3, no environment, is the launcher's.
"""

from __future__ import annotations

import importlib
import os
import sys
from importlib.util import find_spec
from typing import Any

import click

from bot.settings import ENGINE_ENVIRONMENT, VERSION, SettingsError

COMMANDS = {
    "run": "Start the assistant and all it needs; Ctrl-C stops it.",
    "chat": "Talk to the assistant in the terminal.",
    "lookup": "What the rules say for a case.",
    "map": "The protection map of a case.",
    "calc": "Calculate a claim, with its steps.",
    "rules": "Check, load, export the rules data.",
    "train": "Train the model if its inputs changed.",
    "eval": "Measure the assistant on labelled questions.",
    "utterances": "Check the training data.",
    "locales": "Check the translations.",
    "handoff": "The desk's side of a conversation.",
    "users": "Who works at the desk: accounts, roles, one-time links.",
    "channels": "Messaging apps: what is connected, and what could not be sent.",
    "privacy": "What is kept of people: see it, erase it, new keys.",
    "feedback": "What people said of the answers.",
    "questions": "What people ask, as counts.",
    "backup": "Save all databases in one file.",
    "restore": "Put back what was saved.",
    "doctor": "Look at this deployment, and say what is wrong and what to do.",
    "audit": "Known weaknesses of what Haq is built on.",
    "bench": "Run the benchmarks.",
    "test": "Run the tests.",
}

FAILED, BAD_INPUT, STOPPED = 1, 2, 130


class Failure(click.ClickException):
    """A command could not do its work, for a reason the person can mend; shown without a stack trace."""

    exit_code = FAILED

    def show(self, file: Any = None) -> None:
        """Prints the message alone."""
        click.echo(self.format_message(), err=True, file=file)


class LazyGroup(click.Group):
    """A group that imports a command's module only when that command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands there are, in the order of COMMANDS."""
        return [name for name in COMMANDS if find_spec(f"bot.commands.{name}") is not None]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        if cmd_name not in COMMANDS or find_spec(f"bot.commands.{cmd_name}") is None:
            return None
        command = importlib.import_module(f"bot.commands.{cmd_name}").command
        if not isinstance(command, click.Command):
            raise TypeError(f"bot.commands.{cmd_name}.command is not a click command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists the commands without importing them."""
        listed = [(name, COMMANDS[name]) for name in self.list_commands(ctx)]
        if listed:
            with formatter.section("Commands"):
                formatter.write_dl(listed)


@click.command(
    cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(VERSION, prog_name="haq", message="%(prog)s %(version)s")
def cli() -> None:
    """Haq tells migrant workers what they are entitled to, with the source of every statement."""


def run(arguments: list[str] | None = None) -> int:
    """Runs a command line; the exit code."""
    for name, value in ENGINE_ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    try:
        result = cli.main(arguments, prog_name="haq", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        return STOPPED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read the output has gone
        return FAILED
    except Exception as error:
        known = explanation(error)
        if known is None:
            raise
        message, code = known
        click.echo(message, err=True)
        return code
    return result if isinstance(result, int) else 0


def explanation(error: Exception) -> tuple[str, int] | None:
    """What to tell a person about an error that is no bug of ours, and the exit code; None for a bug."""
    if isinstance(error, SettingsError):
        return str(error), BAD_INPUT
    processes = sys.modules.get("bot.supervisor.problems")
    if processes is not None and isinstance(error, processes.ProcessError):
        return str(error), FAILED
    rules = sys.modules.get("bot.rules.errors")
    if rules is not None and isinstance(error, rules.RulesError):
        return str(error), FAILED if isinstance(error, rules.LawBaseUnavailable) else BAD_INPUT
    database = sys.modules.get("sqlalchemy.exc")
    if database is not None and isinstance(error, database.OperationalError):
        return f"The database failed: {error.orig}. See HAQ_DATABASE_URL in docs/settings.md.", FAILED
    if isinstance(error, OSError) and error.strerror:
        where = f": {error.filename}" if error.filename else ""
        return f"{error.strerror}{where}", FAILED
    return None


def main() -> None:
    """The entry point."""
    sys.exit(run())


if __name__ == "__main__":
    main()
