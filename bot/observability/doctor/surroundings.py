"""What the program stands on: Python, libraries, time zones, the clock, files and folders."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.exc import SQLAlchemyError

from bot.observability.checks import file_of, free_bytes
from bot.observability.doctor.finding import Finding, warning, well, wrong
from bot.rules.database import open_database
from bot.settings import Settings

PYTHON = (3, 10)
RASA = "3.6.21"
ZONES = ("Asia/Qatar", "Asia/Kathmandu", "Asia/Kuala_Lumpur", "Europe/Berlin")
FEW_BYTES, TOO_FEW_BYTES = 2_000_000_000, 200_000_000
MOST_SKEW_SECONDS = 30.0
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def python(_settings: Settings) -> Iterator[Finding]:
    """The Python and the libraries that the engine needs."""
    have = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] != PYTHON:
        yield wrong(
            "Python",
            f"This is Python {have}.",
            "Rasa runs on Python 3.10 alone.",
            "Start everything with ./haq: it finds or makes the right one.",
        )
    try:
        rasa = version("rasa")
    except PackageNotFoundError:
        rasa = "missing"
    if rasa != RASA:
        yield wrong(
            "libraries",
            f"Rasa is {rasa}, not {RASA}.",
            "Haq is built on this one version.",
            "Delete the folder .venv and start ./haq again.",
        )
    else:
        yield well("Python", f"Python {have}, Rasa {rasa}.")


def time_zones(_settings: Settings) -> Iterator[Finding]:
    """The data by which days and deadlines are reckoned."""
    missing = []
    for zone in ZONES:
        try:
            ZoneInfo(zone)
        except ZoneInfoNotFoundError:
            missing.append(zone)
    if missing:
        yield wrong(
            "time zones",
            f"There is no data for {', '.join(missing)}.",
            "Reminders and opening hours would be wrong.",
            "Install the package tzdata of your system.",
        )
    else:
        yield well("time zones", "The data is there.")


def clock(settings: Settings) -> Iterator[Finding]:
    """Whether this clock agrees with the databases' and with the web server's in front."""
    compared = 0
    for about, there in (("database", _database_time(settings)), ("public address", _web_time(settings))):
        if there is None:
            continue
        compared += 1
        skew = abs((datetime.now(timezone.utc) - there).total_seconds())
        if skew > MOST_SKEW_SECONDS:
            yield wrong(
                "clock",
                f"This clock and that of the {about} are {skew:.0f} seconds apart.",
                "Webhooks are refused as too old, log-in codes do not fit, and held work looks free.",
                "Switch on time synchronisation (NTP) on both machines.",
            )
            return
    if compared:
        yield well("clock", "It agrees with the other clocks.")
    else:
        yield well("clock", "There is no other clock to compare it with: everything is on this machine.")


def space(settings: Settings) -> Iterator[Finding]:
    """The room that is left on the disks that we write to."""
    seen: set[int] = set()
    for folder in (settings.var_dir, settings.models_dir, settings.log_dir):
        there = next(each for each in (folder, *folder.parents) if each.exists())
        if there.stat().st_dev in seen:
            continue
        seen.add(there.stat().st_dev)
        free = free_bytes(folder)
        said = f"{free / 1e9:.1f} GB free in {folder}."
        if free < TOO_FEW_BYTES:
            yield wrong(
                "disk",
                said,
                "When it is full no message can be kept.",
                "Make room, or move HAQ_VAR_DIR to a larger disk.",
            )
        elif free < FEW_BYTES:
            yield warning(
                "disk",
                said,
                "When it is full no message can be kept.",
                "Make room soon, or move HAQ_VAR_DIR to a larger disk.",
            )
        else:
            yield well("disk", said)


def keys(settings: Settings) -> Iterator[Finding]:
    """The key files, and who may read what is kept of people."""
    for name, path in (
        ("HAQ_PEOPLE_KEY_FILE", settings.people_key),
        ("HAQ_ACCOUNTS_KEY_FILE", settings.accounts_key),
    ):
        if not path.exists():
            yield warning(
                "keys",
                f"There is no key file {path} yet.",
                "It is made at the first start. If there was one, nothing kept of people can be read.",
                f"On a new machine do nothing; else put the file back from your backup ({name}).",
            )
            continue
        if not os.access(path, os.R_OK):
            yield wrong(
                "keys",
                f"{path} cannot be read.",
                "Without it no conversation can be opened.",
                f"Run as the user who owns it: chown it to the user of the service ({name}).",
            )
        elif _is_open(path):
            yield wrong(
                "keys",
                f"Others on this machine can read {path}.",
                "Whoever has it can read what is kept of people.",
                f"chmod 600 {path}",
            )
        else:
            yield well("keys", f"{path.name} is there and private.")
    if settings.var_dir.is_dir() and settings.var_dir.stat().st_mode & stat.S_IRWXO:
        databases = filter(None, map(file_of, (settings.conversations_url, settings.accounts_url)))
        open_files = [path.name for path in databases if path.exists() and _is_open(path)]
        if open_files:
            yield warning(
                "files",
                f"Others on this machine can open {', '.join(open_files)}.",
                "The words in it are sealed, yet who has the file can count and copy.",
                f"chmod -R go= {settings.var_dir}",
            )


def _is_open(path: Path) -> bool:
    """Whether others can open a file."""
    found = path.stat()
    # Kubernetes lends keys so: they belong to root, and our group may read them.
    lent = found.st_uid != os.geteuid() and found.st_gid in (os.getegid(), *os.getgroups())
    return bool(found.st_mode & _OTHERS & ~(stat.S_IRGRP if lent else 0))


def _database_time(settings: Settings) -> datetime | None:
    """The time of the PostgreSQL server; None for SQLite, and where it does not answer."""
    for url in (settings.conversations_url, settings.database_url):
        if url.startswith("postgresql"):
            engine = open_database(url)
            try:
                with engine.connect() as connection:
                    found = connection.exec_driver_sql("SELECT clock_timestamp()").scalar()
            except SQLAlchemyError:
                return None  # another check says so
            finally:
                engine.dispose()
            return found if isinstance(found, datetime) else None
    return None


def _web_time(settings: Settings) -> datetime | None:
    """The time that the web server before us tells; None without one."""
    public = settings.channels.get("HAQ_PUBLIC_URL")
    if not public:
        return None
    try:
        with urlopen(Request(public, method="HEAD"), timeout=3) as response:  # noqa: S310 - https, by settings
            told = response.headers.get("Date")
    except HTTPError as error:
        told = error.headers.get("Date")
        error.close()
    except (OSError, HTTPException, ValueError):
        return None
    return parsedate_to_datetime(told) if told else None
