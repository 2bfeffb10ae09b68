"""The law files: `data/law/**/*.yml`, read into rules, contacts, scope and groups.

Everything is checked before anything is changed: all mistakes come at once, each with file, line,
field and mend (docs/law-format.md says how a rule is written).

`files` reads and checks the whole; `rules`, `contacts` and `keys` read its parts, each over the one after it;
`rivals` says which rules must give one value; `book` holds what was read.
"""

from bot.rules.lawfiles.book import LawBook
from bot.rules.lawfiles.files import CheckedLaw, law_files, read_law
from bot.rules.lawfiles.rivals import agree, rivalry, share_values
from bot.rules.lawfiles.rules import via_of

__all__ = ("CheckedLaw", "LawBook", "agree", "law_files", "read_law", "rivalry", "share_values", "via_of")
