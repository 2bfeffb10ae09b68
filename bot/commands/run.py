"""`haq run`."""

from __future__ import annotations

import os
import time

import click

from bot.settings import Settings, load_settings, unknown_variables

STOPPED = 130


@click.command()
def command() -> int:
    """Start the assistant and all it needs; Ctrl-C stops it.

    Loads the rules, trains the model if it is stale, starts the assistant, its actions and the web desk,
    and starts again whichever dies. Settings: docs/settings.md.
    """
    from bot.supervisor.model import model_path, train
    from bot.supervisor.parts import Parts
    from bot.supervisor.supervisor import Stopped, Supervisor, stop_on_signals
    from bot.supervisor.warm_up import warm_up

    began = time.monotonic()
    settings = load_settings()
    os.umask(0o077)  # what is written holds conversations
    for variable in unknown_variables():
        _tell(f"there is no setting {variable} (see docs/settings.md)")
    parts = Parts(settings)
    desk = parts.desk()
    stop_on_signals()
    try:
        with Supervisor(settings.log_dir, _tell) as supervisor:
            for service in (*parts.assistants(model_path(settings)), *parts.action_servers(), desk):
                if service is not None:
                    service.check_port()
            model = model_path(settings)
            fresh = model.is_file()
            if fresh:  # its start takes longest: the rules are loaded meanwhile
                supervisor.start(*parts.assistants(model))
            _load_rules(settings)
            if not fresh:
                supervisor.start(*parts.assistants(train(settings, tell=_tell)))
            supervisor.start(*parts.action_servers())
            if desk is not None:
                supervisor.start(desk)
            supervisor.wait_until_ready()
            warm_up(settings)
            _tell(f"ready after {time.monotonic() - began:.0f} s")
            click.echo(f"Assistant   {settings.assistant_url}/webhooks/rest/webhook")
            if desk is not None:
                click.echo(f"Desk        {settings.desk_url}")
                _show_first_link(settings)
            click.echo("Talk to it with `./haq chat` in another terminal. Ctrl-C stops it.")
            supervisor.watch()
    except Stopped as stopped:
        _tell("stopped")
        return STOPPED if stopped.number == Stopped.INTERRUPT else 0
    return 0


def _show_first_link(settings: Settings) -> None:
    from bot.desk.accounts.first import first_admin_link

    link = first_admin_link(settings)
    if link is not None:
        click.echo(f"First admin {link}")
        click.echo("            It works once, to choose a password; `./haq users first` makes another.")


def _load_rules(settings: Settings) -> None:
    from bot.rules.errors import RevisionConflicts
    from bot.rules.load import load_law

    began = time.monotonic()
    try:
        report = load_law(settings.database_url, settings.law_dir)
    except RevisionConflicts as conflicts:  # a new copy of the files must not silence the assistant
        _tell(f"{conflicts}\nthe law that was loaded before goes on")
        return
    state = "changed" if report.anything else "as before"
    _tell(f"rules loaded: version {report.version[:12]}, {state} ({time.monotonic() - began:.1f} s)")


def _tell(line: str) -> None:
    click.echo(line, err=True)
