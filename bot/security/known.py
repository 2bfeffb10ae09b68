"""tools/audit/known.yml: what is known of the pinned versions, judged; and whether that still holds.

An entry is for one version. Where uv.lock holds another, or a test that an entry rests on is gone, somebody
has to look again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import yaml

from bot.settings import ROOT

LIST: Final = ROOT / "tools" / "audit" / "known.yml"
LOCK: Final = ROOT / "uv.lock"
REACHABLE: Final = ("no", "fenced", "yes")
SEVERITIES: Final = ("low", "medium", "high", "critical")
_LOCKED: Final = re.compile(r'^\[\[package\]\]\nname = "([^"]+)"\nversion = "([^"]+)"', re.MULTILINE)
# What an advisory is called; what none was given for: a pull request, pyup's list, or our own finding.
_ID: Final = re.compile(
    r"CVE-\d{4}-\d{4,}|GHSA(-[0-9a-z]{4}){3}|PYSEC-\d{4}-\d+|[\w.-]+/[\w.-]+#\d+|(pyup|haq)-[\w.-]+"
)


@dataclass(frozen=True)
class Judgement:
    """Weaknesses of one kind in one package, and what they mean here."""

    package: str
    version: str
    ids: tuple[str, ...]
    severity: str
    what: str
    reachable: str
    why: str
    fences: tuple[str, ...] = ()


@dataclass(frozen=True)
class Known:
    """The whole list."""

    judged: date
    judgements: tuple[Judgement, ...]

    @property
    def ids(self) -> frozenset[str]:
        """Every weakness that is judged."""
        return frozenset(each for judgement in self.judgements for each in judgement.ids)


def read_known(path: Path = LIST) -> Known:
    """The list as it stands. Raises KeyError or TypeError where a field is missing or misspelt."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    judgements = tuple(
        Judgement(
            entry["package"],
            str(entry["version"]),
            **{
                **judgement,
                "ids": tuple(judgement["ids"]),
                "what": " ".join(judgement["what"].split()),
                "why": " ".join(judgement["why"].split()),
                "fences": tuple(judgement.get("fences", ())),
            },
        )
        for entry in content["packages"]
        for judgement in entry["judgements"]
    )
    return Known(content["judged"], judgements)


def locked(path: Path = LOCK) -> dict[str, frozenset[str]]:
    """Every package of a lock file with its versions (a platform may have one of its own)."""
    found: dict[str, set[str]] = {}
    for name, version in _LOCKED.findall(path.read_text(encoding="utf-8")):
        found.setdefault(name, set()).add(version)
    return {name: frozenset(versions) for name, versions in found.items()}


def troubles(known: Known, packages: Mapping[str, frozenset[str]], root: Path = ROOT) -> Iterator[str]:
    """What is wrong with the list, a sentence each: stale entries, fences that are gone, slips."""
    seen: dict[str, str] = {}
    for each in known.judgements:
        where = f"{each.package} {', '.join(each.ids[:2])}"
        versions = packages.get(each.package, frozenset())
        if each.version not in versions:
            now = " and ".join(sorted(versions)) or "gone"
            yield f"{where}: judged for {each.version}, uv.lock has {now}. Look at it again, or take it out."
        if each.reachable not in REACHABLE or each.severity not in SEVERITIES:
            yield f"{where}: `reachable` is {REACHABLE}, `severity` one of {SEVERITIES}."
        if each.reachable == "fenced" and not each.fences:
            yield f"{where}: fenced, but no test is named under `fences`."
        for identity in each.ids:
            if not _ID.fullmatch(identity):
                yield f"{where}: {identity!r} is no id of an advisory."
            if identity in seen:
                yield f"{identity} is judged twice, for {seen[identity]} and {each.package}."
            seen[identity] = each.package
        yield from (f"{where}: {trouble}" for fence in each.fences for trouble in _missing(fence, root))


def _missing(fence: str, root: Path) -> Iterator[str]:
    """Why a test that is named is not there."""
    file, _, test = fence.partition("::")
    path = root / file
    if not path.is_file():
        yield f"there is no {file}."
    elif not re.search(rf"^(async )?def {re.escape(test)}\(", path.read_text(encoding="utf-8"), re.MULTILINE):
        yield f"{file} has no {test or 'test of that name'}."


def table(known: Known) -> str:
    """The list for a page: Markdown, a row for each judgement."""
    rows = ["| package | known | what it is | reachable | why |", "|---|---|---|---|---|"]
    for each in known.judgements:
        first, more = each.ids[0], len(each.ids) - 1
        named = f"{first} and {more} more" if more else first
        facts = (f"{each.package} {each.version}", f"{named} ({each.severity})")
        cells = (*facts, each.what, each.reachable, each.why)
        rows.append(f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |")
    return "\n".join(rows)
