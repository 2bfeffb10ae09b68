"""What the world knows of the packages in uv.lock: asked of OSV's service, or read in a copy of its files.

Nothing is sent but names and versions of packages, which are public.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import httpx
import yaml
from packaging.version import InvalidVersion, Version

SERVICE: Final = "https://api.osv.dev"
_SECONDS: Final = 8.0
_MOST_LOOKED_UP: Final = 100  # ids that the list does not name: more than that is no list to go through
Packages = Mapping[str, frozenset[str]]


class NotAsked(Exception):
    """The service could not be asked; the message says why."""


def unknown(packages: Packages, judged: frozenset[str], service: str = SERVICE) -> dict[str, str]:
    """What the service knows and the list does not: id → package and version. Raises NotAsked."""
    try:
        with httpx.Client(base_url=service, timeout=_SECONDS) as client:
            found = {name: where for name, where in _asked(client, packages).items() if name not in judged}
            return {
                name: where
                for number, (name, where) in enumerate(found.items())
                if number >= _MOST_LOOKED_UP or not judged & _aliases(client, name)
            }
    except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotAsked(f"{service} did not answer as it should ({type(error).__name__})") from error


def _asked(client: httpx.Client, packages: Packages) -> dict[str, str]:
    pairs = [(name, version) for name, versions in sorted(packages.items()) for version in sorted(versions)]
    queries = [
        {"package": {"ecosystem": "PyPI", "name": name}, "version": version} for name, version in pairs
    ]
    answer = client.post("/v1/querybatch", json={"queries": queries}).raise_for_status().json()
    return {
        each["id"]: f"{name} {version}"
        for (name, version), result in zip(pairs, answer["results"], strict=True)
        for each in result.get("vulns") or ()
    }


def _aliases(client: httpx.Client, identity: str) -> set[str]:
    return set(client.get(f"/v1/vulns/{identity}").raise_for_status().json().get("aliases") or ())


def unknown_in_copy(packages: Packages, judged: frozenset[str], folder: Path) -> dict[str, str]:
    """The same from a copy of the PyPA advisory database (its folder `vulns`)."""
    found = {}
    for name, versions in sorted(packages.items()):
        for path in sorted((folder / name).glob("*.yaml")):
            entry = yaml.safe_load(path.read_text(encoding="utf-8"))
            if entry.get("withdrawn") or judged & {entry["id"], *entry.get("aliases", ())}:
                continue
            for version in sorted(versions):
                if any(_is_affected(version, part) for part in _parts(entry, name)):
                    found[entry["id"]] = f"{name} {version}"
    return found


def _parts(entry: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    for part in entry.get("affected", ()):
        if re.sub(r"[-_.]+", "-", part["package"]["name"]).lower() == name:
            yield part


def _is_affected(version: str, part: Mapping[str, Any]) -> bool:
    if version in map(str, part.get("versions", ())):
        return True
    ranges = (each["events"] for each in part.get("ranges", ()) if each["type"] == "ECOSYSTEM")
    return any(_within(version, events) for events in ranges)


def _within(version: str, events: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a version lies where a weakness was, by the events of its coming and going."""
    try:
        mine, inside = Version(version), False
        for event in events:
            (kind, at), *_ = event.items()
            if kind == "introduced":
                inside = inside or str(at) == "0" or mine >= Version(str(at))
            elif (kind == "fixed" and mine >= Version(str(at))) or (
                kind == "last_affected" and mine > Version(str(at))
            ):
                inside = False
    except InvalidVersion:
        return True  # somebody has to look
    return inside
