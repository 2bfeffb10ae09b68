"""The first message of all, to a stand-in for the assistant."""

from __future__ import annotations

import urllib.request

import pytest

from bot.settings import load_settings
from bot.supervisor.warm_up import warm_up
from tests.ops.conftest import Assistant


def test_it_goes_to_the_assistant_with_the_key_and_through_no_proxy(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(urllib.request, "_opener", None)  # it would remember that there was no proxy
    settings = load_settings(
        {"HAQ_ASSISTANT_PORT": str(assistant.server_port), "HAQ_REST_KEY": "open sesame"}
    )
    warm_up(settings)
    assert [body["message"] for body in assistant.asked][1:] == ["delete my data"]
    assert assistant.keys == ["Bearer open sesame"] * 2
