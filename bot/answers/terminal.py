"""An answer for the terminal: grouped as a worker needs it, each line with its source."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from bot.answers.answer import Answer
from bot.answers.names import topic_name
from bot.answers.statements import Statement
from bot.answers.translations import translator


def show(said: Answer, trace: bool = False, console: Console | None = None) -> None:
    """Prints an answer."""
    out = console or Console(highlight=False, soft_wrap=False)
    t = translator(said.language)
    out.print(Text(_case_line(said), style="bold"))
    spoken: set[str] = set()
    channels = {channel.statement.rule.id for channel in said.channels}
    for topic in said.found.topics:
        mine = [
            each
            for each in said.statements
            if topic in each.rule.topics and each.rule.id not in spoken | channels
        ]
        if not mine:
            continue
        out.print()
        out.print(Text(topic_name(topic, t), style="bold cyan"))
        for statement in mine:
            spoken.add(statement.rule.id)
            _statement(out, statement, trace)
    if said.channels:
        out.print()
        out.print(Text(t.gettext("Where to get help:"), style="bold cyan"))
        for channel in said.channels:
            _statement(out, channel.statement, trace)
            for card in channel.cards:
                out.print(Padding(Text(card.text(), style="green"), (0, 0, 0, 4)))
    if said.gaps:
        out.print()
        for gap in said.gaps:
            out.print(Text(f"– {gap.text}", style="yellow"))
    for remedy in said.remedies:
        out.print(Text(f"→ {remedy.text}", style="green"))
    if said.emergency:
        out.print()
        out.print(Text(said.emergency, style="bold red"))
    if trace:
        out.print()
        for rule, reason in said.found.set_aside:
            out.print(Text(f"set aside: {rule.id}: {reason}", style="dim"))
    out.print()
    out.print(Text(t.gettext("This is information, not legal advice."), style="italic"))


def _statement(out: Console, statement: Statement, trace: bool) -> None:
    mark = "•" if statement.applies == "yes" else "?"
    out.print(Padding(Text(f"{mark} {statement.full_text()}"), (0, 0, 0, 2)))
    source = statement.rule.provenance.source
    where = f" <{source.url}>" if source and source.url else ""
    out.print(Padding(Text(f"{statement.source}{where} [{statement.rule.id}]", style="dim"), (0, 0, 0, 4)))
    if trace:
        for line in statement.trace:
            out.print(Padding(Text(line, style="dim italic"), (0, 0, 0, 6)))


def _case_line(said: Answer) -> str:
    known = {key: value for key, value in said.case.to_json().items() if value and key != "facts"}
    facts = {key: value for key, value in said.case.facts.items() if key != "private_household"}
    return " · ".join(f"{key}: {value}" for key, value in (*known.items(), *facts.items()))
