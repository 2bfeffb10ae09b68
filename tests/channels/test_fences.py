"""Webhooks of the real assistant with every channel on: nothing unsigned, nothing huge, no secret told."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from tests.channels.delivery import Connected
from tests.channels.shapes import Secrets
from tests.end_to_end.driver import HTTP

pytestmark = pytest.mark.slow
PATHS = ("/", "/nothing", "/health/ready", "/metrics", "/login", "/api/v1/rules?limit=x", "/webhook")
JSON = {"content-type": "application/json"}
PLATFORMS = ("whatsapp", "telegram", "messenger", "line", "sms")
# Names of accounts and numbers are no secrets: they stand in addresses that everybody uses.
NO_SECRETS = ("account_sid", "number", "page", "phone_number_id", "public_url")
SECRETS = {name: value for name, value in asdict(Secrets()).items() if name not in NO_SECRETS}
HUGE = json.dumps({"a": "x" * 900_000}).encode()
BODIES = (b"", b"{}", b"[]", b'{"object":"page","entry":[]}', b"\xff\x00", b"[" * 5000, HUGE)
FORGED = (
    {}, {"x-hub-signature-256": "sha256="}, {"x-hub-signature-256": "sha256=" + "0" * 64},
    {"x-hub-signature": "sha1=" + "0" * 40}, {"x-line-signature": "AAAA"}, {"x-twilio-signature": "AAAA"},
    {"x-telegram-bot-api-secret-token": ""}, {b"x-telegram-bot-api-secret-token": b"\xe9"},
    {"x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "https"}, {"authorization": "Bearer x"},
)  # fmt: skip


@pytest.mark.parametrize("platform", PLATFORMS)
def test_nothing_unsigned_is_read(connected: Connected, platform: str) -> None:
    """Whatever it holds, and whatever it says of itself: refused before it is parsed."""
    url = f"{connected.servers.url}/webhooks/{platform}/webhook"
    for body in BODIES:
        for headers in FORGED:
            got = HTTP.post(url, content=body, headers=headers)
            assert got.status_code == 401 and got.text == "", (body[:20], headers)
    assert HTTP.post(url, content=b"x" * 1_000_001).status_code == 413
    for query in ("", "?hub.mode=subscribe&hub.verify_token=guess&hub.challenge=42", "?hub.verify_token="):
        got = HTTP.get(url + query)
        assert got.status_code in (403, 405) and "42" not in got.text


def test_no_secret_is_told(connected: Connected) -> None:
    """Errors are provoked in every part, with the secrets in their environment; then all is searched."""
    servers, said = connected.servers, []
    assert len(SECRETS) >= 6
    desk = f"http://127.0.0.1:{servers.environment['HAQ_DESK_PORT']}"
    actions = f"http://127.0.0.1:{servers.environment['HAQ_ACTIONS_PORT']}"
    for base in (servers.url, desk, actions):
        for path in (
            "/",
            "/nothing",
            "/health",
            "/health/ready",
            "/metrics",
            "/login",
            "/api/v1/rules?limit=x",
            "/webhook",
        ):
            for method in ("GET", "POST"):
                got = HTTP.request(
                    method, base + path, content=b'{"a":', headers={"content-type": "application/json"}
                )
                said.append(f"{got.headers} {got.text}")
    for platform in PLATFORMS:
        token = SECRETS["verify_token"]
        said.append(HTTP.get(f"{servers.url}/webhooks/{platform}/webhook?hub.verify_token={token}x").text)
        said.append(HTTP.post(f"{servers.url}/webhooks/{platform}/nothing?token={token}", content=b"{").text)
    told = "\n".join(said) + servers.all_logs()
    assert "was refused" in servers.all_logs(), "nothing was provoked"
    for name, value in SECRETS.items():
        assert value not in told, name
