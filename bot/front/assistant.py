"""`python -m bot.front.assistant --model FILE`: the assistant without Rasa; `haq run` with HAQ_FRONT=thin."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import sys
from contextlib import suppress
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from actions import answering
from bot.events import telling as events
from bot.front.model import ModelError, read
from bot.front.server import Front, create_app
from bot.front.talking import Memory, Talking
from bot.front.understanding import Reader
from bot.locks.chosen import locks_for
from bot.observability import checks, logs
from bot.observability.numbers import keep_numbers
from bot.observability.readiness import Readiness
from bot.privacy import housekeeping
from bot.privacy.conversations import ConversationStore
from bot.privacy.sealing import Sealer
from bot.settings import Settings, load_settings
from bot.supervisor import pulse
from bot.supervisor.lifeline import hold_on

NOT_LOADED = 4
_LAST_SECONDS = 5  # for answers that are under way when the server is stopped


def assemble(settings: Settings, model: Path) -> Front:
    """All that the server needs. Raises ModelError, KeyFileError, and what a database raises that is down."""
    reader = Reader(read(model))
    answering.warm_up()
    url, sealer = settings.conversations_url, Sealer(settings.people_key)
    memory = Memory(ConversationStore(url, settings.people_key))
    talking = Talking(reader.parse, answering.answer, memory, locks_for(settings), sealer.person)
    ready = Readiness(
        "assistant",
        {"rules": checks.law(settings), "conversations": checks.writable(url, "conversation")},
    )
    return Front(
        talking, answering.people, ready, _health(model), settings.rest_key,
        keep_numbers(settings, "assistant", model.name), settings.metrics_key,
    )  # fmt: skip


async def serve(settings: Settings, app: Starlette, health: dict[str, str]) -> bool:
    """Serves until stopped; whether it ever did."""
    place = pulse.place(settings.host, settings.assistant_port, settings.workers)
    server = uvicorn.Server(
        uvicorn.Config(
            app, host=settings.host, port=settings.assistant_port, log_config=None, access_log=False,
            server_header=False, proxy_headers=False, ws="none", lifespan="off",
            timeout_graceful_shutdown=_LAST_SECONDS,
        )
    )  # fmt: skip
    sign = asyncio.ensure_future(_pulse(server, health))
    await server.serve([place["sock"]] if "sock" in place else None)
    sign.cancel()
    await events.close()
    return server.started


async def _pulse(server: uvicorn.Server, health: dict[str, str]) -> None:
    """Tells the supervisor once the server serves."""
    while not server.started:
        await asyncio.sleep(0.02)
    held = await pulse.answer(health)
    if held is not None:
        await held.serve_forever()


def _health(model: Path) -> dict[str, str]:
    return {"service": "assistant", "model": model.name}


def main() -> int:
    """The entry point; the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=Path, required=True)
    model = parser.parse_args().model
    os.umask(0o077)  # what is written holds conversations
    settings = load_settings()
    hold_on()
    logs.configure(settings, "assistant")
    try:
        front = assemble(settings, model)
    except ModelError as error:
        print(error, file=sys.stderr)
        return NOT_LOADED
    housekeeping.start(settings)
    gc.collect()
    gc.freeze()  # what was made up to here stays
    with suppress(KeyboardInterrupt):
        return 0 if asyncio.run(serve(settings, create_app(front), _health(model))) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
