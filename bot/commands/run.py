"""`haq run`."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import click

from bot.settings import SERVER, STDOUT, Settings, load_settings, unknown_variables

if TYPE_CHECKING:
    from bot.supervisor.parts import Parts
    from bot.supervisor.services import Service
    from bot.supervisor.supervisor import Supervisor

STOPPED = 130
ASSISTANT, DESK = "assistant", "desk"


@click.command()
@click.option(
    "--only", type=click.Choice((ASSISTANT, DESK)),
    help="Start this part alone, where several machines share the work; `haq rules load` loads the law.",
)  # fmt: skip
def command(only: str | None) -> int:
    """Start the assistant and all it needs; Ctrl-C stops it.

    Loads the rules, trains the model if it is stale, starts the assistant, its actions and the web desk,
    and starts again whichever dies. Settings: docs/settings.md.
    """
    from bot.supervisor.parts import Parts
    from bot.supervisor.supervisor import Stopped, Supervisor, stop_on_signals

    began = time.monotonic()
    settings = load_settings()
    os.umask(0o077)  # what is written holds conversations
    for variable in unknown_variables():
        _tell(f"there is no setting {variable} (see docs/settings.md)")
    parts = Parts(settings)
    stop_on_signals()
    try:
        with Supervisor(None if settings.log_to == STDOUT else settings.log_dir, _tell) as supervisor:
            if only == DESK:
                _start_desk_alone(parts, supervisor)
            else:
                _start(settings, parts, supervisor, whole=only is None)
            _tell(f"ready after {time.monotonic() - began:.0f} s")
            _show_addresses(settings, parts, only)
            supervisor.watch()
    except Stopped as stopped:
        _tell("stopped")
        return STOPPED if stopped.number == Stopped.INTERRUPT else 0
    return 0


def _start(settings: Settings, parts: Parts, supervisor: Supervisor, *, whole: bool) -> None:
    """Starts the assistant and what answers for it; `whole`: the desk too, once the law is loaded."""
    from bot.supervisor.model import model_path, train
    from bot.supervisor.warm_up import warm_up

    model = model_path(settings)
    desk = parts.desk() if whole else None
    beside = (*_actions(settings, parts, whole), *([desk] if desk is not None else []))
    for service in (*parts.assistants(model), *beside):
        service.check_port()
    fresh = model.is_file()
    if fresh:  # its start takes longest: the rules are loaded meanwhile
        supervisor.start(*parts.assistants(model))
    if whole:
        _load_rules(settings)
    if not fresh:
        supervisor.start(*parts.assistants(train(settings, tell=_tell)))
    supervisor.start(*beside)
    supervisor.wait_until_ready()
    warm_up(settings)


def _actions(settings: Settings, parts: Parts, whole: bool) -> tuple[Service, ...]:
    """The action servers; beside an assistant alone only where it asks them."""
    return parts.action_servers() if whole or settings.actions == SERVER else ()


def _start_desk_alone(parts: Parts, supervisor: Supervisor) -> None:
    desk = parts.desk()
    if desk is not None:
        supervisor.start(desk)
        supervisor.wait_until_ready()


def _show_addresses(settings: Settings, parts: Parts, only: str | None) -> None:
    if only != DESK:
        click.echo(f"Assistant   {settings.assistant_url}/webhooks/rest/webhook")
    if only != ASSISTANT and parts.desk() is not None:
        click.echo(f"Desk        {settings.desk_url}")
        if settings.log_to != STDOUT:  # a log is read by others: there `haq users first` gives the link
            _show_first_link(settings)
    if only != DESK:
        click.echo("Talk to it with `./haq chat` in another terminal. Ctrl-C stops it.")


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
