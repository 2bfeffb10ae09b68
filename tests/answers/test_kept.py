"""What is kept in memory of statements and contacts is given for the very same thing alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.answers.contacts import contact_card, contact_json
from bot.answers.translations import translator
from bot.rules.case import Case
from bot.rules.model import Contact, ContactValue, Provenance
from bot.rules.same import Same

TODAY = date(2026, 11, 22)
SEEN = Provenance(None, None, "2026-01", "seen", "high")
LINE = Contact(
    "qa-line", "Help line", ("hotline",), "reports", None, (ContactValue("phone", "16008", SEEN),), "QA"
)


def test_a_key_is_the_very_objects() -> None:
    assert Same(LINE, SEEN) == Same(LINE, SEEN) and hash(Same(LINE, SEEN)) == hash(Same(LINE, SEEN))
    assert Same(LINE, SEEN) != Same(replace(LINE), SEEN)  # equal, but another object
    assert Same(LINE) != Same(LINE, SEEN) and Same(LINE) != LINE


def test_a_card_is_of_the_case() -> None:
    t = translator("en")
    case = Case(TODAY, TODAY, destination="QA", status="regular")
    assert contact_card(LINE, case, t) is contact_card(LINE, case, t)
    assert contact_card(LINE, case, t).risk is None
    assert contact_card(LINE, replace(case, status="irregular"), t).risk
    later = replace(case, today=date(2040, 1, 1))
    overdue = replace(LINE, values=(ContactValue("phone", "16008", replace(SEEN, review_by="2027")),))
    assert "as of" in contact_card(overdue, later, t).text()
    assert "as of" not in contact_card(overdue, case, t).text()
    assert contact_card(LINE, case, translator("fr")).text() != contact_card(LINE, case, t).text()


def test_a_changed_contact_is_another() -> None:
    changed = replace(LINE, values=(ContactValue("phone", "40288888", SEEN),))
    assert contact_json(LINE)["values"][0]["value"] == "16008"
    assert contact_json(changed)["values"][0]["value"] == "40288888"
