"""`python -m bot.benchmarks.stock_ours STORE ANSWER --model FILE`: our assistant, less like itself.

For `haq bench stock`. STORE: `memory` or `sql`, Rasa's own stores (the SQL one in HAQ_VAR_DIR); ANSWER:
`sentence`, the same for each message, or `server`, the action server.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from bot.settings import Settings
from bot.supervisor import assistant

if TYPE_CHECKING:
    from actions.adapter import Answered, Heard


def _sentence(_heard: Heard) -> Answered:
    from actions.adapter import Answered

    return Answered(({"text": "This is a sentence."},), {})


def _with_store(store: str, settings: Settings) -> None:
    from rasa.core.utils import AvailableEndpoints
    from rasa.utils.endpoints import EndpointConfig

    read = AvailableEndpoints.read_endpoints

    def read_endpoints(file: str) -> Any:
        endpoints = read(file)
        sql = {"type": "SQL", "dialect": "sqlite", "db": str(settings.var_dir / "tracker.db")}
        endpoints.tracker_store = EndpointConfig.from_dict(sql) if store == "sql" else None
        return endpoints

    AvailableEndpoints.read_endpoints = staticmethod(read_endpoints)


def main() -> int:
    """The entry point; the exit code."""
    store, answer = sys.argv.pop(1), sys.argv.pop(1)
    serve = assistant.serve

    def serve_with_store(settings: Settings, *more: Any) -> None:
        _with_store(store, settings)  # once TensorFlow is left out
        serve(settings, *more)

    setattr(assistant, "serve", serve_with_store)  # noqa: B010 - in this process alone
    if answer == "sentence":
        setattr(assistant, "_answering_inside", lambda _settings: _sentence)  # noqa: B010
    return assistant.main()


if __name__ == "__main__":
    sys.exit(main())
