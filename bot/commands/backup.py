"""`haq backup`."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import click

from bot.backups.workshop import tidy_when_ended
from bot.settings import load_settings


@click.command()
@click.argument("target", required=False)
@click.option("--without-people", is_flag=True, help="Leave out conversations, chats and messages.")
@click.option(
    "--keys", "key_target", type=click.Path(path_type=Path, dir_okay=False),
    help="Save the key files too, in this file of their own, elsewhere than the backup.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@tidy_when_ended()
def command(target: str | None, without_people: bool, key_target: Path | None, force: bool) -> None:
    """Save all databases in one file; servers may go on running.

    TARGET is a file, or a folder (with a slash at its end, if it is new) in which the file is named after
    the time; by default the folder backups in HAQ_VAR_DIR. In a folder, backups are erased in which people
    stand longer than HAQ_KEEP_DAYS. The file holds no keys: without the key files nobody can read what
    people wrote, not even you.
    """
    from bot.backups.making import drop_expired, file_name, make_backup, make_key_backup, now
    from bot.backups.plan import BackupError
    from bot.cli import Failure

    settings, began = load_settings(), now()
    os.umask(0o077)
    place = Path(target) if target else settings.var_dir / "backups"
    folder = place if not target or place.is_dir() or target.endswith("/") else None
    file = place / file_name(began, not without_people) if folder is not None else place
    if key_target is not None and key_target.resolve().parent == file.resolve().parent:
        raise click.UsageError(
            f"{key_target} would lie beside the backup: whoever found both could read everything. "
            "Give --keys a file in another folder, best on another disk."
        )
    for each in (file, key_target):
        if each is not None and each.exists() and not force:
            raise click.UsageError(f"{each} is there already; --force replaces it.")
    try:
        manifest = make_backup(settings, file, began, people=not without_people)
        if key_target is not None:
            make_key_backup(settings, key_target, began)
    except BackupError as error:
        raise Failure(str(error)) from None
    finally:  # also when none can be made: people are promised that it goes
        for old in drop_expired(folder, began) if folder is not None else ():
            click.echo(f"erased, its time is over: {old.name}")
    click.echo(f"{file}  {file.stat().st_size / 1e6:.1f} MB: {', '.join(manifest.parts)}")
    click.echo(f"sha256 {_sha256(file)}")
    if key_target is not None:
        click.echo(f"{key_target}  keys: keep it elsewhere than the backup")
    if manifest.keep_until is not None:
        click.echo(f"People stand in it: erase it by {manifest.keep_until}.")


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while chunk := content.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
