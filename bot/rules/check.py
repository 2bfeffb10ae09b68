"""Checks the law files: `python -m bot.rules.check [FILE...]` (also `haq rules check`)."""

from __future__ import annotations

import sys
from pathlib import Path

from bot.rules.errors import LawMistakes, Mistake
from bot.rules.lawfiles import LawBook, read_law

LAW_FOLDER = Path(__file__).resolve().parents[2] / "data" / "law"


def check(folder: Path = LAW_FOLDER) -> tuple[LawBook | None, list[Mistake]]:
    """The law book, or every mistake in the law files."""
    try:
        return read_law(folder), []
    except LawMistakes as error:
        return None, error.mistakes


def main(arguments: list[str]) -> int:
    """Prints every mistake (of the named files alone, if any); 2 when there are some."""
    book, mistakes = check()
    if arguments:
        mistakes = [
            each
            for each in mistakes
            if any(Path(name).match(f"*{each.file}") or each.file in name for name in arguments)
        ]
    for mistake in mistakes:
        print(mistake)
    if book is not None:
        notes = sum(rule.type == "note" for rule in book.rules.values())
        print(
            f"{len(book.rules)} rules of {len({rule.type for rule in book.rules.values()})} types "
            f"({notes} notes), {len(book.contacts)} contacts, {len(book.catalogue.types)} types declared: "
            "no mistake."
        )
    return 2 if mistakes else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
