"""`python -m bot.supervisor.assistant --model FILE`: Rasa's server with exactly that model, or none at all.

`rasa run` loads any model it finds when the one asked for is missing, and goes on without one when it
cannot be loaded; here both end the process. Rasa's own HTTP API stays off.
"""

from __future__ import annotations

import argparse
import gc
import logging
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.observability.numbers import keep_numbers
from bot.settings import INSIDE, ROOT, Settings, load_settings
from bot.supervisor import engine_logging, pulse
from bot.supervisor.lifeline import hold_on
from bot.supervisor.without_tensorflow import leave_out_if_unused

if TYPE_CHECKING:
    from bot.observability.metrics import Metrics

NOT_LOADED = 4
TOKEN_VARIABLE = "HAQ_ACTIONS_TOKEN"  # noqa: S105
TOKEN_HEADER = "X-Haq-Token"  # noqa: S105

logger = logging.getLogger(__name__)


def serve(settings: Settings, model: Path, metrics: Metrics | None = None) -> None:
    """Serves until stopped."""
    from rasa.core import run
    from rasa.core.utils import AvailableEndpoints
    from sanic.request import Request
    from sanic.response import HTTPResponse, json

    from bot.events import telling as events
    from bot.nlu import engine_serving
    from bot.observability import engine
    from bot.observability.sanic_pages import add_pages, assistant_readiness
    from bot.supervisor.fence import PatientNoLonger, fence

    engine_serving.mend(_answering_inside(settings))
    endpoints = AvailableEndpoints.read_endpoints(str(ROOT / "endpoints.yml"))
    token = os.environ.get(TOKEN_VARIABLE)
    if endpoints.action is not None and token:
        endpoints.action.headers[TOKEN_HEADER] = token
    channels = run.create_http_input_channels(None, str(ROOT / "credentials.yml"))
    app = run.configure_app(
        channels, cors=None, enable_api=False, port=settings.assistant_port, endpoints=endpoints
    )
    fence(app)

    @app.get("/health")
    async def health(request: Request) -> HTTPResponse:
        return json({"status": "ok", "service": "assistant", "model": model.name})

    ready = assistant_readiness(settings, lambda: _has_model(app))
    add_pages(app, metrics, ready, settings.metrics_key)
    engine.watch()
    app.register_listener(
        partial(run.load_agent_on_start, str(model), endpoints, None), "before_server_start"
    )
    app.register_listener(partial(_insist, model), "before_server_start")
    app.register_listener(_settle, "before_server_start")
    app.register_listener(partial(_keep_house, settings), "after_server_start")
    app.register_listener(
        pulse.answering({"service": "assistant", "model": model.name}), "after_server_start"
    )
    app.register_listener(events.close, "before_server_stop")
    app.register_listener(run.close_resources, "after_server_stop")
    app.run(
        **pulse.place(settings.host, settings.assistant_port, settings.workers),
        access_log=False, debug=False, protocol=PatientNoLonger,
    )  # fmt: skip


def _answering_inside(settings: Settings) -> Any:
    """What answers in this process; None when the action server is asked."""
    if settings.actions != INSIDE:
        return None
    from actions.answering import answer, warm_up

    warm_up()
    return answer


async def _keep_house(settings: Settings, _app: Any, _loop: Any) -> None:
    """From now on erases what has had its time."""
    from bot.privacy import housekeeping

    housekeeping.start(settings)


async def _settle(_app: Any, _loop: Any) -> None:
    """What was made up to here stays: looking through it for garbage takes a third of a second each time."""
    from bot.conversation.turn import enabled_languages
    from bot.language.emergency import detect
    from bot.language.scope import scope

    for language in enabled_languages():  # their lists of dangers are compiled at first use
        detect("", scope(language))
    gc.collect()
    gc.freeze()


def _has_model(app: Any) -> bool:
    agent = getattr(app.ctx, "agent", None)
    return agent is not None and agent.is_ready()


async def _insist(model: Path, app: Any, _loop: Any) -> None:
    """Ends the process unless the very model asked for was loaded."""
    agent = app.ctx.agent
    loaded = agent.processor.model_filename if agent.processor is not None else None
    if not agent.is_ready() or loaded != model.name:
        logger.critical("The model %s was not loaded (but %s).", model.name, loaded)
        logging.shutdown()
        os._exit(NOT_LOADED)


def main() -> int:
    """The entry point; the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=Path, required=True)
    model = parser.parse_args().model
    if not model.is_file():
        print(f"There is no model {model}.", file=sys.stderr)
        return NOT_LOADED
    os.umask(0o077)  # what is written holds conversations
    settings = load_settings()
    hold_on()
    leave_out_if_unused(ROOT / "config.yml")
    engine_logging.configure(settings, "assistant")
    serve(settings, model, keep_numbers(settings, "assistant", model.name))
    return 0


if __name__ == "__main__":
    sys.exit(main())
