"""`haq eval`: measures the assistant's understanding on labelled questions."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.settings import ROOT, load_settings

if TYPE_CHECKING:
    from bot.evaluation import Question


@click.command("eval")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="The scores as JSON.")
@click.option("--markdown", is_flag=True, help="The scores as the tables of docs/understanding.md.")
@click.option("--misses", is_flag=True, help="Also each question whose topic was missed.")
def command(files: tuple[Path, ...], as_json: bool, markdown: bool, misses: bool) -> None:
    """Topic, corridor, language and emergencies on the labelled questions of FILES (JSON lines).

    Without FILES: the project's own, tests/eval.
    """
    from bot.conversation.respond import CERTAIN
    from bot.evaluation import BadQuestion, read_questions, score
    from bot.supervisor.model import train

    files = files or tuple(sorted((ROOT / "tests" / "eval").glob("*.jsonl")))
    try:
        questions = [question for file in files for question in read_questions(file)]
    except BadQuestion as error:
        raise click.UsageError(str(error)) from error
    model = train(load_settings(), tell=lambda line: click.echo(line, err=True))
    parse = _parser(model)
    scores = {group: each.to_json() for group, each in score(questions, parse, CERTAIN).items()}
    if as_json:
        body = {"file": ", ".join(file.name for file in files), "model": model.name, "scores": scores}
        click.echo(json.dumps(body, ensure_ascii=False, indent=2))
    elif markdown:
        _show_markdown(scores)
    else:
        _show(scores)
    if misses:
        _show_misses(questions, parse)


def _show_misses(questions: list[Question], parse: Callable[[str], Mapping[str, Any]]) -> None:
    for question in questions:
        found = parse(question.text)["intent"]
        if found["name"] not in question.accept:
            click.echo(
                f"{question.id}: {question.topic} → {found['name']} ({found['confidence']}): {question.text}"
            )


def _parser(model: Path) -> Callable[[str], Mapping[str, Any]]:
    """The parse route's own way of understanding, without a server."""
    import asyncio

    from rasa.core.agent import Agent

    from bot.channels.rest import parse_text
    from bot.supervisor import engine_logging

    engine_logging.configure(load_settings(), "eval")
    agent = Agent.load(str(model))
    loop = asyncio.new_event_loop()
    return lambda text: loop.run_until_complete(parse_text(agent, text))


_HEADS = ("group", "questions", "topic", "strict", "asked back", "certain but wrong", "language", "origin F1",
          "destination F1", "sector F1", "emergencies", "false alarms")  # fmt: skip
_SHARES = ("accuracy", "strict_accuracy", "asked_back", "certain_but_wrong", "language")
_WORST = 8


def _row(group: str, found: Mapping[str, Any]) -> list[str]:
    return [
        group,
        str(found["questions"]),
        *(_percent(found[key]) for key in _SHARES),
        *(_percent(found[part]["f1"]) for part in ("origin", "destination", "sector")),
        _percent(found["emergency_recall"]),
        _percent(found["false_alarms"]),
    ]


def _show(scores: Mapping[str, Mapping[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*_HEADS)
    for group, found in scores.items():
        table.add_row(*_row(group, found))
    Console().print(table)
    for confusion, count in scores["all"]["confusions"]:
        click.echo(f"{count} × {confusion}")
    topics = scores["all"]["topics"]
    worst = sorted(topics, key=lambda topic: topics[topic]["accuracy"])[:_WORST]
    click.echo("Weakest: " + ", ".join(f"{topic} {_percent(topics[topic]['accuracy'])}" for topic in worst))
    click.echo(f"Calibration error: {_percent(scores['all']['calibration_error'])}")


def _show_markdown(scores: Mapping[str, Mapping[str, Any]]) -> None:
    """The table of all groups with what each misses of the aims, topics, and calibration."""
    from bot.evaluation import missed_aims

    rows = [[*_HEADS, "aims missed"]]
    rows += [
        [*_row(group, found), ", ".join(missed_aims(group, found)).replace("_", " ") or "none"]
        for group, found in scores.items()
    ]
    whole = scores["all"]
    topics = [["topic", "questions", "accuracy"]]
    topics += [
        [f"`{topic}`", str(found["questions"]), _percent(found["accuracy"])]
        for topic, found in sorted(whole["topics"].items(), key=lambda item: item[1]["accuracy"])
    ]
    bins = [["confidence", "questions", "right"]]
    bins += [
        [_percent(each["confidence"]), str(each["questions"]), _percent(each["accuracy"])]
        for each in whole["calibration"]
    ]
    for table in (rows, topics, bins):
        head, *body = ("| " + " | ".join(row) + " |" for row in table)
        click.echo("\n".join([head, "|---" * len(table[0]) + "|", *body]) + "\n")
    worst = ", ".join(f"{confusion} ({count})" for confusion, count in whole["confusions"])
    click.echo(f"Worst confusions: {worst}. Calibration error: {_percent(whole['calibration_error'])}.")


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"
