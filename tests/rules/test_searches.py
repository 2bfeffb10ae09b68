"""Named gaps: what was looked for in vain is said with the day, to whom it concerns alone."""

from __future__ import annotations

from pathlib import Path

from bot.rules.lawbase import LawBase
from bot.rules.load import load_law
from bot.rules.lookup import lookup
from tests.rules.support import case_of
from tests.rules.test_broken_files import law_with

GAPS = """
law: country
country: SA
gaps:
- {topics: [survivors], sectors: [domestic_work], looked: '2026-01-02', where: pages of the ministry}
- {topics: [survivors], looked: '2025-01-02', where: pages of the ministry}
- {topics: [invalidity], status: [irregular], looked: '2026-03-04', where: pages of the court}
- {topics: [unemployment], deadline: true, looked: '2026-03-04', where: pages of the court}
- {topics: [voluntary_insurance], home: true, looked: '2026-03-05', where: pages of the fund}
"""


DEADLINE = """
law: country
country: QA
gaps:
- {topics: [annual_leave], deadline: true, looked: '2026-03-06', where: pages of the court}
"""


def test_the_day_of_the_last_search_is_said(tmp_path: Path) -> None:
    file = tmp_path / "gaps.yml"
    file.write_text(GAPS, encoding="utf-8")
    other = tmp_path / "other.yml"
    other.write_text(DEADLINE, encoding="utf-8")
    url = f"sqlite:///{tmp_path / 'haq.db'}"
    load_law(url, law_with(tmp_path, file, other))
    base = LawBase(url)

    def looked(topic: str, **known: str) -> str | None:
        return lookup(base, case_of(**known), [topic]).gaps[0].looked

    assert looked("survivors", to="SA", sector="domestic_work") == "2026-01-02"
    assert looked("survivors", to="SA", sector="construction") == "2025-01-02"
    assert looked("survivors", to="SA") == "2025-01-02"
    assert looked("survivors", to="QA") is None
    assert looked("invalidity", to="SA", status="irregular") == "2026-03-04"
    assert looked("invalidity", to="SA") is None, "it was looked for people without papers alone"
    assert looked("unemployment", to="SA") is None, "only the deadline was looked for"
    (late,) = lookup(base, case_of(to="QA"), ["annual_leave"]).gaps
    assert (late.reason, late.looked) == ("deadline_not_found", "2026-03-06")
    assert looked("voluntary_insurance", home="SA", to="QA") == "2026-03-05"
    assert looked("voluntary_insurance", home="QA", to="SA") is None
    base.close()
