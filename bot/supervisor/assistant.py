"""`python -m bot.supervisor.assistant --model FILE`: Rasa's server with exactly that model, or none at all.

`rasa run` loads any model it finds when the one asked for is missing, and goes on without one when it
cannot be loaded; here both end the process. Rasa's own HTTP API stays off.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

from bot.settings import ROOT, Settings, load_settings
from bot.supervisor import engine_logging
from bot.supervisor.lifeline import hold_on
from bot.supervisor.without_tensorflow import leave_out_if_unused

NOT_LOADED = 4
TOKEN_VARIABLE = "HAQ_ACTIONS_TOKEN"  # noqa: S105
TOKEN_HEADER = "X-Haq-Token"  # noqa: S105

logger = logging.getLogger(__name__)


def serve(settings: Settings, model: Path) -> None:
    """Serves until stopped."""
    from rasa.core import run
    from rasa.core.utils import AvailableEndpoints
    from sanic.request import Request
    from sanic.response import HTTPResponse, json

    endpoints = AvailableEndpoints.read_endpoints(str(ROOT / "endpoints.yml"))
    token = os.environ.get(TOKEN_VARIABLE)
    if endpoints.action is not None and token:
        endpoints.action.headers[TOKEN_HEADER] = token
    channels = run.create_http_input_channels(None, str(ROOT / "credentials.yml"))
    app = run.configure_app(
        channels, cors=None, enable_api=False, port=settings.assistant_port, endpoints=endpoints
    )

    @app.get("/health")
    async def health(request: Request) -> HTTPResponse:
        return json({"status": "ok", "service": "assistant", "model": model.name})

    app.register_listener(
        partial(run.load_agent_on_start, str(model), endpoints, None), "before_server_start"
    )
    app.register_listener(partial(_insist, model), "before_server_start")
    app.register_listener(run.close_resources, "after_server_stop")
    app.run(host=settings.host, port=settings.assistant_port, access_log=False, debug=False)


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
    settings = load_settings()
    hold_on()
    leave_out_if_unused(ROOT / "config.yml")
    engine_logging.configure(settings)
    serve(settings, model)
    return 0


if __name__ == "__main__":
    sys.exit(main())
