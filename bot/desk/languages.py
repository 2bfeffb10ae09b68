"""The languages that the desk itself speaks; the law it can say in more."""

from __future__ import annotations

from typing import Final

DESK_LANGUAGES: Final = ("en", "fr", "es", "ar", "pt")
