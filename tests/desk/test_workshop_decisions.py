"""What becomes of proposals: two at once, cut short, taken back together; over a small law, no desk."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.desk.workshop import decisions
from bot.desk.workshop.draft import Draft, draft_of_rule, written
from bot.desk.workshop.law import Trial, Workshop, _still_said
from bot.desk.workshop.proposals import RULE, WAITING, Proposal, ProposalRefused
from bot.desk.workshop.trial import Previews
from bot.rules.errors import LawBaseUnavailable, RecordChanged, RulesError
from bot.rules.lawbase import LawBase
from bot.rules.load import load_law
from bot.rules.model import Rule
from bot.rules.revisions import record_hash
from bot.settings import load_settings
from tests.rules.test_broken_files import law_with
from tests.rules.test_revisions import HEAD, LEAVE, NEW

LEAVE_RULE = "qa-leave"


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    settings = load_settings({"HAQ_VAR_DIR": str(tmp_path / "var"), "HAQ_LAW_DIR": str(law_with(tmp_path))})
    load_law(settings.database_url, settings.law_dir)
    base = LawBase(settings.database_url)
    yield Workshop(settings, base)
    base.close()


def rule(workshop: Workshop, name: str = LEAVE_RULE) -> Rule | None:
    return workshop.law().rules.get(name)


def proposed(workshop: Workshop, weeks: int, reason: str = "Gazette 12", author: str = "editor") -> Proposal:
    document = f"{HEAD}rules:\n{LEAVE.replace('4 weeks', f'{weeks} weeks')}"
    before = record_hash(rule(workshop))
    return workshop.proposals.add(RULE, f"rule/{LEAVE_RULE}", document, before, author, reason)


def weeks(workshop: Workshop) -> Any:
    found = rule(workshop)
    return found and found.values["days"]


def states(workshop: Workshop) -> dict[int, str]:
    return {each.id: each.state for each in workshop.proposals.find()}


def test_two_reviewers_approve_two_proposals_on_a_rule_at_once(workshop: Workshop) -> None:
    """One goes live; the other waits for its author, and overwrites nothing."""
    one, other = proposed(workshop, 5), proposed(workshop, 6, author="another")

    def approve(held: Proposal) -> str:
        try:
            decisions.approve(workshop, held, "reviewer", held.edition)
        except RulesError as error:
            return type(error).__name__
        return "live"

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(approve, (one, other)))
    assert sorted(said) in (["RecordChanged", "live"], ["RulesError", "live"])
    live = (one, other)[said.index("live")]
    assert states(workshop)[live.id] == "approved" and WAITING in states(workshop).values()
    assert weeks(workshop) == ("5 weeks" if live is one else "6 weeks")
    assert len(workshop.revisions()) == 1
    late = other if live is one else one
    with pytest.raises(RecordChanged):
        decisions.approve(workshop, late, "reviewer", late.edition)


def test_an_approval_that_was_cut_short_is_completed(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process ends between the two databases: what is live stays live, and is noted by the next."""
    held, store = proposed(workshop, 5), workshop.proposals

    def dies(*_: object) -> None:
        raise LawBaseUnavailable("down")

    with monkeypatch.context() as patched:
        patched.setattr(store, "finish", dies)
        with pytest.raises(LawBaseUnavailable):
            decisions.approve(workshop, held, "reviewer", held.edition)
    assert weeks(workshop) == "5 weeks" and store.get(held.id).outcome is None
    with pytest.raises(ProposalRefused):
        decisions.withdraw(workshop, store.get(held.id), "editor")
    store.fail(held.id, "reviewer")  # as the code before did
    with pytest.raises(ProposalRefused):
        decisions.withdraw(workshop, store.get(held.id), "editor")
    decisions.approve(workshop, store.get(held.id), "another reviewer", held.edition)
    assert store.get(held.id).outcome == "1" and len(workshop.revisions()) == 1
    # Written again word by word, once it was taken back, it is another proposal.
    decisions.take_back(workshop, 1, "reviewer")
    again = proposed(workshop, 5)
    assert decisions.live_as(workshop, again) == []
    decisions.approve(workshop, again, "reviewer", again.edition)
    assert store.get(again.id).outcome == "2" and weeks(workshop) == "5 weeks"


def test_whatever_fails_gives_the_proposal_back(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    held = proposed(workshop, 5)
    monkeypatch.setattr(workshop, "publish", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        decisions.approve(workshop, held, "reviewer", held.edition)
    assert workshop.proposals.get(held.id).state == WAITING
    decisions.withdraw(workshop, held, "editor")
    assert workshop.proposals.get(held.id).state == "withdrawn"


def test_one_change_is_taken_back_whole(workshop: Workshop) -> None:
    """The end of a rule, the rule that follows it, and what became of that since."""
    before = rule(workshop)
    assert before is not None
    law = workshop.law()
    draft = draft_of_rule(before, law.catalogue.types[before.type], law.context.groups)
    changed = Draft(
        draft.country, {**draft.item, "values": {"days": "5 weeks"}}, draft.source, 12, "2026-07-01", "law"
    )
    made = written(changed, before, law.catalogue.types, law.rules)
    store = workshop.proposals
    held = store.add(RULE, f"rule/{before.id}", made.document, record_hash(before), "editor", "law")
    decisions.approve(workshop, held, "reviewer", held.edition)
    assert store.get(held.id).outcome == "1 2"
    following = rule(workshop, f"{LEAVE_RULE}-2026")
    assert following is not None and following.start == "2026-07-01"
    assert decisions.take_back(workshop, 2, "reviewer") == [1, 2]
    assert rule(workshop) == before and rule(workshop, following.id) is None

    again = store.add(RULE, f"rule/{before.id}", made.document, record_hash(before), "editor", "again")
    decisions.approve(workshop, again, "reviewer", again.edition)
    text = f"{HEAD}rules:\n{LEAVE.replace('4', '6').replace('id: qa-leave', 'id: qa-leave-2026')}"
    text += "  start: '2026-07-01'\n"
    newer = store.add(RULE, f"rule/{following.id}", text, record_hash(following), "editor", "mended")
    decisions.approve(workshop, newer, "reviewer", newer.edition)
    other = store.add(RULE, "rule/qa-pay-fine", f"{HEAD}rules:\n{NEW}", None, "editor", "a fine")
    decisions.approve(workshop, other, "reviewer", other.edition)
    assert decisions.take_back(workshop, 5, "reviewer") == [3, 5], "and nothing that has no part in it"
    assert rule(workshop) == before and rule(workshop, following.id) is None
    assert rule(workshop, "qa-pay-fine") is not None
    with pytest.raises(RulesError, match="no open revision 5"):
        decisions.take_back(workshop, 5, "reviewer")


def test_a_decision_brings_nothing_else_of_the_law_files(workshop: Workshop, tmp_path: Path) -> None:
    """A desk may hold the files of an older release than what is loaded."""
    first = proposed(workshop, 5)
    decisions.approve(workshop, first, "reviewer", first.edition)
    held = proposed(workshop, 6)
    more = tmp_path / "law" / "more.yml"
    more.write_text(f"{HEAD}rules:\n{NEW}", encoding="utf-8")
    with pytest.raises(RulesError, match=r"rule/qa-pay-fine otherwise.*look again"):
        decisions.approve(workshop, held, "reviewer", held.edition)
    with pytest.raises(RulesError, match="rule/qa-pay-fine otherwise"):
        decisions.take_back(workshop, 1, "reviewer")
    assert weeks(workshop) == "5 weeks" and rule(workshop, "qa-pay-fine") is None
    assert states(workshop)[held.id] == WAITING and [each.ended for each in workshop.revisions()] == [None]
    more.unlink()
    decisions.approve(workshop, workshop.proposals.get(held.id), "reviewer", held.edition)
    assert weeks(workshop) == "6 weeks"


def test_waiting_proposals_never_fall_off_the_list(workshop: Workshop) -> None:
    store, first = workshop.proposals, proposed(workshop, 5)
    for number in range(3):
        each = proposed(workshop, 6, f"reason {number}")
        store.withdraw(each.id, "editor")
    assert next(each.id for each in store.find(most=2)) == first.id
    assert store.count(WAITING) == 1 and store.count("withdrawn") == 3


def test_a_new_rule_written_anew_keeps_to_its_new_name(workshop: Workshop) -> None:
    """What the proposal is about changes with what is written."""
    text = f"{HEAD}rules:\n{NEW}"
    held = workshop.proposals.add(RULE, "rule/qa-pay-fine", text, None, "editor", "a fine")
    text = text.replace("qa-pay-fine", "qa-late-pay-fine")
    workshop.proposals.change(held.id, "editor", "rule/qa-late-pay-fine", text, None, "a fine")
    now = workshop.proposals.get(held.id)
    assert now.name == "qa-late-pay-fine" and now.edition == 2
    decisions.approve(workshop, now, "reviewer", 2)
    assert rule(workshop, "qa-late-pay-fine") is not None


def test_a_new_rule_does_not_take_the_place_of_anothers(workshop: Workshop) -> None:
    """The name was free when it was proposed, and is another rule's when it is approved."""
    mine = workshop.proposals.add(RULE, "rule/qa-pay-fine", f"{HEAD}rules:\n{NEW}", None, "editor", "a fine")
    text = f"{HEAD}rules:\n{NEW.replace('QAR 0.5', 'QAR 7')}"
    other = workshop.proposals.add(RULE, "rule/qa-pay-fine", text, None, "another", "a fine")
    decisions.approve(workshop, other, "reviewer", 1)
    with pytest.raises(RecordChanged):
        decisions.approve(workshop, mine, "reviewer", 1)
    found = rule(workshop, "qa-pay-fine")
    assert found is not None and found.values["amount"] == "QAR 7"


def test_proposals_that_cannot_be_read_are_said_to_be_so(workshop: Workshop, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "var" / "accounts.db")) as connection:
        connection.execute("DROP TABLE proposal")
        connection.execute("DROP TABLE proposal_step")
    for read in (workshop.proposals.find, lambda: workshop.proposals.get(1),
                 lambda: workshop.proposals.steps(1), lambda: workshop.proposals.count(WAITING)):  # fmt: skip
        with pytest.raises(LawBaseUnavailable):
            read()


# -- from which day the law is another ----------------------------------------------------------------


def parts(workshop: Workshop, before: Rule, changed_from: str, **item: str) -> tuple[str, str]:
    """How the two rules end: the one before, and the one that follows; empty: it does not."""
    law = workshop.law()
    draft = draft_of_rule(before, law.catalogue.types[before.type], law.context.groups)
    changed = Draft(draft.country, {**draft.item, **item}, draft.source, 12, changed_from, "law")
    found = []
    for text in written(changed, before, law.catalogue.types, law.rules).document.split("- id:")[1:]:
        ends = [line.split(":")[1].strip(" '") for line in text.splitlines() if line.startswith("  end:")]
        found.append(ends[0] if ends else "")
    return found[0], found[1]


@pytest.mark.parametrize(
    ("ends", "typed", "wanted"),
    [
        (None, None, ("2026-06-30", "")),
        ("2027-12-31", None, ("2026-06-30", "2027-12-31")),
        ("2025-03-31", "2025-03-31", ("2025-03-31", "")),  # ended long before: nothing held in between
        ("2025", "2025", ("2025", "")),
        ("2026", "2026", ("2026-06-30", "2026")),
        (None, "2028-01-31", ("2026-06-30", "2028-01-31")),
        ("2025-03-31", "2028-01-31", ("2025-03-31", "2028-01-31")),
        ("2026-06-30", "2026-06-30", ("2026-06-30", "")),
    ],
)
def test_ends_stay_as_they_were_written(
    workshop: Workshop, ends: str | None, typed: str | None, wanted: tuple[str, str]
) -> None:
    before = rule(workshop)
    assert before is not None
    item = {"end": typed} if typed else {}
    assert parts(workshop, replace(before, start="2020", end=ends), "2026-07-01", **item) == wanted


def test_the_first_day_of_the_calendar_is_refused(workshop: Workshop) -> None:
    before = rule(workshop)
    assert before is not None
    for day in ("0001", "0001-01", "0001-01-01", "0000"):
        with pytest.raises(ValueError, match=r"day|date|year"):
            parts(workshop, before, day)


# -- several threads ----------------------------------------------------------------------------------


def test_a_preview_over_another_law_is_not_kept(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule is approved while the proposal is tried out."""
    law, day = workshop.law(), date(2026, 11, 22)
    other = workshop.proposals.add(RULE, "rule/qa-pay-fine", f"{HEAD}rules:\n{NEW}", None, "editor", "a fine")
    attempt, document = workshop.attempt, f"{HEAD}rules:\n{LEAVE}"

    def slowly(text: str) -> Trial:
        if rule(workshop, "qa-pay-fine") is None:
            decisions.approve(workshop, other, "reviewer", other.edition)
        return attempt(text)

    monkeypatch.setattr(workshop, "attempt", slowly)
    previews = Previews()
    first = previews.outcome(workshop, law, document, [f"rule/{LEAVE_RULE}"], day)
    assert first.preview is not None
    assert previews.outcome(workshop, law, document, [f"rule/{LEAVE_RULE}"], day).preview is not first.preview
    now = workshop.law()
    kept = previews.outcome(workshop, now, document, [f"rule/{LEAVE_RULE}"], day).preview
    assert previews.outcome(workshop, now, document, [f"rule/{LEAVE_RULE}"], day).preview is kept


def test_texts_are_carried_over_while_others_add_to_them(workshop: Workshop) -> None:
    """A dictionary that grows while it is gone through raises; a copy of it does not."""
    law = workshop.law()

    class Growing(dict[str, str]):
        def get(self, name: str, default: Any = None) -> Any:
            law.texts["en"][f"x{len(law.texts['en'])}"] = "another thread"
            return {each.id: each for each in law.rules.values()}.get(name, default)

    law.texts["en"] = dict.fromkeys(law.rules, "said")
    kept = _still_said(law, law.catalogue, Growing(), law.contacts)  # type: ignore[arg-type]
    assert kept["en"] == dict.fromkeys(law.rules, "said")
