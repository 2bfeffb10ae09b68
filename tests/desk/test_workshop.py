"""The rules workshop: propose, try out, review by another, live at once, export, take back; wording."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from pathlib import Path

import httpx
import pytest

from bot.answers.answer import answer
from bot.desk.workshop import wording
from bot.rules import yamlfile
from bot.rules.case import make_case
from bot.rules.editing import revisions
from bot.rules.lawbase import LawBase
from bot.rules.lookup import lookup
from bot.rules.ruletypes import Catalogue
from bot.rules.vocabulary import LANGUAGES
from tests.desk.conftest import RunningDesk
from tests.desk.workshop_forms import WAGE, Fields, alert, form_of, workshop, wrong_beside

__all__ = ["workshop"]

CHANGE = f"/workshop/rules/{WAGE}/change"


def fields(client: httpx.Client, page: str = CHANGE, **changed: str) -> Fields:
    """The form of a change as it stands, with a reason and a date, and what is written otherwise."""
    found = form_of(client.get(page).text)
    assert found, page
    given = {"reason": "Gazette 12 of 2026", "as_of": "2026-11-20", **changed}
    return {**found, **{name.replace("__", ":"): [text] for name, text in given.items()}}


def propose(client: httpx.Client, sent: Fields, page: str = CHANGE) -> str:
    """Proposes; gives the address of the proposal."""
    got = client.post(page, data={**sent, "do": "propose"})
    assert got.status_code == 303, re.findall(r'class="bad"[^>]*>([^<]*)', got.text)
    return str(got.headers["location"])


def edition(client: httpx.Client, address: str) -> dict[str, str]:
    """What a reviewer's form sends: which edition they read."""
    found = re.search(r'name="edition" value="(\d+)"', client.get(address).text)
    assert found
    return {"edition": found[1]}


def wages(desk: RunningDesk, on: date | None = None) -> list[str]:
    """What a worker in Qatar is told about the minimum wage, read in this process."""
    base = LawBase(desk.settings.database_url)
    try:
        today = date.today()
        case = make_case(today=today, on=on or today, destination="QA", origin="NP", sector="construction")
        said = answer(lookup(base, case, ["minimum_wage"]), "en")
        return [each.text for each in said.statements if each.rule.type == "minimum_wage"]
    finally:
        base.close()


@pytest.mark.parametrize(
    "page",
    ["/workshop", "/workshop/due", "/workshop/new", "/workshop/proposals", CHANGE, "/workshop/wording"],
)
def test_only_editors_come_in(workshop: RunningDesk, page: str) -> None:
    guest = workshop.client().get(page, headers={"accept": "text/html"})
    assert guest.headers["location"].startswith("/login")
    assert workshop.client("caseworker", "viewer", "admin").get(page).status_code == 403
    assert workshop.client("editor").get(page).status_code == 200


def test_search(workshop: RunningDesk) -> None:
    """By country, topic, words of what a rule says in the desk's language, and what is due."""
    editor = workshop.client("editor")

    def found(query: str, language: str = "en") -> list[str]:
        page = editor.get(f"/workshop?{query}", headers={"accept-language": language}).text
        return re.findall(r'href="/workshop/rules/([a-z0-9-]+)"', page)

    assert WAGE in found("country=QA&topic=minimum_wage")
    assert WAGE not in found("country=AE&topic=minimum_wage")
    assert found("country=QA&q=extras+come+on+top&type=minimum_wage") == [WAGE]
    assert found("country=QA&q=%22extras%22+zebra") == []
    assert WAGE in found("country=QA&q=salaire+de+base", "fr")
    assert WAGE in found("country=QA&q=I+Love+Qatar")  # the source
    due = editor.get("/workshop/due?owner=Gulf&kind=overdue").text
    assert f"/workshop/rules/{WAGE}" in due and "ae-" in due and "/workshop/rules/np-" not in due


def test_bad_money_is_said_beside_its_field(workshop: RunningDesk) -> None:
    """Nothing is kept; what was typed stays; mended, it is shown in every language."""
    editor = workshop.client("editor")
    bad = fields(editor, **{"v.monthly__amount": "12 moons", "reason": "", "as_of": "2999"})
    got = editor.post(CHANGE, data={**bad, "do": "propose"})
    assert got.status_code == 422
    assert "is not a rate of pay" in wrong_beside(got.text, "v-monthly")
    assert wrong_beside(got.text, "v-housing") == ""
    assert "Say why" in wrong_beside(got.text, "reason")
    assert "still to come" in wrong_beside(got.text, "as_of")
    assert form_of(got.text)["v.monthly:amount"] == ["12 moons"]
    mended = {
        **form_of(got.text),
        "v.monthly:amount": ["1345"],
        "reason": ["Gazette"],
        "as_of": ["2026-11-20"],
    }
    got = editor.post(CHANGE, data={**mended, "do": "check"})
    assert got.status_code == 200
    shown = re.findall(r'<h4 lang="(\w+)"', got.text)
    assert shown == list(LANGUAGES)
    assert len(re.findall(r"QAR(?: |\xa0)1[.,\s\u202f\xa0]?345", got.text)) >= len(LANGUAGES)
    assert "<del>QAR 1000 / month</del>" in got.text and "<ins>QAR 1345 / month</ins>" in got.text
    assert "said otherwise:" in got.text and "Qatar" in got.text
    assert "no proposal yet" in editor.get("/workshop/proposals?mine=1").text


def test_a_change_is_live_once_another_approves(workshop: RunningDesk) -> None:
    """Four eyes, whatever the roles; live within five seconds; taken back, the files hold again."""
    both = workshop.client("editor", "reviewer")
    address = propose(both, fields(both, **{"v.monthly__amount": "1300"}))
    assert "/approve" not in both.get(address).text
    refused = both.post(f"{address}/approve", data={"edition": "1"})
    assert refused.status_code == 409 and "You wrote this" in alert(refused.text)
    assert workshop.client("editor").post(f"{address}/approve", data={"edition": "1"}).status_code == 403
    assert ["QAR 1,300" in text for text in wages(workshop)] == [False]
    reviewer = workshop.client("reviewer")
    read = edition(reviewer, address)
    began = time.monotonic()
    assert reviewer.post(f"{address}/approve", data=read).status_code == 303
    assert ["QAR 1,300" in text for text in wages(workshop)] == [True]
    assert time.monotonic() - began < 5
    shown = workshop.client().get(f"/api/v1/rules/{WAGE}").json()
    assert "QAR 1300 / month" in json.dumps(shown)
    made = [each for each in revisions(workshop.settings.database_url) if each.record == f"rule/{WAGE}"]
    assert made[-1].reason == "Gazette 12 of 2026" and ", approved by reviewer-" in made[-1].author
    life = reviewer.get(f"/workshop/rules/{WAGE}").text
    assert "<ins>QAR 1300 / month</ins>" in life and made[-1].author in life
    # Who approves twice, or what was decided, is told so.
    again = reviewer.post(f"{address}/approve", data=read)
    assert again.status_code == 409 and "decided" in alert(again.text)

    exported = reviewer.get("/workshop/revisions.yml")
    assert exported.headers["content-type"].startswith("application/yaml")
    content = yamlfile.parse(exported.text.split("\n---")[0], lambda *mistake: pytest.fail(str(mistake)))
    assert content is not None and content["rules"][0]["values"]["monthly"] == "QAR 1300 / month"
    assert content["sources"][content["rules"][0]["source"]]["publisher"] == "I Love Qatar"

    alone = reviewer.get(f"/workshop/revisions/{made[-1].id}.yml").text
    assert alone == exported.text.partition("---\n")[0]
    assert reviewer.get("/workshop/revisions/9999.yml").status_code == 404

    assert workshop.client("editor").post(f"/workshop/revisions/{made[-1].id}/withdraw").status_code == 403
    assert reviewer.post(f"/workshop/revisions/{made[-1].id}/withdraw").status_code == 303
    assert ["QAR 1,000" in text for text in wages(workshop)] == [True]
    gone = reviewer.post(f"/workshop/revisions/{made[-1].id}/withdraw")
    assert gone.status_code == 409 and "no open revision" in alert(gone.text)
    noted = [each.did for each in workshop.accounts.log.entries()]
    assert {"proposed_law", "approved_proposal", "withdrew_revision"} <= set(noted)


def test_sent_back_and_written_anew(workshop: RunningDesk) -> None:
    """An approval counts for what the reviewer read, not for what the author wrote since."""
    editor, reviewer = workshop.client("editor"), workshop.client("reviewer")
    address = propose(editor, fields(editor, **{"v.food__amount": "350"}))
    assert reviewer.post(f"{address}/return", data={"edition": "1", "why": " "}).status_code == 422
    assert reviewer.post(f"{address}/return", data={"edition": "1", "why": "Which page?"}).status_code == 303
    page = editor.get(address).text
    assert "Which page?" in page and "sent back" in page
    assert reviewer.post(f"{address}/approve", data={"edition": "1"}).status_code == 409
    assert workshop.client("editor").get(f"{address}/change").status_code == 403  # somebody else's
    sent = fields(editor, f"{address}/change", **{"v.food__amount": "360"})
    propose(editor, sent, f"{address}/change")
    late = reviewer.post(f"{address}/approve", data={"edition": "1"})
    assert late.status_code == 409 and "Read it again" in alert(late.text)
    assert editor.post(f"{address}/withdraw").status_code == 303
    assert reviewer.post(f"{address}/approve", data={"edition": "2"}).status_code == 409
    assert all("QAR 300" in text for text in wages(workshop))


def test_two_reviewers_at_once(workshop: RunningDesk) -> None:
    """One of them is told that it is decided; one revision is made."""
    editor = workshop.client("editor")
    page = "/workshop/rules/qa-annual-leave/confirm"
    address = str(editor.post(page, data={"as_of": "2026-11-19", "reason": "read again"}).headers["location"])
    before = len(revisions(workshop.settings.database_url))
    with ThreadPoolExecutor(2) as pool:
        clients = [workshop.client("reviewer") for _ in range(2)]
        codes = list(
            pool.map(lambda each: each.post(f"{address}/approve", data={"edition": "1"}).status_code, clients)
        )
    assert sorted(codes) == [303, 409]
    made = revisions(workshop.settings.database_url)
    assert len(made) == before + 1
    base = LawBase(workshop.settings.database_url)
    with base.reading() as reader:
        rule = reader.rule("qa-annual-leave")
    base.close()
    assert rule is not None and rule.provenance.as_of == "2026-11-19"
    assert rule.provenance.review_by == "2027-11"


def test_the_law_changed(workshop: RunningDesk) -> None:
    """The old rule ends and stays for older cases; the new one follows it."""
    editor, reviewer = workshop.client("editor"), workshop.client("reviewer")
    got = editor.post(CHANGE, data={**fields(editor), "changed_from": "soon", "do": "check"})
    assert "Write a day" in wrong_beside(got.text, "changed_from")
    sent = fields(editor, changed_from="2026-07-01", **{"v.monthly__amount": "1500"})
    address = propose(editor, sent)
    shown = reviewer.get(address).text
    assert f"{WAGE}-2026" in shown and "no longer said:" in shown and "now said:" in shown
    again = form_of(editor.get(f"{address}/change").text)
    assert again["changed_from"] == ["2026-07-01"] and again["v.monthly:amount"] == ["1500"]
    assert reviewer.post(f"{address}/approve", data=edition(reviewer, address)).status_code == 303
    assert ["QAR 1,500" in text for text in wages(workshop)] == [True]
    assert ["QAR 1,000" in text for text in wages(workshop, date(2026, 6, 30))] == [True]
    # The end of the one and the beginning of the other are taken back together.
    both = [
        each.id
        for each in revisions(workshop.settings.database_url)
        if each.ended is None and each.record.startswith(f"rule/{WAGE}")
    ]
    assert len(both) == 2
    assert f"Take back change {both[0]}, {both[1]}:" in reviewer.get("/workshop/revisions").text
    assert reviewer.post(f"/workshop/revisions/{both[1]}/withdraw").status_code == 303
    assert ["QAR 1,000" in text for text in wages(workshop)] == [True]
    assert reviewer.post(f"/workshop/revisions/{both[0]}/withdraw").status_code == 409
    taken = [each.what for each in workshop.accounts.log.entries() if each.did == "withdrew_revision"]
    assert all(any(each.get("revision") == number for each in taken) for number in both)


def test_files_that_say_otherwise_than_what_is_loaded(workshop: RunningDesk) -> None:
    """As beside a newer release: what is loaded stays, and the page says what to do."""
    editor, reviewer = workshop.client("editor"), workshop.client("reviewer")
    live = propose(editor, fields(editor, **{"v.monthly__amount": "1350"}))
    assert reviewer.post(f"{live}/approve", data=edition(reviewer, live)).status_code == 303
    made = revisions(workshop.settings.database_url)[-1]
    address = propose(editor, fields(editor, **{"v.food__amount": "370"}))
    loaded = sqlite3.connect(workshop.settings.database_url.removeprefix("sqlite:///"))
    with closing(loaded):
        row = loaded.execute("SELECT * FROM named_gap LIMIT 1").fetchone()
        with loaded:
            loaded.execute("DELETE FROM named_gap WHERE id = ?", (row[0],))
        approved = reviewer.post(f"{address}/approve", data=edition(reviewer, address))
        taken_back = reviewer.post(f"/workshop/revisions/{made.id}/withdraw")
        for refused in (approved, taken_back):
            assert refused.status_code == 409
            assert f"named_gap/{row[0]} otherwise" in alert(refused.text)
            assert "haq rules load" in alert(refused.text)
        assert loaded.execute("SELECT * FROM named_gap WHERE id = ?", (row[0],)).fetchone() is None
        with loaded:
            loaded.execute(f"INSERT INTO named_gap VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608
    assert editor.post(f"{address}/withdraw").status_code == 303
    assert reviewer.post(f"/workshop/revisions/{made.id}/withdraw").status_code == 303


def test_a_new_rule_whose_name_was_taken_meanwhile(workshop: RunningDesk) -> None:
    """Written anew it does not become a change of the other's rule; under another name it goes on."""
    one, other, reviewer = (workshop.client(role) for role in ("editor", "editor", "reviewer"))
    page = "/workshop/new?type=minimum_wage&country=QA"
    filled = {"source:title": ["Gazette 12"], "source:publisher": ["State"], "topics": ["minimum_wage"],
              "sectors": ["mining"], "start": ["2026-01-01"], "id": ["qa-wage-of-miners"]}  # fmt: skip
    first, second = (
        propose(each, {**fields(each, page, **{"v.monthly__amount": wage}), **filled}, page)
        for each, wage in ((one, "1400"), (other, "1900"))
    )
    assert reviewer.post(f"{first}/approve", data=edition(reviewer, first)).status_code == 303
    late = reviewer.post(f"{second}/approve", data={"edition": "1"})
    assert late.status_code == 409
    got = other.post(
        f"{second}/change", data={**form_of(other.get(f"{second}/change").text), "do": "propose"}
    )
    assert got.status_code == 422 and "another name" in wrong_beside(got.text, "id")
    renamed = {**form_of(got.text), "id": ["qa-wage-of-sailors"], "sectors": ["seafaring"]}
    propose(other, renamed, f"{second}/change")
    assert "/workshop/rules/qa-wage-of-sailors" in other.get(second).text
    assert reviewer.post(f"{second}/approve", data={"edition": "2"}).status_code == 303
    assert "1400" in json.dumps(workshop.client().get("/api/v1/rules/qa-wage-of-miners").json())
    assert "1900" in json.dumps(workshop.client().get("/api/v1/rules/qa-wage-of-sailors").json())


def test_out_of_date(workshop: RunningDesk) -> None:
    """A rule that changed since is not overwritten by what was written over its older text."""
    one, other, reviewer = (workshop.client(role) for role in ("editor", "editor", "reviewer"))
    page = "/workshop/rules/qa-wage-interval/change"
    first, second = (propose(each, fields(each, page), page) for each in (one, other))
    assert reviewer.post(f"{first}/approve", data=edition(reviewer, first)).status_code == 303
    assert "/approve" not in reviewer.get(second).text
    late = reviewer.post(f"{second}/approve", data={"edition": "1"})
    assert late.status_code == 409 and "was changed since" in alert(late.text)
    sent = fields(other, f"{second}/change", as_of="2026-11-21")
    propose(other, sent, f"{second}/change")
    assert reviewer.post(f"{second}/approve", data={"edition": "2"}).status_code == 303


def test_a_new_rule(workshop: RunningDesk) -> None:
    """From its type, under a free name; one that contradicts another of its kind is refused and named."""
    editor, reviewer = workshop.client("editor"), workshop.client("reviewer")
    page = "/workshop/new?type=minimum_wage&country=QA"
    sent = fields(editor, page, id=WAGE, **{"v.monthly__amount": "900"})
    sent |= {"topics": ["minimum_wage"], "source:title": ["Gazette 12"], "source:publisher": ["State"]}
    got = editor.post(page, data={**sent, "do": "check"})
    assert "another name" in wrong_beside(got.text, "id")
    got = editor.post(page, data={**sent, "id": "qa-wage-of-fishers", "start": "2021-03-20", "do": "check"})
    assert got.status_code == 422 and "can meet qa-wage-of-fishers" in alert(got.text)
    sent |= {"id": ["qa-wage-of-fishers"], "sectors": ["fishing"], "start": ["2026-01-01"]}
    address = propose(editor, sent, page)
    assert "+ now said:" in reviewer.get(address).text
    assert reviewer.post(f"{address}/approve", data=edition(reviewer, address)).status_code == 303
    assert "QAR 900" in reviewer.get("/workshop/rules/qa-wage-of-fishers").text
    conflicts = reviewer.get("/workshop/revisions?check=1").text
    assert "go together" in conflicts


def _units(catalogue: Catalogue, kind: str, values: dict[str, object]) -> set[str]:
    units = catalogue.types[kind].values
    found = set()
    for name in values:
        found |= {units[name].name, *(f"{units[name].name} of {each.name}" for _, each in units[name].fields)}
    return found


def test_a_form_sent_as_it_stands_changes_nothing(workshop: RunningDesk) -> None:
    """Rules that together hold every unit of values, and every part of a key."""
    base = LawBase(workshop.settings.database_url)
    with base.reading() as reader:
        rules, catalogue = reader.all_rules(), reader.catalogue
    base.close()
    chosen, seen = [], set()
    for rule in sorted(rules, key=lambda each: -len(each.values)):
        parts = {name for name in ("except_origins", "schemes", "when") if getattr(rule.key, name)}
        parts |= {name for name in ("unconfirmed", "displaces", "contacts", "end") if getattr(rule, name)}
        held = _units(catalogue, rule.type, dict(rule.values)) | parts | set(rule.key.employment)
        if rule.provenance.as_of and not held <= seen and not rule.id.startswith(WAGE):
            chosen.append(rule)
            seen |= held
    assert {"tiers", "steps", "options", "money", "pay", "terms", "names", "when", "message"} <= seen
    editor = workshop.client("editor")
    for rule in chosen:
        page = f"/workshop/rules/{rule.id}/change"
        sent = {**form_of(editor.get(page).text), "reason": ["none"], "do": ["check"]}
        got = editor.post(page, data=sent)
        assert got.status_code == 200, (rule.id, re.findall(r'class="bad"[^>]*>([^<]*)', got.text))
        assert "<ins>" not in got.text and "<del>" not in got.text, (
            rule.id, re.findall(r"<th scope=\"row\".*?</tr>", got.text)
        )  # fmt: skip


def test_better_wording(workshop: RunningDesk) -> None:
    """Checked as the catalogues are; approved by another; exported with how far it was reviewed."""
    editor, reviewer = workshop.client("editor"), workshop.client("reviewer")
    found = editor.get("/workshop/wording?lang=fr&q=max_per_week_collective").text
    address = re.findall(r'href="(/workshop/wording/fr/[0-9a-f]{16})"', found)[0]
    key = address.rpartition("/")[2]
    entry = wording.entries("fr")[key]
    got = editor.post(address, data={"new.0": "Sans la valeur.", "reason": "plus court"})
    assert got.status_code == 422 and "Its placeholders are" in wrong_beside(got.text, "new")
    better = entry.strings[0].replace("Une convention", "Un accord")
    assert better != entry.strings[0]
    sent = {"new.0": better, "reason": "plus simple", "native": "1"}
    proposal = str(editor.post(address, data=sent).headers["location"])
    assert workshop.client("reviewer").get("/workshop/wording/fr.po").text == ""
    assert editor.post(f"{proposal}/approve", data={"edition": "1"}).status_code == 403
    assert reviewer.post(f"{proposal}/approve", data=edition(reviewer, proposal)).status_code == 303
    assert "next release" in reviewer.get(proposal).text
    exported = reviewer.get("/workshop/wording/fr.po").text
    assert "# review: native-reviewed" in exported and "Un accord" in exported
    assert 'msgid ""\n"A collective agreement' in exported
    assert editor.get(f"/workshop/wording/fr/{'0' * 16}").status_code == 404
    assert editor.get("/workshop/wording/en/x").status_code == 404


def test_nothing_there(workshop: RunningDesk) -> None:
    editor = workshop.client("editor")
    for page in ("/workshop/rules/nobody", "/workshop/rules/nobody/change", "/workshop/proposals/99999",
                 "/workshop/proposals/x", "/workshop/proposals/99999/change"):  # fmt: skip
        assert editor.get(page).status_code == 404, page


def test_logs_hold_no_words(workshop: RunningDesk) -> None:
    """Reasons and names of rules are in the databases, not in the log of the process."""
    assert "Gazette" not in Path(workshop.folder / "desk.log").read_text(encoding="utf-8")
