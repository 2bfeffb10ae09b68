"""The examples for nginx and Caddy, by the real programs, before a server that says what reached it."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bot.security.proxies import is_proxy
from bot.settings import SettingsError, load_settings
from tests.deploy.test_files import DEPLOY, WEBHOOKS
from tests.servers import free_port

PUBLIC = [*sorted(WEBHOOKS), "/webhooks/web/haq-chat.js"]
CLOSED = [
    "/", "/webhooks/rest/webhook", "/webhooks/rest/parse", "/metrics", "/health", "/health/ready",
    "/webhooks/web",
    "//webhooks/rest/webhook", "/webhooks/web/../rest/webhook", "/webhooks/web/%2e%2e/rest/webhook",
    "/webhooks/whatsapp/webhook/../../rest/webhook", "/webhooks/whatsapp/", "/conversations/x/tracker/events",
]  # fmt: skip


def test_who_is_believed() -> None:
    usual = load_settings({}).proxies
    assert is_proxy("127.0.0.1", usual) and is_proxy("::1", usual) and not is_proxy("10.0.0.1", usual)
    own = load_settings({"HAQ_PROXIES": "10.0.0.5 172.30.77.0/24"}).proxies
    assert own == "10.0.0.5/32,172.30.77.0/24"
    assert is_proxy("172.30.77.9", own) and is_proxy("10.0.0.5", own)
    assert not is_proxy("10.0.0.6", own) and not is_proxy("127.0.0.1", own) and not is_proxy("", own)
    with pytest.raises(SettingsError, match="HAQ_PROXIES"):
        load_settings({"HAQ_PROXIES": "everybody"})


class Echo(BaseHTTPRequestHandler):
    """Says which path and headers reached it."""

    def do_GET(self) -> None:
        body = json.dumps({"path": self.path, "headers": dict(self.headers.items())}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def echo() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def ask(port: int, host: str, path: str) -> tuple[int, bytes]:
    """A request for a path exactly as written."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    line = trusting.wrap_socket(socket.create_connection(("127.0.0.1", port), 10), server_hostname=host)
    connection = http.client.HTTPConnection(host)
    connection.sock = line
    connection.putrequest("GET", path, skip_host=True)
    for name, value in {"Host": host, "X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "http"}.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    found = answer.status, answer.read()
    connection.close()
    return found


def check(port: int) -> None:
    """What is public is passed on, with the true address; all else is not."""
    for path in PUBLIC:
        status, body = ask(port, "haq.example.org", path)
        assert status == 200 and json.loads(body)["path"] == path
    headers = {name.lower(): value for name, value in json.loads(body)["headers"].items()}
    assert headers["x-forwarded-for"] == "127.0.0.1" and headers["host"] == "haq.example.org"
    assert headers["x-forwarded-proto"] == "https"
    for path in CLOSED:
        status, body = ask(port, "haq.example.org", path)
        assert status in (400, 404) or b"rest" not in body, f"{path}: {status} {body!r}"
        assert b'"path"' not in body, f"{path} was passed on: {body!r}"
    assert ask(port, "desk.haq.example.org", "/lookup")[0] == 200
    assert {ask(port, "desk.haq.example.org", path)[0] for path in ("/metrics", "/health/ready")} == {404}


@contextmanager
def running(command: list[str], port: int, **variables: str) -> Iterator[None]:
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, **variables}
    ) as process:
        try:
            deadline = time.monotonic() + 20
            while True:
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                assert process.poll() is None and time.monotonic() < deadline, process.communicate()[1]
                time.sleep(0.1)
            yield
        finally:
            process.terminate()
            process.wait(10)


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not here (Debian: nginx-light)")
def test_nginx(tmp_path: Path) -> None:
    secure, plain = free_port(), free_port()
    pair = ["-keyout", str(tmp_path / "privkey.pem"), "-out", str(tmp_path / "fullchain.pem")]
    make = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "1",
        "-subj",
        "/CN=haq.example.org",
    ]
    subprocess.run([*make, *pair], check=True, capture_output=True)
    with echo() as upstream:
        text = (DEPLOY / "proxy" / "nginx.conf").read_text()
        text = text.replace("127.0.0.1:5005", f"127.0.0.1:{upstream}").replace(
            "127.0.0.1:8080", f"127.0.0.1:{upstream}"
        )
        text = text.replace("listen 443 ssl", f"listen 127.0.0.1:{secure} ssl").replace(
            "listen 80", f"listen 127.0.0.1:{plain}"
        )
        text = text.replace("/etc/ssl/haq", str(tmp_path)).replace("/var/log/nginx", str(tmp_path))
        places = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temporary = "".join(f"{each}_temp_path {tmp_path}/{each};" for each in places)
        whole = f"pid {tmp_path}/pid; events {{}} http {{ {temporary} {text} }}"
        (tmp_path / "nginx.conf").write_text(whole)
        command = [
            "nginx",
            "-c",
            str(tmp_path / "nginx.conf"),
            "-p",
            str(tmp_path),
            "-e",
            str(tmp_path / "errors"),
        ]
        tried = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
        assert tried.returncode == 0, tried.stderr
        with running([*command, "-g", "daemon off;"], secure):
            check(secure)


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.skipif(shutil.which("caddy") is None, reason="caddy is not here (Debian: caddy)")
def test_caddy(tmp_path: Path) -> None:
    secure = free_port()
    text = (DEPLOY / "proxy" / "Caddyfile").read_text()
    own = f"{{\n\thttp_port {free_port()}\n\thttps_port {secure}\n\tlocal_certs\n\tskip_install_trust\n"
    (tmp_path / "Caddyfile").write_text(re.sub(r"^\{\n", own, text, count=1, flags=re.MULTILINE))
    with echo() as upstream:
        place = f"127.0.0.1:{upstream}"
        command = ["caddy", "run", "--config", str(tmp_path / "Caddyfile"), "--adapter", "caddyfile"]
        variables = {
            "HAQ_DOMAIN": "haq.example.org", "HAQ_ASSISTANT": place, "HAQ_DESK": place,
            "XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path),
        }  # fmt: skip
        with running(command, secure, **variables):
            time.sleep(2)  # it makes its certificates now
            check(secure)
