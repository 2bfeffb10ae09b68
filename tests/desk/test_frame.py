"""The desk's frame: health, headers, errors, the choice of a language, forged forms."""

from __future__ import annotations

from tests.desk.conftest import RunningDesk


def test_health(desk: RunningDesk) -> None:
    """It says that it is the desk, and which law it reads."""
    said = desk.client().get("/health").json()
    assert said["service"] == "desk" and said["version"]


def test_headers(desk: RunningDesk) -> None:
    """Nothing from elsewhere, no inline script, nothing kept by caches."""
    got = desk.client().get("/nothing")
    assert got.status_code == 404
    policy = got.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert got.headers["cache-control"] == "no-store"


def test_errors_are_problems_for_programs(desk: RunningDesk) -> None:
    """RFC 9457."""
    got = desk.client().get("/api/v1/nothing")
    assert got.status_code == 404
    assert got.headers["content-type"].startswith("application/problem+json")
    assert got.json()["status"] == 404


def test_language(desk: RunningDesk) -> None:
    """The browser's, until one is chosen; and back only to a page of ours."""
    client = desk.client()
    assert 'dir="rtl"' in client.get("/nothing", headers={"accept-language": "ar-EG,en;q=0.5"}).text
    chosen = client.get("/language", params={"to": "fr", "next": "//elsewhere.example/"})
    assert chosen.headers["location"] == "/"
    assert '<html lang="fr"' in client.get("/nothing", headers={"accept-language": "ar"}).text
    assert client.get("/language", params={"to": "xx"}).status_code == 404


def test_forged_forms(desk: RunningDesk) -> None:
    """A session's form needs its token, and comes from our own pages."""
    client = desk.client("viewer")
    token = client.headers.pop("x-csrf-token")
    assert client.post("/logout", data={}).status_code == 403
    assert client.post("/logout", data={"csrf": "x"}).status_code == 403
    elsewhere = {"sec-fetch-site": "cross-site"}
    assert client.post("/logout", data={"csrf": token}, headers=elsewhere).status_code == 403
    origin = {"origin": "https://elsewhere.example"}
    assert client.post("/logout", data={"csrf": token}, headers=origin).status_code == 403
    assert client.post("/logout", data={"csrf": "x" * 600_000}).status_code == 413
