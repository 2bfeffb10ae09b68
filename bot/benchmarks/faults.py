"""`haq bench faults`: parts are broken, one after the other, while three hundred people write.

Two worlds: a large one (two workers, PostgreSQL, Redis, RabbitMQ) and a small one (one worker, SQLite, the
action server). docs/faults.md tells what is counted; the table goes to var/bench/faults.md.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import click

from bot.benchmarks.faults_judge import Fates, Window, fates, told, untrue
from bot.benchmarks.figures import Figures, NotMeasured, Options
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.benchmarks.faults_world import World

RATE = 10.0
BEFORE_SECONDS, FAULT_SECONDS, AFTER_SECONDS = 6.0, 12.0, 18.0
"""After: what was on its way when a process died is sent again after fifteen seconds at the earliest."""
PATIENCE_SECONDS = 90.0
_DATABASE = ("rules", "conversations")


def _nothing(_world: World) -> None:
    pass


@dataclass(frozen=True)
class Fault:
    """Something that breaks, and how it is mended again."""

    name: str
    what: str
    begin: Callable[[World], None]
    end: Callable[[World], None] | None = None  # None: it is over at once, and Haq itself has to mend it
    world: Literal["large", "small"] = "large"
    failing: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """What readiness of which part has to say meanwhile; no words: it need not answer."""
    possible: Callable[[World], bool] = lambda _world: True


Do = Callable[["World"], None]


def _away(server: str) -> tuple[Do, Do]:
    return (lambda world: world.servers[server].kill()), (lambda world: world.servers[server].start())


def _hanging(server: str) -> tuple[Do, Do]:
    return (lambda world: world.servers[server].freeze()), (lambda world: world.servers[server].thaw())


def _line(server: str, state: Literal["slow", "cut"]) -> tuple[Do, Do]:
    return (
        lambda world: world.lines[server].become(state),
        lambda world: world.lines[server].become("whole"),
    )


_NO_DATABASE = {"assistant": _DATABASE, "actions": _DATABASE, "desk": _DATABASE}

FAULTS = (
    Fault("nothing", "nothing is broken", _nothing, _nothing),
    Fault("assistant", "one of two assistants is killed",
          lambda world: world.kill("bot.supervisor.assistant", 1)),
    Fault("assistants", "both assistants are killed",
          lambda world: world.kill("bot.supervisor.assistant"), failing={"assistant": ()}),
    Fault("desk", "the desk is killed", lambda world: world.kill("bot.desk"), failing={"desk": ()}),
    Fault("postgresql", "PostgreSQL is killed and started again", *_away("postgresql"), failing=_NO_DATABASE),
    Fault("postgresql-hangs", "PostgreSQL stands still", *_hanging("postgresql"), failing=_NO_DATABASE),
    Fault("database-cut", "the line to PostgreSQL is cut", *_line("postgresql", "cut"), failing=_NO_DATABASE),
    Fault("database-slow", "each packet from and to PostgreSQL comes 20 ms late",
          *_line("postgresql", "slow")),
    Fault("redis", "Redis is killed and started again, empty", *_away("redis")),
    Fault("redis-cut", "the line to Redis is cut", *_line("redis", "cut")),
    Fault("broker", "RabbitMQ is killed and started again", *_away("broker")),
    Fault("actions", "the action server is killed", lambda world: world.kill("bot.supervisor.actions"),
          world="small", failing={"actions": (), "assistant": ()}),
    Fault("only-assistant", "the only assistant is killed",
          lambda world: world.kill("bot.supervisor.assistant"), world="small", failing={"assistant": ()}),
    Fault("disk", "the disk is full", lambda world: world.fill_disk(), lambda world: world.empty_disk(),
          "small", dict.fromkeys(("assistant", "actions", "desk"), ("conversations",)),
          lambda world: world.disk is not None),
    Fault("clock-forward", "the clock jumps an hour forward, and stays there",
          lambda world: world.move_clock("+3600"), None, "small", {}, lambda world: world.clock is not None),
    Fault("clock-back", "the clock jumps back by an hour or two, and stays there",
          lambda world: world.move_clock("-3600"), None, "small", {}, lambda world: world.clock is not None),
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """What came of one fault."""

    fault: Fault
    fates: Fates
    told: Mapping[str, str]
    untrue: Sequence[str]


def bench(settings: Settings, options: Options) -> Figures:
    """Lost, doubled, misdirected and the seconds until all was well again, fault by fault."""
    chosen = [fault for fault in FAULTS if options.only in (None, fault.name)]
    if not chosen:
        raise NotMeasured(f"There is no fault {options.only}: {', '.join(fault.name for fault in FAULTS)}.")
    try:
        from bot.benchmarks.faults_world import World
    except ImportError as error:
        raise NotMeasured(
            f"This benchmark needs the checkout and its development packages ({error.name})."
        ) from None
    rows: list[Row] = []
    for name in ("large", "small"):
        if any(fault.world == name for fault in chosen):
            _say(f"starting the {name} world")
            with World(name == "large", options.rate or RATE) as world:
                _settled(world)
                rows += [_injected(world, fault) for fault in chosen if _possible(fault, name, world)]
    page = settings.var_dir / "bench" / "faults.md"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(table(rows))
    _say(f"The table is in {page}.")
    return figures(rows)


def figures(rows: Sequence[Row]) -> Figures:
    """The sums that must be nothing, and of each fault how long it was felt."""
    sums = {
        name: sum(getattr(row.fates, name) for row in rows)
        for name in ("messages", "lost", "doubled", "others")
    }
    felt = {f"{row.fault.name}_recovery_s": round(row.fates.recovery, 1) for row in rows}
    return {**sums, "untrue": sum(bool(row.untrue) for row in rows), **felt}


def table(rows: Sequence[Row]) -> str:
    """All rows as a table in Markdown."""
    head = (
        "| fault | messages | lost | doubled | somebody else's | apologies | longest gap s "
        "| all well after s | readiness meanwhile | true |\n|---|---|---|---|---|---|---|---|---|---|\n"
    )
    return head + "".join(map(_in_markdown, rows))


def _in_markdown(row: Row) -> str:
    seen, said = row.fates, "; ".join(f"{part}: {what}" for part, what in row.told.items())
    cells = (
        f"{row.fault.name}: {row.fault.what}", seen.messages, seen.lost, seen.doubled, seen.others,
        seen.apologies, f"{seen.longest_gap:.1f}", f"{seen.recovery:.1f}", said,
        "yes" if not row.untrue else "no: " + "; ".join(row.untrue),
    )  # fmt: skip
    return f"| {' | '.join(map(str, cells))} |\n"


def _possible(fault: Fault, name: str, world: World) -> bool:
    if fault.world != name:
        return False
    if not fault.possible(world):
        _say(f"{fault.name}: left out; it needs root (disk) or Debian's libfaketime (clock).")
        return False
    return True


def _injected(world: World, fault: Fault) -> Row:
    """Breaks something under load, mends it, waits, and judges."""
    since = time.time()
    time.sleep(BEFORE_SECONDS)
    began = time.time()
    fault.begin(world)
    if fault.end is None:
        ended = began
    else:
        time.sleep(FAULT_SECONDS)
        fault.end(world)
        ended = time.time()
    time.sleep(AFTER_SECONDS)
    window = Window(since, began, ended, time.time())
    seen = fates(world.said(), world.heard(), window)
    while (seen.lost or seen.refused or world.unready()) and time.time() < window.until + PATIENCE_SECONDS:
        time.sleep(1)
        seen = fates(world.said(), world.heard(), window)
    over = ended if fault.end else began + FAULT_SECONDS
    samples = [sample for sample in list(world.samples) if sample.at >= since]
    wrong = untrue(samples, fault.failing, began, over)
    wrong += [f"{part} did not become ready again" for part in world.unready()]
    row = Row(fault, seen, told(samples, began, over), wrong)
    _say(_in_markdown(row).strip())
    return row


def _settled(world: World) -> None:
    """Waits until people are answered: the first answers of a new process are slow."""
    time.sleep(BEFORE_SECONDS)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not world.heard(time.time() - 2):
        if time.monotonic() > deadline:
            raise NotMeasured(f"Nobody is answered:\n{world.log()[-2000:]}")
        time.sleep(0.5)


def _say(what: str) -> None:
    click.echo(f"{time.strftime('%H:%M:%S')} {what}", err=True)
