"""The real law and its database, as for the tests of the rules."""

from tests.rules.conftest import base, book, law_url

__all__ = ["base", "book", "law_url"]
