"""`haq doctor`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from bot.observability.doctor.finding import Finding

FAILED = 1
_MARKS = {"well": "ok      ", "warning": "warning ", "wrong": "WRONG   "}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="The findings as JSON.")
def command(as_json: bool) -> int:
    """Look at this deployment, and say in plain words what is wrong and what to do.

    Changes nothing. Exit code 1 when something is wrong; a warning does not count.
    """
    from bot.observability.doctor.examination import examine
    from bot.observability.doctor.finding import WARNING, WRONG

    found: list[Finding] = []
    for finding in examine():
        found.append(finding)
        if not as_json:
            _tell(finding)
    counts = {level: sum(each.level == level for each in found) for level in (WRONG, WARNING)}
    if as_json:
        body = {"well": counts[WRONG] == 0, "findings": [each.to_json() for each in found]}
        click.echo(json.dumps(body, ensure_ascii=False, indent=2))
    else:
        click.echo(f"{counts[WRONG] or 'nothing'} wrong, {counts[WARNING] or 'no'} warnings")
    return FAILED if counts[WRONG] else 0


def _tell(finding: Finding) -> None:
    click.echo(f"{_MARKS[finding.level]}{finding.about}: {finding.what}")
    for line in (finding.why, finding.do and f"To do: {finding.do}"):
        if line:
            click.echo(f"        {line}")
