"""`haq utterances`: the training data."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click

from bot.settings import ROOT


@click.group("utterances")
def command() -> None:
    """Check what the assistant learns from."""


@command.command("check")
@click.argument("languages", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="The findings as JSON.")
@click.option("--doubts", "show_doubts", is_flag=True, help="Also what only may be wrong.")
def check_command(languages: tuple[str, ...], as_json: bool, show_doubts: bool) -> None:
    """Too few utterances of an intent, duplicates across intents, other scripts and languages, leaks.

    A leak is a question of tests/eval that (nearly) stands in the training data. Exit code 1 when
    something is wrong.
    """
    from bot.evaluation import read_questions
    from bot.language import utterances

    known = utterances.languages()
    if unknown := [name for name in languages if name not in known]:
        raise click.UsageError(f"No utterances in {', '.join(unknown)}. Languages: {', '.join(known)}.")
    findings, counts = [], {}
    for language in languages or known:
        said = utterances.read(language)
        file = ROOT / "tests" / "eval" / f"{language}.jsonl"
        questions = [question.text for question in read_questions(file)] if file.exists() else []
        findings += list(utterances.check(said, questions))
        counts[language] = len(said)
    wrong = [finding for finding in findings if not finding.doubt]
    if as_json:
        body = {"utterances": counts, "findings": [asdict(finding) for finding in findings]}
        click.echo(json.dumps(body, ensure_ascii=False, indent=2))
    else:
        for finding in findings if show_doubts else wrong:
            click.echo(str(finding), err=True)
        for language, count in counts.items():
            doubts = sum(finding.doubt for finding in findings if finding.language == language)
            click.echo(f"{language}: {count} utterances, {doubts} doubts")
        click.echo(f"{sum(counts.values())} utterances, {len(wrong)} faults.")
    sys.exit(1 if wrong else 0)
