"""For all tests: no setting of the machine leaks in, nothing is written to the checkout's own var/."""

from __future__ import annotations

import os
import signal
import tempfile

import pytest
from hypothesis import HealthCheck, settings

from bot.settings import ENGINE_ENVIRONMENT
from tests.servers import (  # noqa: F401 - fixtures for all
    postgresql,
    postgresql_server,
    rabbitmq,
    rabbitmq_server,
    redis,
    redis_server,
)

ON_BOTH = ("test_load.py", "test_lookup.py", "test_revisions.py", "test_searches.py", "test_diff.py")

# A shell that starts us in the background has Ctrl-C ignored, and every child would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

_var = tempfile.TemporaryDirectory(prefix="haq-test-")
for _name in [name for name in os.environ if name.startswith("HAQ_") and name != "HAQ_STATE_DIR"]:
    del os.environ[_name]
os.environ["HAQ_VAR_DIR"] = _var.name
for _name, _value in ENGINE_ENVIRONMENT.items():
    os.environ.setdefault(_name, _value)

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("default"), derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What touches the database runs on both Pythons, of the rest the slow tests alone."""
    for item in items:
        if item.get_closest_marker("thorough"):
            item.add_marker(pytest.mark.slow)
        if item.path.name in ON_BOTH:
            item.add_marker(pytest.mark.both)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Removes the temporary folder."""
    _var.cleanup()
