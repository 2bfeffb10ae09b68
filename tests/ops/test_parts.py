"""Which services `haq run` starts, and which settings it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.supervisor.parts import Parts
from bot.supervisor.problems import ProcessError
from tests.observability.support import settings_in

MODEL = Path("haq.tar.gz")


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"HAQ_WEBCHAT_ORIGINS": "https://help.example.org"}, "web is set up"),
        ({"HAQ_LINE_TOKEN": "hush"}, "line is set up"),
        ({"HAQ_LINE_TOKEN": "hush", "HAQ_WEBCHAT_ORIGINS": "*"}, "line, web is set up"),
    ],
)
def test_the_thin_front_is_refused_where_people_would_write_to_nobody(
    given: dict[str, str], named: str, tmp_path: Path
) -> None:
    parts = Parts(settings_in(tmp_path, HAQ_FRONT="thin", **given))
    with pytest.raises(ProcessError, match=f"HAQ_FRONT=thin .* {named}: set HAQ_FRONT=rasa") as refused:
        parts.assistants(MODEL)
    assert "hush" not in str(refused.value)
    assert parts.desk() is not None, "the desk alone can be started"
    (assistant,) = Parts(settings_in(tmp_path, **given)).assistants(MODEL)
    assert "bot.supervisor.assistant" in assistant.command


def test_the_thin_front_starts_with_the_rest_channel_alone(tmp_path: Path) -> None:
    links = {"HAQ_WHATSAPP_PHONE": "+15550100", "HAQ_PUBLIC_URL": "https://haq.example.org"}
    parts = Parts(settings_in(tmp_path, HAQ_FRONT="thin", **links))
    (assistant,) = parts.assistants(MODEL)
    assert "bot.front.assistant" in assistant.command and parts.action_servers() == ()
