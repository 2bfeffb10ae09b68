"""The tables of accounts, sessions, second factors, keys of other systems and the audit log.

What opens a door (session, invitation, key) is known to its holder alone: its hash is what is kept.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import Column, Float, Integer, MetaData, String, Table, Text

metadata = MetaData()
account = Table(
    "account", metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("roles", String(80), nullable=False),
    Column("language", String(8), nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("password", Text),  # Argon2; none: a link is open, or another provider knows the person
    Column("disabled_at", String(32)),
    Column("signed_in_at", String(32)),
    Column("totp_secret", Text),  # sealed
    Column("totp_proposed", Text),  # sealed; becomes the secret with the first right code
    Column("totp_step", Integer),  # that of the last code taken: none is taken twice
)  # fmt: skip
session = Table(
    "desk_session", metadata,
    Column("id", Integer, primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("account", Integer, nullable=False, index=True),
    Column("csrf", String(64), nullable=False),
    Column("stage", String(10), nullable=False),
    Column("browser", String(60), nullable=False),  # coarse: "Firefox, Android"
    Column("began_at", String(32), nullable=False),
    Column("seen_at", String(32), nullable=False),
    Column("expires_at", String(32), nullable=False),
)  # fmt: skip
recovery_code = Table(
    "recovery_code", metadata,
    Column("id", Integer, primary_key=True),
    Column("account", Integer, nullable=False, index=True),
    Column("code_hash", String(64), nullable=False),  # under the key: codes are short
)  # fmt: skip
invitation = Table(
    "invitation", metadata,
    Column("account", Integer, primary_key=True, autoincrement=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("expires_at", String(32), nullable=False),
)  # fmt: skip
attempt = Table(
    "login_attempt", metadata,
    Column("id", Integer, primary_key=True),
    Column("of", String(64), nullable=False, index=True),  # an account or an address, hashed under the key
    Column("at", Float, nullable=False, index=True),
)  # fmt: skip
api_key = Table(
    "api_key", metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(80), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("start", String(12), nullable=False),  # enough to tell keys apart
    Column("scopes", String(80), nullable=False),
    Column("made_by", String(80), nullable=False),
    Column("made_at", String(32), nullable=False),
    Column("used_on", String(10)),
    Column("revoked_at", String(32)),
)  # fmt: skip
audit = Table(
    "audit", metadata,
    Column("id", Integer, primary_key=True),
    Column("at", String(32), nullable=False, index=True),
    Column("who", String(80), nullable=False, index=True),
    Column("did", String(40), nullable=False, index=True),
    Column("what", Text, nullable=False),  # JSON; never what a person wrote
)  # fmt: skip


def hash_of(token: str) -> str:
    """What is kept of a token. Tokens are long and random: a plain hash cannot be searched through."""
    return hashlib.sha256(token.encode()).hexdigest()
