"""Log-in by the organisation's own provider: OpenID Connect, code flow with PKCE and a nonce.

The provider says who somebody is; an account of that name must be here already.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from bot.desk.accounts.problems import AccountError, Problem
from bot.settings import Settings

SCOPES = "openid email profile"
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_PATIENCE_SECONDS = 10
_KEPT_SECONDS = 300
_LEEWAY_SECONDS = 60
_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")
_kept: dict[str, tuple[float, dict[str, Any]]] = {}  # by issuer: when it was asked, what it said


class ProviderError(Exception):
    """The provider did not answer as it should; the message is for the log and holds nothing personal."""


@dataclass(frozen=True)
class Started:
    """What the browser keeps, sealed, while its owner is at the provider."""

    state: str
    nonce: str
    verifier: str
    next: str

    def as_text(self) -> str:
        """For a cookie."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> Started:
        """From a cookie that we sealed."""
        return cls(**json.loads(text))


@dataclass(frozen=True)
class Known:
    """Whom the provider knows: the name of the account, and whether it asked for a second factor itself."""

    name: str
    has_second_factor: bool


class Provider:
    """The provider that the settings name."""

    def __init__(self, issuer: str, client: str, secret: str | None, claim: str, back: str) -> None:
        self._issuer, self._client, self._secret, self._claim, self._back = (
            issuer,
            client,
            secret,
            claim,
            back,
        )

    def start(self, next_page: str) -> tuple[str, Started]:
        """Where to send the browser, and what it keeps. Raises ProviderError."""
        started = Started(_random(), _random(), _random(), next_page)
        with _talking() as http:
            where = self._endpoints(http)["authorization_endpoint"]
        query = {
            "response_type": "code", "client_id": self._client, "redirect_uri": self._back, "scope": SCOPES,
            "state": started.state, "nonce": started.nonce, "code_challenge_method": "S256",
            "code_challenge": create_s256_code_challenge(started.verifier),
        }  # fmt: skip
        return f"{where}{'&' if urlsplit(where).query else '?'}{urlencode(query)}", started

    def finish(self, started: Started, answer: Mapping[str, str]) -> Known:
        """Whom the provider sent back. Raises ProviderError, AccountError for an unverified address."""
        if not secrets.compare_digest(answer.get("state", "").encode(), started.state.encode()):
            raise ProviderError("the state is another")
        if "code" not in answer:
            raise ProviderError(f"refused: {answer.get('error', '')[:40]!r}")
        with _talking() as http:
            endpoints = self._endpoints(http)
            token = self._token(http, endpoints, answer["code"], started.verifier)
            keys = _json(http.get(endpoints["jwks_uri"])).get("keys", [])
        return self._known(self._claims(token, {"keys": keys}, started.nonce))

    def _endpoints(self, http: httpx.Client) -> dict[str, Any]:
        """What the provider says of itself, kept for minutes: anybody can make us ask."""
        at, kept = _kept.get(self._issuer, (0.0, {}))
        if kept and time.monotonic() - at < _KEPT_SECONDS:
            return kept
        found = self._asked(http)
        _kept[self._issuer] = (time.monotonic(), found)
        return found

    def _asked(self, http: httpx.Client) -> dict[str, Any]:
        found = _json(http.get(f"{self._issuer}/.well-known/openid-configuration"))
        if str(found.get("issuer", "")).rstrip("/") != self._issuer:
            raise ProviderError("it names another issuer")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not _is_safe(str(found.get(name, ""))):
                raise ProviderError(f"it names no safe {name}")
        return found

    def _token(
        self, http: httpx.Client, endpoints: Mapping[str, Any], code: str, verifier: str
    ) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self._back,
            "code_verifier": verifier, "client_id": self._client,
        }  # fmt: skip
        ways = endpoints.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if self._secret is None:
            return _json(http.post(endpoints["token_endpoint"], data=form))
        if "client_secret_basic" in ways:
            return _json(http.post(endpoints["token_endpoint"], data=form, auth=(self._client, self._secret)))
        return _json(http.post(endpoints["token_endpoint"], data={**form, "client_secret": self._secret}))

    def _claims(self, token: Mapping[str, Any], keys: KeySetSerialization, nonce: str) -> Mapping[str, Any]:
        try:
            found = jwt.decode(
                str(token.get("id_token", "")), KeySet.import_key_set(keys), algorithms=_ALGORITHMS
            )
            claims = CodeIDToken(
                found.claims,
                found.header,
                options={
                    "iss": {"essential": True, "values": [self._issuer, f"{self._issuer}/"]},
                    "aud": {"essential": True, "value": self._client},
                },
                params={
                    "nonce": nonce, "client_id": self._client, "access_token": token.get("access_token", ""),
                },
            )  # fmt: skip
            claims.validate(leeway=_LEEWAY_SECONDS)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise ProviderError(f"its token is not valid: {type(error).__name__}") from error
        return dict(claims)

    def _known(self, claims: Mapping[str, Any]) -> Known:
        name = claims.get(self._claim)
        if not isinstance(name, str) or not name:
            raise ProviderError(f"its token has no {self._claim}")
        if self._claim == "email" and claims.get("email_verified") is not True:
            raise AccountError(Problem.PROVIDER_STRANGER)
        return Known(name, "mfa" in claims.get("amr", []))


def provider_of(settings: Settings) -> Provider | None:
    """The provider, if one is set."""
    if settings.oidc_issuer is None or settings.oidc_client is None:
        return None
    back = f"{settings.desk_public_url or settings.desk_url}/login/provider/back"
    return Provider(
        settings.oidc_issuer, settings.oidc_client, settings.oidc_secret, settings.oidc_claim, back
    )


@contextmanager
def _talking() -> Iterator[httpx.Client]:
    """A client for the provider, whose failures are the provider's."""
    try:
        with httpx.Client(timeout=_PATIENCE_SECONDS, follow_redirects=False) as http:
            yield http
    except (httpx.HTTPError, json.JSONDecodeError) as error:
        raise ProviderError(f"it cannot be reached: {type(error).__name__}") from error


def _json(response: httpx.Response) -> dict[str, Any]:
    if not response.is_success:
        raise ProviderError(f"{response.request.url.path} answered {response.status_code}")
    found = response.json()
    if not isinstance(found, dict):
        raise ProviderError(f"{response.request.url.path} answered something else")
    return found


def _random() -> str:
    return secrets.token_urlsafe(32)


def _is_safe(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _THIS_MACHINE)
