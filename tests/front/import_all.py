"""Imports every module of what outlives Rasa, and says how many; tests/front/test_without_rasa.py runs it."""

import importlib

from tests.front.source import below
from tests.front.test_edge import WITHOUT_ENGINE

names = sorted(name for package in WITHOUT_ENGINE for name in below(f"bot.{package}"))
for name in [*names, "actions.answering"]:
    if name.endswith(".env"):  # a script of Alembic's, which runs it itself
        continue
    importlib.import_module(name)
print(len(names))
