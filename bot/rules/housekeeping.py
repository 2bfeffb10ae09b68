"""What an editor needs beside the law itself: who owns a country's data, and true short numbers.

`law: owners` says whose work it is to keep the law of a country true, and how often it is reviewed.
`law: short_numbers` lists hotlines that the usual library does not know, so that every other number
which it does not know is a mistake.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.rules import yamlfile
from bot.rules.errors import Complaints
from bot.rules.model import Contact
from bot.rules.reading import FileReader, LawFile
from bot.rules.vocabulary import COUNTRIES
from bot.rules.yamlfile import Map

LAW_KINDS = ("owners", "short_numbers")


@dataclass(frozen=True)
class Owner:
    """A role, not a person: whoever runs the assistant appoints people to it."""

    name: str
    countries: tuple[str, ...]


@dataclass
class Housekeeping:
    """Owners by country or group, and short numbers by country and digits."""

    owners: dict[str, Owner] = field(default_factory=dict)
    short_numbers: dict[tuple[str, str], str] = field(default_factory=dict)  # the contact that lists it


class HousekeepingReader(FileReader):
    """Reads `law: owners` and `law: short_numbers` files."""

    def __init__(self, complaints: Complaints) -> None:
        super().__init__(complaints)
        self._numbers: list[tuple[LawFile, Map]] = []

    def read(self, file: LawFile, found: Housekeeping) -> None:
        """Adds what one file lists."""
        self._file, self._found = file, found
        kind = str(file.content.get("law"))
        key = "owners" if kind == "owners" else "numbers"
        self._known(file.content, ("law", key))
        self._each(key, self._owner if kind == "owners" else self._number)

    def _owner(self, body: Map) -> None:
        self._known(body, ("name", "countries", "groups"))
        name = self._text(body, "name")
        if not name:
            self._say(body, "name", "An owner has a name.", "Write a role, such as `Gulf`.")
        countries = self._list(body, "countries", (), COUNTRIES, "country code")
        owner = Owner(str(name), countries)
        for country in (*countries, *self._list(body, "groups", (), None, "group")):
            if country in self._found.owners:
                other = self._found.owners[country].name
                self._say(
                    body,
                    "countries",
                    f"{country} has an owner already: {other}.",
                    "Keep one of the two.",
                )
            self._found.owners[country] = owner

    def _number(self, body: Map) -> None:
        self._known(body, ("country", "number", "contact"))
        country = self._one_of(body, "country", COUNTRIES, "country code")
        self._numbers.append((self._file, body))
        self._found.short_numbers[country, str(body.get("number"))] = str(body.get("contact"))

    def check(self, contacts: Mapping[str, Contact]) -> None:
        """Complains of numbers that the contact named beside them does not list."""
        for file, body in self._numbers:
            self._file = file
            contact: Any = contacts.get(str(body.get("contact")))
            listed = {value.value.replace(" ", "") for value in contact.values} if contact else set()
            if str(body.get("number")) not in listed:
                self._say(
                    body,
                    "number",
                    f"The contact {body.get('contact')!r} does not list this number.",
                    "Name the contact that lists it, with its source; digits without spaces.",
                )


def read_housekeeping(folder: Path) -> Housekeeping:
    """Owners and short numbers alone, which stand at the top of the folder. Raises LawMistakes."""
    complaints, found = Complaints(folder.parent), Housekeeping()
    reader = HousekeepingReader(complaints)
    for path in sorted(folder.glob("*.yml")):
        content = yamlfile.read(path, lambda *mistake, file=path: complaints.add(file, *mistake))
        if content is not None and content.get("law") in LAW_KINDS:
            reader.read(LawFile(path, content), found)
    complaints.raise_if_any()
    return found
