"""The table (Markdown) and the plot (SVG) of `haq bench stock`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

ROWS = {
    "p50_ms": "one message, median (ms)",
    "p99_ms": "one message, 99th percentile (ms)",
    "messages_per_s": "messages a second, 16 at a time",
    "cpu_ms": "processor time of a message (ms)",
    "start_s": "start to the first answer (s)",
    "memory_mb": "memory (MB)",
    "training_s": "training (s)",
    "ruled_share": "share of answers that rest on rules",
}
AIMS = {
    "messages_per_s_times": ("messages a second: at least 5 times", 5.0),
    "p50_ms_share": ("median: at most 0.25", 0.25),
    "memory_mb_share": ("memory: at most 0.6", 0.6),
    "start_s_share": ("start: at most 0.5", 0.5),
}
"""What ours, divided by stock, shall be."""
PLOTTED = ("p50_ms", "messages_per_s", "memory_mb", "start_s")
_BAR, _GAP, _LEFT, _WIDTH, _HEAD = 18, 6, 230, 420, 34
_STOCK, _OURS = "#8a8f98", "#1d6f5c"


def write_report(
    folder: Path,
    names: Sequence[str],
    results: Sequence[Mapping[str, float]],
    factors: Mapping[str, Mapping[str, float]],
    remarks: Sequence[str],
) -> Path:
    """Writes `stock.md` and `stock.svg` to a folder; gives the path of the table."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "stock.svg").write_text(plot(names, results), encoding="utf-8")
    report = folder / "stock.md"
    tables = f"{table(names, results)}\n{aims(factors)}\n"
    report.write_text(tables + "\n".join(remarks) + "\n", encoding="utf-8")
    return report


def aims(factors: Mapping[str, Mapping[str, float]]) -> str:
    """A row for each aim, a column for each pair of contestants: ours divided by stock, kept or missed.

    >>> good = {"messages_per_s_times": 6, "p50_ms_share": 0.2, "memory_mb_share": 0.7, "start_s_share": 0.5}
    >>> print(aims({"alone": good}))
    | ours divided by stock | alone |
    |---|---|
    | messages a second: at least 5 times | 6, kept |
    | median: at most 0.25 | 0.2, kept |
    | memory: at most 0.6 | 0.7, missed |
    | start: at most 0.5 | 0.5, kept |
    <BLANKLINE>
    """

    def cell(name: str, value: float) -> str:
        bound = AIMS[name][1]
        kept = value >= bound if name.endswith("_times") else value <= bound
        return f"{value:g}, {'kept' if kept else 'missed'}"

    head = f"| ours divided by stock | {' | '.join(factors)} |\n|{'---|' * (len(factors) + 1)}\n"
    return head + "".join(
        f"| {title} | {' | '.join(cell(name, pair[name]) for pair in factors.values())} |\n"
        for name, (title, _) in AIMS.items()
    )


def table(names: Sequence[str], results: Sequence[Mapping[str, float]]) -> str:
    """A row for each figure, a column for each contestant; `message_N_ms` are rows of their own.

    >>> print(table(["a", "b"], [{"p50_ms": 4.0}, {"p50_ms": 2.5}]))
    | | a | b |
    |---|---|---|
    | one message, median (ms) | 4 | 2.5 |
    <BLANKLINE>
    """
    rows = dict(ROWS) | {
        name: f"message {name.split('_')[1]} of a conversation (ms)"
        for name in results[0]
        if name.startswith("message_")
    }
    lines = [
        [title, *(f"{result[name]:g}" for result in results)]
        for name, title in rows.items()
        if name in results[0]
    ]
    head = f"| | {' | '.join(names)} |\n|{'---|' * (len(names) + 1)}\n"
    return head + "".join(f"| {' | '.join(line)} |\n" for line in lines)


def plot(names: Sequence[str], results: Sequence[Mapping[str, float]]) -> str:
    """Bars of four figures, one panel below the other; ours in green."""
    panel = _HEAD + len(names) * (_BAR + _GAP) + 12
    parts = [
        _panel(index * panel, ROWS[name], names, [result[name] for result in results])
        for index, name in enumerate(PLOTTED)
    ]
    width, height = _LEFT + _WIDTH + 80, panel * len(PLOTTED)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'font-family="sans-serif" font-size="13" role="img"><title>Stock Rasa and Haq</title>'
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>{"".join(parts)}</svg>\n'
    )


def _panel(top: int, title: str, names: Sequence[str], values: Sequence[float]) -> str:
    most = max(values) or 1
    parts = [f'<text x="8" y="{top + 22}" font-weight="bold">{escape(title)}</text>']
    for index, (name, value) in enumerate(zip(names, values, strict=True)):
        y = top + _HEAD + index * (_BAR + _GAP)
        width = round(_WIDTH * value / most, 1)
        colour = _STOCK if name.startswith("stock") else _OURS
        parts += [
            f'<text x="{_LEFT - 8}" y="{y + 14}" text-anchor="end">{escape(name)}</text>',
            f'<rect x="{_LEFT}" y="{y}" width="{width}" height="{_BAR}" fill="{colour}"/>',
            f'<text x="{_LEFT + width + 6}" y="{y + 14}">{value:g}</text>',
        ]
    return "".join(parts)
