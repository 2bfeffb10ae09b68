"""`haq train`."""

from __future__ import annotations

import click

from bot.settings import load_settings


@click.command()
@click.option("--force", is_flag=True, help="Train even if nothing changed.")
def command(force: bool) -> None:
    """Train the model if its inputs changed."""
    from bot.supervisor.model import model_path, train

    settings = load_settings()
    if not force and model_path(settings).is_file():
        click.echo(f"{model_path(settings)} is up to date.")
        return
    click.echo(train(settings, force=force, tell=lambda line: click.echo(line, err=True)))
