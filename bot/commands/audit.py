"""`haq audit`: known weaknesses of what Haq is built on, and whether each was judged."""

from __future__ import annotations

from pathlib import Path

import click

from bot.security.advisories import SERVICE, NotAsked, unknown, unknown_in_copy
from bot.security.known import locked, read_known, table, troubles


@click.command()
@click.option("--offline", is_flag=True, help="Ask nobody; check the list in tools/audit/known.yml alone.")
@click.option("--service", default=SERVICE, show_default=True, help="The advisory service, as OSV's.")
@click.option(
    "--copy",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A copy of the PyPA advisory database: its folder `vulns`.",
)
@click.option("--table", "as_table", is_flag=True, help="Print the list as a table for docs/security.md.")
def command(offline: bool, service: str, copy: Path | None, as_table: bool) -> int:
    """Check what is known of the packages in uv.lock.

    The list of what was judged must fit the lock file. Then an advisory service is asked for what the list
    does not have; if it cannot be reached, that is said, and is no failure.
    """
    known, packages = read_known(), locked()
    if as_table:
        click.echo(table(known))
        return 0
    wrong = list(troubles(known, packages))
    for line in wrong:
        click.echo(line, err=True)
    found: dict[str, str] = {}
    if copy is not None:
        found |= unknown_in_copy(packages, known.ids, copy)
    if not offline:
        try:
            found |= unknown(packages, known.ids, service)
        except NotAsked as error:
            click.echo(f"NOT ASKED: {error}. Checked was the list of {known.judged} alone.", err=True)
    for identity, where in sorted(found.items(), key=lambda pair: (pair[1], pair[0])):
        click.echo(f"{where}: {identity} is not judged yet. Add it to tools/audit/known.yml.", err=True)
    if wrong or found:
        return 1
    click.echo(f"{len(packages)} packages; {len(known.ids)} known weaknesses, all judged.")
    return 0
