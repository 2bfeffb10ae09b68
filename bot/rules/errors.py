"""What can go wrong in the rules database.

RulesError                 anything below
├── LawMistakes            the law files hold mistakes (all of them, each with file and line)
│   └── RevisionConflicts  they hold none, but contradict revisions
├── RecordChanged          a record is no longer as somebody read it who changes it
├── CaseError              a case that makes no sense: unknown country, impossible date...
├── EmptyLawBase           the database holds no rules yet
└── LawBaseUnavailable     the database cannot be reached or read
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class RulesError(Exception):
    """Anything that goes wrong in the rules database."""


@dataclass(frozen=True, order=True)
class Mistake:
    """One mistake in a law file: where it is, what it is, how to mend it."""

    file: str
    line: int
    field: str
    problem: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.field}: {self.problem} {self.mend}"


class LawMistakes(RulesError):
    """The law files hold mistakes; nothing was changed."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self.mistakes = sorted(mistakes)
        count = len(self.mistakes)
        noun = "mistake" if count == 1 else "mistakes"
        lines = "\n".join(str(mistake) for mistake in self.mistakes)
        super().__init__(f"{count} {noun} in the law files; nothing was changed.\n{lines}")


class RevisionConflicts(LawMistakes):
    """The law files are whole, but open revisions do not go with them; nothing was changed.

    `haq rules revisions` lists them, `haq rules withdraw` takes one back.
    """


class RecordChanged(RulesError):
    """A record is no longer as somebody read it who changes it; nothing was changed."""


class CaseError(RulesError, ValueError):
    """A case that makes no sense; the message says what would."""


class EmptyLawBase(RulesError):
    """The database holds no rules yet."""

    def __init__(self) -> None:
        super().__init__("The rules database is empty. Run `haq rules load` first.")


class LawBaseUnavailable(RulesError):
    """The database cannot be reached or read."""


class Complaints:
    """Collects mistakes while files are read, so that all are reported at once."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = root
        self.mistakes: list[Mistake] = []

    def add(self, file: Path, line: int, field: str, problem: str, mend: str) -> None:
        """Note one mistake; problem and mend are whole sentences."""
        shown = file
        if self.root is not None and file.is_relative_to(self.root):
            shown = file.relative_to(self.root)
        self.mistakes.append(Mistake(str(shown), line, field, problem, mend))

    def raise_if_any(self) -> None:
        """Raises LawMistakes when anything was noted."""
        if self.mistakes:
            raise LawMistakes(self.mistakes)
