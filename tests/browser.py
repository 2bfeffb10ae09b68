"""A real, headless Chromium for tests, and axe-core to judge pages."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium of the system. Of the module: Playwright's loop disturbs asynchronous tests."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="tests of pages need playwright")
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        pytest.skip("NO CHROMIUM: pages were not tested; apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        flags = ["--no-sandbox"] if os.geteuid() == 0 else []
        found = playwright.chromium.launch(executable_path=path, args=flags)
        yield found
        found.close()


@pytest.fixture(scope="session")
def npm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """axe-core and acorn, fetched into a temporary folder (they are not ours to ship)."""
    folder = tmp_path_factory.mktemp("npm")
    if shutil.which("npm") is None:
        pytest.skip("no npm: accessibility and syntax were not checked; install nodejs and npm")
    command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "axe-core@4", "acorn@8"]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    if ran.returncode != 0:
        pytest.skip(f"npm could not fetch axe-core: {ran.stderr.strip()[-200:]}")
    return folder / "node_modules"


def axe_violations(page: Any, npm: Path) -> list[str]:
    """What axe-core finds serious or critical on a page: rule, and the places."""
    page.evaluate((npm / "axe-core/axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [
        f"{each['id']}: {[node['target'] for node in each['nodes']]}"
        for each in found
        if each["impact"] in ("serious", "critical")
    ]
