"""`haq restore`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from bot.backups.workshop import tidy_when_ended
from bot.settings import load_settings

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=_FILE)
@click.option("--keys", "key_file", type=_FILE, help="Put back the key files of this file too.")
@click.option("--check", is_flag=True, help="Only look: is it whole, and what does it hold?")
@click.option("--force", is_flag=True, help="Replace databases and key files that are there.")
@tidy_when_ended()
def command(file: Path, key_file: Path | None, check: bool, force: bool) -> None:
    """Put back what `haq backup` saved. Stop Haq first.

    Everything is checked before anything is changed. The databases go where the settings say.
    """
    from bot.backups.plan import BackupError
    from bot.backups.restoring import check_backup, restore
    from bot.cli import Failure

    os.umask(0o077)
    try:
        if check:
            manifest = check_backup(file)
        else:
            manifest = restore(
                load_settings(),
                file,
                key_archive=key_file,
                force=force,
                tell=lambda line: click.echo(line, err=True),
            )
    except BackupError as error:
        raise Failure(str(error)) from None
    click.echo(f"Made {manifest.made} by Haq {manifest.program}: {', '.join(manifest.parts)}.")
    if check:
        click.echo("The file is whole.")
        return
    click.echo("Put back. Now look at it with `haq doctor`, and start Haq.")
    if manifest.keep_until is not None:
        click.echo("Erase again whoever asked for it since (`haq privacy erase`).")
