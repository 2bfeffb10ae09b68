"""The edge: the modules that know Rasa or its web server, and which way the layers look."""

from __future__ import annotations

import pytest

from tests.front.source import below, imports, naming, reached

ENGINE = ("rasa", "rasa_sdk", "sanic")
WEB = ("sanic", "starlette", "uvicorn", "aiohttp")
# Whoever frees one of these of Rasa takes it out here; docs/leaving-rasa.md says what replaces it.
EDGE = {
    "actions.respond",
    "bot.benchmarks.stock_channel",
    "bot.benchmarks.stock_ours",
    "bot.channels.connector",
    "bot.channels.conversing",
    "bot.channels.rest",
    "bot.channels.web",
    "bot.commands.eval",
    "bot.nlu.components",
    "bot.nlu.engine",
    "bot.nlu.engine_actions",
    "bot.nlu.engine_serving",
    "bot.nlu.lock_store",
    "bot.nlu.nlg",
    "bot.nlu.tracker_store",
    "bot.observability.engine",
    "bot.observability.sanic_pages",
    "bot.supervisor.actions",
    "bot.supervisor.assistant",
    "bot.supervisor.engine_logging",
    "bot.supervisor.fence",
    "bot.supervisor.training_process",
}
# What each of the inner packages may import of ours.
LAYERS: dict[str, set[str]] = {
    "rules": set(),
    "language": {"rules"},
    "answers": {"rules"},
    "letters": {"answers", "rules"},
    "conversation": {"answers", "language", "letters", "observability", "rules"},
}
WITHOUT_WEB = (*LAYERS, "people", "privacy", "events", "locks", "databases")
WITHOUT_ENGINE = (*WITHOUT_WEB, "desk", "front")


def test_only_the_edge_knows_rasa() -> None:
    named = naming(ENGINE)  # to read all sources takes seconds
    knows = {module for module in named if {name.split(".")[0] for name in imports(module)} & {*ENGINE}}
    assert knows == EDGE


@pytest.mark.parametrize("package", WITHOUT_ENGINE)
def test_nothing_that_outlives_rasa_reaches_the_edge(package: str) -> None:
    found = reached(below(f"bot.{package}"))
    assert {each: found[each] for each in found.keys() & EDGE} == {}


@pytest.mark.parametrize("package", LAYERS)
def test_arrows_point_inwards(package: str) -> None:
    allowed = {package, *LAYERS[package]}
    outwards = {
        (module, name)
        for module in below(f"bot.{package}")
        for name in imports(module)
        if name.startswith("actions") or (name.startswith("bot.") and name.split(".")[1] not in allowed)
    }
    assert outwards == set()


@pytest.mark.parametrize("package", WITHOUT_WEB)
def test_the_core_knows_no_web_framework(package: str) -> None:
    found = {
        (module, name)
        for module in below(f"bot.{package}")
        for name in imports(module)
        if name.split(".")[0] in WEB
    }
    assert found == set()


def test_the_reading_of_sources_sees_what_it_should() -> None:
    """Else the tests above pass whatever is written."""
    assert "rasa.core.agent" in imports("bot.channels.conversing", at_once=True)
    assert "rasa.core" in imports("bot.supervisor.assistant")
    assert "rasa.core" not in imports("bot.supervisor.assistant", at_once=True)
    assert "bot.channels.conversing" in reached({"bot.channels.running"})
    assert "bot.conversation.respond" in reached({"bot.front.assistant"})
