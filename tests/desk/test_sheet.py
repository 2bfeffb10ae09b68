"""The case sheet: its page, PDF, chat links, letter and calendar."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import date, timedelta
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pypdfium2
import pytest
from icalendar import Calendar
from starlette.testclient import TestClient

from bot.answers.answer import answer
from bot.conversation.case_link import Told, understood, words_of_code
from bot.desk.app import create_app
from bot.desk.asked import Asked
from bot.desk.desk import open_desk
from bot.desk.pages.sheet import linked
from bot.desk.sheet.chats import LONGEST_CODED, chat_links, path_of, square_code
from bot.desk.sheet.content import IMPORTANT, Wanted, make_sheet
from bot.desk.sheet.dates import Since, last_days, limited_topics
from bot.letters.sheet import Sheet
from bot.rules.lawbase import LawBase, LawReader
from bot.rules.lookup import lookup
from bot.settings import load_settings
from tests.desk.conftest import RunningDesk

CASE = {"from": "NP", "to": "QA", "sector": "construction", "topic": "wages"}
CHATS = {
    "HAQ_PUBLIC_URL": "https://help.example.org",
    "HAQ_WEBCHAT_ORIGINS": "https://help.example.org",
    "HAQ_WHATSAPP_PHONE": "+1 555 123 4567",
    "HAQ_TELEGRAM_BOT": "@haq_example_bot",
}
TODAY = date.today()
LAW_READING = LawBase.reading


class Cells(HTMLParser):
    """The texts of a page by the language that their element says."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str]] = []  # language, direction, text
        self._open: list[tuple[str, str] | None] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("br", "input", "link", "meta", "path"):
            return
        cell = "cell" in (given.get("class") or "").split()
        self._open.append((given.get("lang") or "", given.get("dir") or "") if cell else None)
        if cell:
            self.found.append((*(self._open[-1] or ("", "")), ""))

    def handle_endtag(self, tag: str) -> None:
        if self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if any(self._open) and self.found:
            language, direction, text = self.found[-1]
            self.found[-1] = (language, direction, f"{text} {data.strip()}".strip())


@pytest.fixture(scope="module")
def law(law_url: str) -> LawBase:
    return LawBase(law_url)


def made(law: LawBase, asked: Asked, *languages: str, whole: bool = False) -> Sheet:
    wanted = Wanted(asked, languages, whole)
    return make_sheet(lookup(law, asked.case(TODAY), wanted.topics), wanted)


# -- the content ------------------------------------------------------------------------------------------


def test_both_sides_say_the_same(law: LawBase) -> None:
    """Statement by statement what the lookup says, in both languages, in the same order."""
    asked = Asked("NP", "QA", "construction", topics=("wages", "end_of_service"))
    sheet = made(law, asked, "ne", "en", whole=True)
    found = lookup(law, asked.case(TODAY), asked.topics)
    said = {
        language: {each.rule.id: each.text for each in answer(found, language).statements}
        for language in ("ne", "en")
    }
    ways = [section for section in sheet.sections if section.name == "help"]
    others = [section for section in sheet.sections if section.name != "help"]
    rows = [row for section in others for row in section.rows if row.rule]
    assert len(rows) > 8 and len(ways[0].rows) > 3
    for row in rows:
        assert row.texts == (said["ne"][row.rule], said["en"][row.rule])
    assert set(said["en"]) <= set(sheet.rules())
    assert sheet.version == found.version


def test_the_order(law: LawBase) -> None:
    """Emergency, law, help, by when, across the border, home, what to bring."""
    sheet = made(law, Asked("NP", "QA", "construction"), "ne", "en")
    names = [section.name for section in sheet.sections if section.level == 1]
    wanted = ["emergency", "law", "help", "deadlines", "crossing", "home", "evidence"]
    assert [name for name in names if name in wanted] == wanted
    levels = {section.name for section in sheet.sections if section.level == 2}
    assert {"wages", "document_retention"} <= levels
    assert sheet.left_out > 0
    assert made(law, Asked("NP", "QA", "construction"), "ne", "en", whole=True).left_out == 0


def test_sources_are_numbered_once(law: LawBase) -> None:
    """Each statement of a source points to it; every number is there, none twice."""
    sheet = made(law, Asked("PH", "SA", "domestic_work"), "fil", "en")
    numbers = [source.number for source in sheet.sources]
    assert numbers == list(range(1, len(numbers) + 1))
    texts = [(source.text, source.title, source.url) for source in sheet.sources]
    assert len(set(texts)) == len(texts)
    pointed = {number for section in sheet.sections for row in section.rows for number in row.sources}
    assert pointed == set(numbers)


def test_papers_do_not_stand_on_it(law: LawBase) -> None:
    """Whoever finds the sheet does not learn of them."""
    sheet = made(law, Asked("NP", "QA", "construction", "irregular"), "ne", "en")
    assert "paper" not in " ".join(row.texts[1] for row in sheet.case)
    assert "construction" in sheet.case[2].texts[1]


def test_gaps_are_named(law: LawBase) -> None:
    """What our data do not have is said."""
    sheet = made(law, Asked("TO", "NU", "mining", topics=("wages", "housing")), "en")
    (gaps,) = [section for section in sheet.sections if section.name == "gaps"]
    assert len(gaps.rows) >= 2


def test_warnings_are_never_left_out(law: LawBase) -> None:
    """However short the sheet is."""
    for asked in (Asked("ET", "LB", "domestic_work"), Asked("BD", "MY", "manufacturing")):
        sheet = made(law, asked, "en")
        found = lookup(law, asked.case(TODAY), IMPORTANT)
        warnings = {each.rule.id for each in found.answers if each.rule.kind == "warning"}
        assert warnings and warnings <= set(sheet.rules())


def test_numbers_can_be_dialled() -> None:
    """A number is a link; what only looks like one, and markup, is not."""
    assert str(linked("call 999; not 9990", ["999"])) == 'call <a href="tel:999">999</a>; not 9990'
    assert str(linked("\u2066+974 6006 0601\u2069", ["+974 6006 0601"])) == (
        '\u2066<a href="tel:+97460060601">+974 6006 0601</a>\u2069'
    )
    assert str(linked("<b>&\n999", ["999"])) == '&lt;b&gt;&amp;<br><a href="tel:999">999</a>'


# -- the chat ---------------------------------------------------------------------------------------------


def test_chat_links() -> None:
    """Each fills the case in, by words or by a code that the assistant reads as the same case."""
    told = Told("NP", "QA", "construction")
    links = {each.name: each for each in chat_links(CHATS, told, "ne")}
    assert list(links) == ["whatsapp", "telegram", "web"]
    assert all(understood(each.words) == told for each in links.values())
    address = urlsplit(links["whatsapp"].address)
    assert (address.netloc, address.path) == ("wa.me", "/15551234567")
    assert parse_qs(address.query)["text"] == [links["whatsapp"].words]
    code = parse_qs(urlsplit(links["telegram"].address).query)["start"][0]
    assert understood(words_of_code(code) or "") == told
    page = urlsplit(links["web"].address)
    assert page.path == "/webhooks/web/demo" and not page.query  # nothing of the case reaches a server's log
    assert unquote(page.fragment) == f"language=ne&text={links['web'].words}"


def test_codes_stay_coarse() -> None:
    """Where words would make the squares too small a short code stands in the square code."""
    for language in ("en", "ne", "am", "ta"):
        for each in chat_links(CHATS, Told("LK", "KW", "domestic_work"), language):
            assert len(each.coded) <= LONGEST_CODED
            code = square_code(each, (language,))
            assert len(code.squares) <= 61
            assert path_of(code).count("M") > 100
            assert "/intent" not in unquote(each.coded) and "{" not in each.coded


def test_no_chat_without_an_address() -> None:
    """A platform's token alone tells no address."""
    told = Told("NP", "QA")
    assert chat_links({}, told, "ne") == ()
    assert chat_links({"HAQ_TELEGRAM_TOKEN": "1:x", "HAQ_WHATSAPP_NUMBER_ID": "5"}, told, "ne") == ()
    assert chat_links({"HAQ_PUBLIC_URL": "https://help.example.org"}, told, "ne") == ()  # the web chat is off


# -- the page ---------------------------------------------------------------------------------------------


def test_page(desk: RunningDesk) -> None:
    """Two languages, each with its own direction; the same number of cells on either side."""
    got = desk.client().get("/sheet", params={**CASE, "from": "EG", "lang": "ar", "desk": "en", "ui": "en"})
    assert got.status_code == 200
    cells = Cells(got.text).found
    arabic = [text for language, direction, text in cells if (language, direction) == ("ar", "rtl")]
    english = [text for language, direction, text in cells if (language, direction) == ("en", "ltr")]
    assert len(arabic) == len(english) == len(cells) / 2 > 20
    assert "Emergency" in english and "الطوارئ" in arabic
    assert "This is information, not legal advice." in english
    version = desk.client().get("/health").json()["version"]
    assert f"Version of the law: {version[:10]}" in got.text
    assert 'href="tel:999"' in got.text
    assert "HAQ_WHATSAPP_PHONE" in got.text and "<svg" not in got.text  # no chat has an address here
    assert len(got.content) < 100_000


def test_languages(desk: RunningDesk) -> None:
    """The worker's follows the home country, the desk's the interface, unless they are chosen."""
    client = desk.client()

    def spoken(**more: str) -> list[str]:
        page = client.get("/sheet", params={**CASE, "ui": "en", **more}).text
        return list(dict.fromkeys(language for language, _, _ in Cells(page).found))

    assert spoken() == ["ne", "en"]
    assert spoken(lang="hi", desk="fr") == ["hi", "fr"]
    assert spoken(lang="en") == ["en"]
    assert client.get("/sheet", params={**CASE, "lang": "xx"}).status_code == 422
    assert client.get("/sheet", params={**CASE, "desk": "xx"}).status_code == 422


def test_topics(desk: RunningDesk) -> None:
    """Those asked about are ticked; without any, the most important."""
    client = desk.client()

    def ticked(query: dict[str, str]) -> set[str]:
        page = client.get("/sheet", params=query).text
        return set(re.findall(r'name="topic" value="(\w+)" checked', page))

    assert ticked(CASE) == {"wages"}
    assert ticked({"from": "NP", "to": "QA"}) == set(IMPORTANT)


def test_without_a_case(desk: RunningDesk) -> None:
    """It says what to do; a country that nobody knows is named."""
    client = desk.client()
    empty = client.get("/sheet")
    assert empty.status_code == 200 and 'href="/lookup"' in empty.text
    strange = client.get("/sheet", params={"from": "Qqqqzzz", "to": "QA"})
    assert strange.status_code == 422 and "Qqqqzzz" in strange.text
    assert client.get("/sheet.pdf", params={"from": "Qqqqzzz"}).status_code == 422
    assert client.get("/sheet.pdf").status_code == 422


def test_pdf(desk: RunningDesk) -> None:
    """The same statements as the page."""
    client = desk.client()
    got = client.get("/sheet.pdf", params={**CASE, "desk": "en"})
    assert got.status_code == 200 and got.headers["content-type"] == "application/pdf"
    assert 'filename="sheet.pdf"' in got.headers["content-disposition"]
    text = "".join(str(page.get_textpage().get_text_range()) for page in pypdfium2.PdfDocument(got.content))
    flat = " ".join(text.split())
    assert "Unpaid or late wages" in flat and "16008" in flat and "[1]" in flat
    page = unescape(client.get("/sheet", params={**CASE, "desk": "en"}).text)
    assert "everything you are owed must be paid within" in page
    assert "everything you are owed must be paid within" in flat


# -- the letter -------------------------------------------------------------------------------------------


TOLD = {
    "about": "wages", "worker": "Worker Name", "employer": "Example LLC", "started": "2024-01-01",
    "amount": "4500", "currency": "qar", "happened": "मालिकले तलब दिएन।", "wants": "",
}  # fmt: skip


def test_letter(desk: RunningDesk) -> None:
    """In the worker's language and the official one; nothing of it is kept or logged."""
    client = desk.client("caseworker")
    got = client.post("/sheet/letter.pdf", params={**CASE, "lang": "ne"}, data=TOLD)
    assert got.status_code == 200 and got.headers["cache-control"] == "no-store"
    pages = [str(page.get_textpage().get_text_range()) for page in pypdfium2.PdfDocument(got.content)]
    text = "\n".join(pages)
    assert text.count("Example LLC") == 2 and text.count("QAR 4,500") == 2
    assert re.search("[\u0900-\u097f]", pages[0]) and any(
        re.search("[\u0600-\u06ff]", each) for each in pages
    )
    files = [path for path in desk.folder.rglob("*") if path.is_file()]
    assert files and not any(b"Example LLC" in path.read_bytes() for path in files)


def test_letter_mistakes(desk: RunningDesk) -> None:
    """What is wrong is said on the page, and what was written is still there."""
    client = desk.client()
    wrong = {**TOLD, "amount": "many"}
    got = client.post("/sheet/letter.pdf", params=CASE, data=wrong)
    assert got.status_code == 422
    assert 'role="alert"' in got.text and "Worker Name" in got.text and "मालिकले तलब दिएन।" in got.text
    late = {**TOLD, "ended": "2023-01-01"}
    assert client.post("/sheet/letter.pdf", params=CASE, data=late).status_code == 422
    assert client.post("/sheet/letter.pdf", params={"from": "NP"}, data=TOLD).status_code == 422
    assert client.post("/sheet/letter.pdf", params=CASE, data={**TOLD, "about": "x"}).status_code == 422
    assert client.get("/sheet/letter.pdf", params=CASE).status_code == 405


# -- the calendar -----------------------------------------------------------------------------------------


def test_calendar(desk: RunningDesk) -> None:
    """The last day that the calculator counts, a title that tells nothing, alarms before it."""
    client = desk.client()
    since = TODAY - timedelta(days=30)
    days = {"since.wages.job_end": since.isoformat()}
    got = client.post("/sheet.ics", params={**CASE, "lang": "en"}, data=days)
    assert got.status_code == 200 and got.headers["content-type"].startswith("text/calendar")
    (event,) = Calendar.from_ical(got.content).walk("VEVENT")
    last = event.decoded("dtstart")
    assert last == since.replace(year=since.year + 1)
    assert str(event["summary"]) == "A reminder" and "description" not in event
    assert "wage" not in got.text.lower() and "claim" not in got.text.lower() and "Qatar" not in got.text
    assert [alarm.decoded("trigger") for alarm in event.walk("VALARM")] == [
        timedelta(days=-14), timedelta(days=-7), timedelta(days=-1),
    ]  # fmt: skip
    told = client.post("/sheet.ics", params={**CASE, "lang": "en"}, data={**days, "details": "1"})
    (event,) = Calendar.from_ical(told.content).walk("VEVENT")
    assert str(event["summary"]) == "A reminder"
    said = str(event["description"])
    assert (
        "You must claim within 1 year" in said and "Law No. 14 of 2004" in said and "not legal advice" in said
    )


def test_only_what_can_be_counted_is_asked(law: LawBase) -> None:
    """A field for each rule that the calculator counts by; a rule for several topics has one."""
    asked = Asked("NP", "QA", "construction")
    said = lookup(law, asked.case(TODAY), IMPORTANT)
    fields = limited_topics(said, "en")
    assert [each.topics for each in fields] == [("wages", "end_of_service", "document_retention")]
    for each in fields:
        assert "The time starts" in each.texts[0]
        days = {Since(each.topics[0], each.starts): TODAY - timedelta(days=9)}
        with law.reading() as reader:
            found = last_days(reader, said, days, ("en",))
        assert found and all(day.days_left is not None and day.said["en"].text for day in found)


def test_days_on_the_page(desk: RunningDesk) -> None:
    """The last day with what is left of it; a day that is over says so."""
    client = desk.client()
    params = {**CASE, "ui": "en"}
    soon = (TODAY - timedelta(days=30)).isoformat()
    got = client.post("/sheet/deadlines", params=params, data={"since.wages.job_end": soon})
    assert got.status_code == 200 and re.search(r"33[45] days are left", got.text)
    old = client.post("/sheet/deadlines", params=params, data={"since.wages.job_end": "2019-01-01"})
    assert "This day is over." in old.text and f'value="{"2019-01-01"}"' in old.text
    later = (TODAY + timedelta(days=9)).isoformat()
    for wrong in (
        {},
        {"since.wages.job_end": "yesterday"},
        {"since.wages.job_end": later},
        {"since.x": soon},
    ):
        refused = client.post("/sheet/deadlines", params=params, data=wrong)
        assert refused.status_code == 422 and 'role="alert"' in refused.text
    nothing = client.post("/sheet.ics", params=params, data={"since.wages.job_end": "2019-01-01"})
    assert nothing.status_code == 422 and "nothing for a calendar" in nothing.text


def test_only_the_fields_of_the_page_are_read(desk: RunningDesk) -> None:
    """Whoever sends others gets nothing worked out for them."""
    client, params = desk.client(), {**CASE, "ui": "en"}
    soon = (TODAY - timedelta(days=30)).isoformat()
    for strange in ("since.wages.nothing", "since.termination.job_end", "since.wages"):
        refused = client.post("/sheet/deadlines", params=params, data={strange: soon})
        assert refused.status_code == 422 and "Write at least one day." in refused.text
    both = {"since.wages.job_end": soon, **{f"since.overtime.x{n}": "yesterday" for n in range(300)}}
    got = client.post("/sheet/deadlines", params=params, data=both)
    assert got.status_code == 200 and re.search(r"33[45] days are left", got.text)


@pytest.fixture
def inside(law_url: str, tmp_path: Path) -> Iterator[TestClient]:
    """A desk in this process."""
    settings = load_settings({"HAQ_VAR_DIR": str(tmp_path), "HAQ_DATABASE_URL": law_url})
    with TestClient(create_app(open_desk(settings)), "http://127.0.0.1:8080") as client:
        yield client


def test_the_page_is_of_one_view_of_the_law(inside: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a change of the law between two of them would show on one half of it."""
    looked = []

    def reading(base: LawBase) -> AbstractContextManager[LawReader]:
        looked.append(base)
        return LAW_READING(base)

    monkeypatch.setattr(LawBase, "reading", reading)
    assert inside.get("/sheet", params=CASE).status_code == 200
    alone = len(looked)
    looked.clear()
    soon = (TODAY - timedelta(days=30)).isoformat()
    assert inside.post("/sheet/deadlines", params=CASE, data={"since.wages.job_end": soon}).status_code == 200
    assert alone == len(looked) == 1


def test_a_calendar_is_made_beside_the_event_loop(
    inside: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def made(*given: object) -> bytes:
        with pytest.raises(RuntimeError, match="no running event loop"):
            asyncio.get_running_loop()
        return b"BEGIN:VCALENDAR"

    monkeypatch.setattr("bot.desk.pages.sheet.calendar", made)
    soon = (TODAY - timedelta(days=30)).isoformat()
    got = inside.post("/sheet.ics", params=CASE, data={"since.wages.job_end": soon})
    assert got.status_code == 200 and got.text == "BEGIN:VCALENDAR"


def test_forms_need_the_token(desk: RunningDesk) -> None:
    """As every form of somebody who is signed in."""
    client = desk.client("viewer")
    page = client.get("/sheet", params=CASE).text
    assert page.count('name="csrf"') >= 3  # log-out, days, letter
    del client.headers["x-csrf-token"]
    for path in ("/sheet/deadlines", "/sheet.ics", "/sheet/letter.pdf"):
        assert client.post(path, params=CASE, data=TOLD).status_code == 403
