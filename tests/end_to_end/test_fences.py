"""What is shut: the engine's own API, channels that are off, the action server, other people's pages."""

from __future__ import annotations

import os
from pathlib import Path

import httpx
import pytest

from tests.end_to_end.driver import HTTP, Servers

# Everything that Rasa 3.6 offers with its API or with its own channels.
ENGINES_OWN = (
    "/", "/version", "/status", "/domain", "/model", "/model/train", "/model/parse", "/model/predict",
    "/model/test/intents", "/model/test/stories", "/predict", "/conversations/x/tracker",
    "/conversations/x/tracker/events", "/conversations/x/story", "/conversations/x/execute",
    "/conversations/x/predict", "/conversations/x/messages", "/conversations/x/trigger_intent",
    "/webhooks/rasa/webhook", "/webhooks/callback/webhook", "/webhooks/facebook/webhook",
    "/webhooks/slack/webhook", "/webhooks/mattermost/webhook", "/webhooks/rocketchat/webhook",
    "/webhooks/botframework/webhook", "/webhooks/webexteams/webhook", "/webhooks/hangouts/webhook",
    "/webhooks/twilio/webhook", "/webhooks/twilio_voice/webhook", "/webhooks/socketio/webhook",
    "/webhooks/telegram/set_webhook", "/socket.io/?EIO=4&transport=polling", "/webhooks/rest/../../domain",
)  # fmt: skip
ENGINES_WORDS = ("rasa", "sanic", "traceback", ".py", "3.6.21", "21.12")


def test_the_engines_own_api_is_off(servers: Servers) -> None:
    """Whatever the method, it is not there; and no answer names the engine."""
    for path in ENGINES_OWN:
        for method in ("GET", "POST", "PUT", "DELETE"):
            got = HTTP.request(method, servers.url + path, json={"model_file": "http://127.0.0.1/x.tar.gz"})
            assert got.status_code in (404, 405), (method, path, got.status_code)
            assert not any(word in got.text.lower() for word in ENGINES_WORDS), got.text
            assert not any(word in str(got.headers).lower() for word in ("rasa", "sanic"))


def test_channels_that_are_not_set_up_are_not_there(servers: Servers) -> None:
    for name in ("whatsapp", "telegram", "messenger", "line", "sms", "twilio_whatsapp"):
        assert HTTP.post(f"{servers.url}/webhooks/{name}/webhook", json={}).status_code == 404
    for page in ("session", "message", "events", "end", "haq-chat.js", "demo"):
        assert HTTP.get(f"{servers.url}/webhooks/web/{page}").status_code == 404


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_the_rest_channel_is_for_this_machine(servers: Servers, header: str) -> None:
    """What came through a proxy is from elsewhere, whatever it says of itself."""
    for address in ("203.0.113.7", "127.0.0.1", ""):
        for method, path in (("POST", "webhook"), ("POST", "parse"), ("GET", "messages?sender=x")):
            url = f"{servers.url}/webhooks/rest/{path}"
            body = {"sender": "x", "message": "hello", "text": "hello"}
            got = HTTP.request(method, url, json=body, headers={header: address})
            assert got.status_code == 403 and "HAQ_REST_KEY" in got.text, (path, address)


def test_the_action_server_wants_the_token(servers: Servers) -> None:
    """Nobody beside the assistant has actions run, or learns which there are."""
    url = f"http://127.0.0.1:{servers.environment['HAQ_ACTIONS_PORT']}"
    for headers in ({}, {"X-Haq-Token": ""}, {"X-Haq-Token": "guess"}, {b"X-Haq-Token": b"\xc3\xa9"}):
        for method, path in (("POST", "/webhook"), ("GET", "/actions"), ("GET", "/status")):
            got = HTTP.request(method, url + path, json={"next_action": "action_respond"}, headers=headers)
            assert got.status_code in (403, 404) and got.json().get("error"), (path, headers)
            assert "action_" not in got.text
    assert HTTP.get(f"{url}/health").json()["status"] == "ok"


def test_everything_listens_on_this_machine_alone(servers: Servers) -> None:
    """By default no port of ours is open to the network."""
    ports = {
        int(value)
        for name, value in servers.environment.items()
        if name.startswith("HAQ_") and "_PORT" in name
    }
    listening: dict[int, set[str]] = {}
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            address, state = line.split()[1], line.split()[3]
            host, _, port = address.partition(":")
            if state == "0A" and int(port, 16) in ports:
                listening.setdefault(int(port, 16), set()).add(host)
    assert set(listening) == ports
    assert all(hosts == {"0100007F"} for hosts in listening.values()), listening


def test_answers_say_what_browsers_may_do(servers: Servers) -> None:
    for path in ("/health", "/webhooks/rest/", "/nothing"):
        headers = HTTP.get(servers.url + path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "access-control-allow-origin" not in headers


def test_the_desk_gives_away_no_file_and_goes_nowhere_else(servers: Servers) -> None:
    """Paths that leave the folder of files, hosts that are not ours, addresses to go on to."""
    port = servers.environment["HAQ_DESK_PORT"]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        for path in (
            "/static/../desk.py", "/static/..%2f..%2fsettings.py", "/static/%2e%2e/%2e%2e/settings.py",
            "/static//etc/passwd", "/static/....//settings.py", "/static/\\..\\settings.py", "/static/",
        ):  # fmt: skip
            got = client.get(path)
            assert got.status_code in (400, 404, 405) and "def " not in got.text, path
        for elsewhere in (
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "https://evil.example",
            "javascript:x",
        ):
            where = client.get("/language", params={"to": "fr", "next": elsewhere}).headers["location"]
            assert where == "/", (elsewhere, where)
        for page in ("/", "/login", "/inbox"):
            for headers in ({"host": "evil.example"}, {"x-forwarded-host": "evil.example"}):
                got = client.get(page, headers=headers)
                assert "evil.example" not in got.text + str(got.headers), (page, headers)
        assert client.post("/login", data={"name": "x" * 600_000}).status_code == 413


def test_behind_https_the_browser_is_told_to_stay_there(servers: Servers) -> None:
    """The proxy on this machine says that it is https; one elsewhere is not believed by default."""
    url = f"http://127.0.0.1:{servers.environment['HAQ_DESK_PORT']}/login"
    assert "strict-transport-security" not in HTTP.get(url).headers
    got = HTTP.get(url, headers={"X-Forwarded-Proto": "https"})
    assert got.headers["strict-transport-security"] == "max-age=31536000"
    for name in (
        "content-security-policy",
        "x-content-type-options",
        "referrer-policy",
        "permissions-policy",
    ):
        assert got.headers[name]
    assert "frame-ancestors 'none'" in got.headers["content-security-policy"]
    cookies = HTTP.get(url.replace("/login", "/language?to=fr"), headers={"X-Forwarded-Proto": "https"})
    flags = cookies.headers["set-cookie"].lower()
    assert all(flag in flags for flag in ("httponly", "secure", "samesite=lax"))


def test_what_is_written_is_for_its_own_user(servers: Servers) -> None:
    """Databases, keys and logs: nobody else on the machine reads them."""
    found = [path for path in servers.folder.rglob("*") if path.name != "run.log"]  # the test's own
    assert any(path.suffix == ".key" for path in found)
    open_to_others = {
        path.relative_to(servers.folder): oct(path.stat().st_mode)
        for path in found
        if path.stat().st_mode & 0o077
    }
    assert not open_to_others
    assert all(path.stat().st_uid == os.getuid() for path in found)
