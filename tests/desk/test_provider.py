"""Log-in by the organisation's own provider: a real one, and what a bad one tries."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey

from bot.desk.accounts import provider as module
from bot.desk.accounts.provider import Provider, ProviderError, provider_of
from bot.desk.guard import SESSION_COOKIE
from bot.settings import SettingsError, load_settings
from tests.desk.conftest import RunningDesk
from tests.desk.identity_provider import CLIENT, SECRET, Claims, IdentityProvider, forged, signed_by
from tests.end_to_end.driver import free_port

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def running_provider() -> Iterator[IdentityProvider]:
    made = IdentityProvider()
    yield made
    made.close()


@pytest.fixture
def provider(running_provider: IdentityProvider) -> IdentityProvider:
    """A well-behaved one, at first."""
    running_provider.be_good()
    return running_provider


@pytest.fixture(scope="module")
def open_desk(
    law_url: str, running_provider: IdentityProvider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningDesk]:
    """A desk that knows the provider."""
    folder = tmp_path_factory.mktemp("provider")
    running = RunningDesk(folder, {
        **os.environ,
        "HAQ_VAR_DIR": str(folder),
        "HAQ_DATABASE_URL": law_url,
        "HAQ_DESK_PORT": str(free_port()),
        "HAQ_OIDC_ISSUER": running_provider.issuer,
        "HAQ_OIDC_CLIENT": CLIENT,
        "HAQ_OIDC_SECRET": SECRET,
    })  # fmt: skip
    running.start()
    yield running
    running.stop()
    assert "Traceback" not in running.log()


def name_of_new(desk: RunningDesk, *roles: str) -> str:
    return desk.accounts.add(f"{os.urandom(4).hex()}@fund.example", roles).name


def to_provider(desk: RunningDesk, client: httpx.Client, next_page: str = "/") -> str:
    """As far as the way back: the address that the provider sends the browser to."""
    left = client.get("/login/provider", params={"next": next_page})
    assert left.status_code == 303
    back = httpx.get(left.headers["location"], verify=False).headers["location"]  # noqa: S501
    assert back.startswith(f"{desk.address}/login/provider/back?")
    return back


def test_somebody_whom_the_provider_knows(open_desk: RunningDesk, provider: IdentityProvider) -> None:
    """In, to the page that was asked for; the page of log-in offers it."""
    name = name_of_new(open_desk, "viewer")
    provider.claims = {"email": name.upper()}
    with open_desk.client() as client:
        assert 'href="/login/provider?next=/questions"' in client.get("/login?next=/questions").text
        got = client.get(to_provider(open_desk, client, "/questions"))
        assert (got.status_code, got.headers["location"]) == (303, "/questions")
        assert name in client.get("/account").text
        assert "haq_provider" not in client.cookies
    assert {"nonce", "state", "code_challenge"} <= provider.asked.keys()
    assert [entry.did for entry in open_desk.accounts.log.entries(who=name)] == ["logged_in"]


@pytest.mark.parametrize(("amr", "where"), [(["pwd"], "/login/second-factor"), (["pwd", "mfa"], "/")])
def test_the_second_factor_is_the_providers_or_ours(
    open_desk: RunningDesk, provider: IdentityProvider, amr: list[str], where: str
) -> None:
    """Ours is asked for unless the provider says that it asked for one."""
    provider.claims = {"email": name_of_new(open_desk, "caseworker"), "amr": amr}
    with open_desk.client() as client:
        assert client.get(to_provider(open_desk, client)).headers["location"] == where


def nonce(claims: Claims) -> None:
    claims["nonce"] = "another"


def no_nonce(claims: Claims) -> None:
    del claims["nonce"]


def audience(claims: Claims) -> None:
    claims["aud"] = "another-client"


def issuer(claims: Claims) -> None:
    claims["iss"] = "https://elsewhere.example"


def expired(claims: Claims) -> None:
    claims["exp"] -= 3600


def no_name(claims: Claims) -> None:
    del claims["email"]


@pytest.mark.parametrize("spoil", [nonce, no_nonce, audience, issuer, expired, no_name])
def test_a_token_that_is_not_for_us(
    open_desk: RunningDesk, provider: IdentityProvider, spoil: Callable[[Claims], None]
) -> None:
    """Rightly signed, and yet not good."""
    provider.claims, provider.spoil = {"email": name_of_new(open_desk, "viewer")}, spoil
    refused(open_desk, 502)


@pytest.mark.parametrize("kind", ["another key", "symmetric", "unsigned"])
def test_a_token_that_is_not_the_providers(
    open_desk: RunningDesk, provider: IdentityProvider, kind: str
) -> None:
    """Forged by another key, by the published key as a password, or not signed at all."""
    provider.claims = {"email": name_of_new(open_desk, "admin")}
    if kind == "another key":
        provider.sign = signed_by(RSAKey.generate_key(2048, {"kid": "1"}))
    elif kind == "symmetric":
        provider.sign = forged("HS256", provider.published.as_pem(private=False))
    else:
        provider.sign = forged("none", b"")
    refused(open_desk, 502)


@pytest.mark.parametrize("verified", [False, None, "true"])
def test_an_address_that_nobody_verified(
    open_desk: RunningDesk, provider: IdentityProvider, verified: object
) -> None:
    """Anybody may have written it there."""
    provider.claims = {"email": name_of_new(open_desk, "admin"), "email_verified": verified}
    assert "no account here" in refused(open_desk, 403)


def test_strangers_and_those_who_left(open_desk: RunningDesk, provider: IdentityProvider) -> None:
    """No account is made by coming; a closed one stays closed."""
    provider.claims = {"email": "stranger@fund.example"}
    refused(open_desk, 403)
    name = name_of_new(open_desk, "viewer")
    open_desk.accounts.members.disable(open_desk.accounts.members.named(name).id)
    provider.claims = {"email": name}
    refused(open_desk, 403)
    assert "stranger" not in " ".join(each.account.name for each in open_desk.accounts.members.all())
    assert name not in open_desk.log()


def refused(desk: RunningDesk, status: int) -> str:
    """Nobody is in; the page says so kindly."""
    with desk.client() as client:
        got = client.get(to_provider(desk, client))
        assert got.status_code == status
        assert 'role="alert"' in got.text
        assert SESSION_COOKIE not in client.cookies
        return got.text


def test_a_way_back_of_another_browser(open_desk: RunningDesk, provider: IdentityProvider) -> None:
    """Without the cookie, or with that of another log-in; and never twice."""
    provider.claims = {"email": name_of_new(open_desk, "viewer")}
    with open_desk.client() as mine, open_desk.client() as other:
        back = to_provider(open_desk, mine)
        assert other.get(back).status_code == 502
        to_provider(open_desk, other)
        assert other.get(back).status_code == 502
        assert mine.get(back).status_code == 303
        mine.cookies.delete(SESSION_COOKIE)
        assert mine.get(back).status_code == 502


def test_somebody_who_changes_their_mind(open_desk: RunningDesk, provider: IdentityProvider) -> None:
    """The provider says that it was refused."""
    with open_desk.client() as client:
        state = parse_qs(urlsplit(to_provider(open_desk, client)).query)["state"][0]
        got = client.get("/login/provider/back", params={"state": state, "error": "access_denied"})
        assert got.status_code == 502 and "Try again" in got.text


def ours(issuer: str) -> Provider:
    """The provider as a desk's settings name it."""
    found = provider_of(load_settings({"HAQ_OIDC_ISSUER": issuer, "HAQ_OIDC_CLIENT": CLIENT}))
    assert found is not None
    return found


def test_a_provider_that_names_another_issuer(provider: IdentityProvider) -> None:
    """It is not the one that was set."""
    module._kept.clear()
    provider.names_issuer = "https://elsewhere.example"
    with pytest.raises(ProviderError, match="another issuer"):
        ours(provider.issuer).start("/")


def test_what_a_provider_says_of_itself_is_kept_for_minutes(
    provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anybody can make us ask; and each asking may take ten seconds."""
    module._kept.clear()
    first, _ = ours(provider.issuer).start("/")
    provider.names_issuer = "https://elsewhere.example"
    again, _ = ours(provider.issuer).start("/")
    assert first.partition("?")[0] == again.partition("?")[0]
    monkeypatch.setattr(module, "_KEPT_SECONDS", 0)
    with pytest.raises(ProviderError, match="another issuer"):
        ours(provider.issuer).start("/")


def test_without_a_provider(desk: RunningDesk) -> None:
    """There is no such page, and none is offered."""
    with desk.client() as client:
        assert client.get("/login/provider").status_code == 404
        assert client.get("/login/provider/back").status_code == 404
        assert "/login/provider" not in client.get("/login").text


def test_a_provider_that_is_down() -> None:
    """Said as such, not as a fault of ours."""
    with pytest.raises(ProviderError, match="cannot be reached"):
        ours(f"http://127.0.0.1:{free_port()}").start("/")


@pytest.mark.parametrize("issuer", ["login.example.org", "http://login.example.org", "https://"])
def test_an_issuer_must_be_safe(issuer: str) -> None:
    """Https, but on this machine."""
    with pytest.raises(SettingsError, match="HAQ_OIDC_ISSUER must be"):
        load_settings({"HAQ_OIDC_ISSUER": issuer})
