"""`haq eval`: measures the assistant's understanding on labelled questions."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from bot.settings import load_settings


@click.command("eval")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="The scores as JSON.")
@click.option("--misses", is_flag=True, help="Also each question whose topic was missed.")
def command(file: Path, as_json: bool, misses: bool) -> None:
    """Topic, corridor and language accuracy on the labelled questions of FILE (JSON lines)."""
    from bot.conversation.respond import CERTAIN
    from bot.evaluation import BadQuestion, read_questions, score
    from bot.supervisor.model import train

    try:
        questions = read_questions(file)
    except BadQuestion as error:
        raise click.UsageError(str(error)) from error
    model = train(load_settings(), tell=lambda line: click.echo(line, err=True))
    parse = _parser(model)
    scores = {group: each.to_json() for group, each in score(questions, parse, CERTAIN).items()}
    if as_json:
        click.echo(
            json.dumps(
                {"file": file.name, "model": model.name, "scores": scores}, ensure_ascii=False, indent=2
            )
        )
        return
    _show(scores)
    if misses:
        for question in questions:
            found = parse(question.text)["intent"]
            if found["name"] not in question.accept:
                click.echo(
                    f"{question.id}: {question.topic} → {found['name']} "
                    f"({found['confidence']}): {question.text}"
                )


def _parser(model: Path) -> Callable[[str], Mapping[str, Any]]:
    """The parse route's own way of understanding, without a server."""
    import asyncio

    from rasa.core.agent import Agent

    from bot.channels.rest import parse_text
    from bot.supervisor import engine_logging

    engine_logging.configure(load_settings())
    agent = Agent.load(str(model))
    loop = asyncio.new_event_loop()
    return lambda text: loop.run_until_complete(parse_text(agent, text))


def _show(scores: Mapping[str, Mapping[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("group", "questions", "topic", "strict", "asked back", "wrong", "language", "origin F1",
                  "destination F1", "sector F1", "emergencies", "false alarms")  # fmt: skip
    for group, found in scores.items():
        table.add_row(
            group, str(found["questions"]),
            *(_percent(found[key]) for key in _SHARES),
            *(_percent(found[part]["f1"]) for part in ("origin", "destination", "sector")),
            _percent(found["emergency_recall"]), _percent(found["false_alarms"]),
        )  # fmt: skip
    Console().print(table)
    for confusion, count in scores["all"]["confusions"]:
        click.echo(f"{count} × {confusion}")


_SHARES = ("accuracy", "strict_accuracy", "asked_back", "certain_but_wrong", "language")


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"
