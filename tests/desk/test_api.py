"""The HTTP API: the same answers as the commands, clear refusals, caching, keys and limits."""

from __future__ import annotations

import gzip
import json
import shlex
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot import cli
from bot.answers.calculators import CALCULATORS
from bot.answers.calculators.benefits import REPLACES_INCOME
from bot.answers.options import Told
from bot.desk.api.answers import Kept, Rendered, release, rendered
from bot.desk.api.limits import Limits
from bot.desk.app import create_app
from bot.desk.desk import open_desk
from bot.rules.calculators.benefits import BRANCH_TYPES
from bot.settings import ROOT, load_settings
from tests.desk.conftest import RunningDesk

API = "/api/v1"
NP_QA = {"from": "NP", "to": "QA", "sector": "construction", "topic": ["wages", "overtime"]}
ELSEWHERE = {"x-forwarded-for": "203.0.113.7"}  # uvicorn believes a proxy on this machine


@pytest.fixture(scope="module")
def api(desk: RunningDesk) -> Iterator[httpx.Client]:
    with desk.client() as client:
        client.base_url = httpx.URL(f"{desk.address}{API}/")
        yield client


@pytest.fixture
def command(law_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs a command line over the desk's law; what it prints as JSON."""
    monkeypatch.setenv("HAQ_DATABASE_URL", law_url)

    def run(*words: str) -> Any:
        assert cli.run([*words, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return run


def parameters(words: list[str]) -> list[tuple[str, str]]:
    """The options of a command line as an address has them."""
    names = [word.removeprefix("--").replace("-", "_") for word in words[::2]]
    return list(zip(names, words[1::2], strict=True))


# -- the same as the commands ---------------------------------------------------------------------


def test_lookup(api: httpx.Client, command: Any) -> None:
    got = api.get("lookup", params={**NP_QA, "lang": "ne", "fact": "service=3 years"}).json()
    words = [
        "--from",
        "NP",
        "--to",
        "QA",
        "--sector",
        "construction",
        "--topic",
        "wages",
        "--topic",
        "overtime",
    ]
    assert got == command("lookup", *words, "--lang", "ne", "--fact", "service=3 years")
    assert got["answers"] and got["channels"] and got["case"]["facts"] == {"service": "3 years"}


def test_what_is_left_out_is_unknown(api: httpx.Client, command: Any) -> None:
    got = api.get("lookup", params={"to": "QA", "topic": "wages"}).json()
    assert got["case"]["origin"] is None and got["case"]["on"] == date.today().isoformat()
    assert got == command("lookup", "--to", "QA", "--topic", "wages")


def test_map(api: httpx.Client, command: Any) -> None:
    got = api.get("map", params={"from": "HR", "to": "DE", "on": "2013-06-30"}).json()
    assert got == command("map", "--from", "HR", "--to", "DE", "--on", "2013-06-30")
    assert len(got["cells"]) == 45 and "msa-eu-883-2004" not in got["agreements"]


@pytest.mark.parametrize("name", CALCULATORS)
def test_calculator(api: httpx.Client, command: Any, name: str) -> None:
    """The example of the command's help gives the same numbers here."""
    words = shlex.split(CALCULATORS[name].example)
    got = api.get(f"calc/{name}", params=parameters(words[1:])).json()
    assert got == command("calc", *words)
    assert got["steps"] and all(step["text"] for step in got["steps"])


def test_calculators_are_listed_and_answer_by_either_spelling(api: httpx.Client) -> None:
    listed = api.get("calc").json()["calculators"]
    assert [each["name"] for each in listed] == list(CALCULATORS)
    asked = {"to": "SA", "wage": "SAR 3000", "start": "2016-03-01", "end": "2026-10-31", "ended_by": "worker"}
    one, other = (api.get(f"calc/{name}", params=asked) for name in ("end-of-service", "end_of_service"))
    assert one.status_code == 200 and one.json() == other.json()
    assert tuple(BRANCH_TYPES) == REPLACES_INCOME


# -- rules, words, countries ------------------------------------------------------------------------


def test_rules_page_by_page(api: httpx.Client) -> None:
    asked = {"country": "QA", "topic": "wages", "per_page": "5"}
    first = api.get("rules", params=asked).json()
    second = api.get("rules", params={**asked, "page": "2"}).json()
    ids = [each["rule"] for page in (first, second) for each in page["rules"]]
    assert first["total"] == second["total"] > 5 and ids == sorted(set(ids))
    for each in first["rules"]:
        assert "wages" in each["topics"] and each["text"]
    last = api.get("rules", params={**asked, "page": "9999"}).json()
    assert last["rules"] == [] and last["total"] == first["total"]


def test_rules_by_type_and_words(api: httpx.Client) -> None:
    found = api.get("rules", params={"type": "minimum_wage", "country": "QA"}).json()["rules"]
    assert found and {each["type"] for each in found} == {"minimum_wage"}
    (rule,) = api.get("rules", params={"q": "QA-MINIMUM-wage housing 1000"}).json()["rules"]
    assert rule["rule"] == "qa-minimum-wage" and "1,000" in rule["text"]
    assert api.get("rules", params={"q": "100% nothing_such"}).json()["total"] == 0
    assert api.get("rules", params={"q": "%"}).json()["total"] < api.get("rules").json()["total"]


def test_a_rule_whole(api: httpx.Client) -> None:
    listed = api.get("rules", params={"country": "QA", "per_page": "1"}).json()["rules"][0]
    rule = api.get(f"rules/{listed['rule']}").json()
    assert {key: rule[key] for key in listed} == listed
    assert httpx.URL(listed["url"]).path == f"{API}/rules/{listed['rule']}"
    assert rule["record"]["provenance"]["evidence"] == rule["evidence"]
    assert "QA" in rule["record"]["key"]["destinations"]
    assert [step["change"] for step in rule["history"]] == ["added"] and rule["revisions"] == []
    assert api.get(f"rules/{listed['rule']}", params={"lang": "ne"}).json()["text"] != rule["text"]


def test_countries_by_any_name(api: httpx.Client) -> None:
    def first(query: str, language: str = "en") -> tuple[str, str]:
        found = api.get("countries", params={"q": query, "lang": language}).json()["countries"][0]
        return found["code"], found["name"]

    assert first("नेपाल") == ("NP", "Nepal")
    assert first("Katar", "fr") == ("QA", "Qatar")
    assert first("Doha")[0] == "QA"
    every = api.get("countries", params={"lang": "es"}).json()["countries"]
    assert len(every) > 240 and {"code": "DE", "name": "Alemania", "matched": None} in every


def test_vocabulary(api: httpx.Client) -> None:
    words = api.get("vocabulary", params={"lang": "fr"}).json()
    english = api.get("vocabulary").json()
    assert len(words["topics"]) == 43 and len(words["sectors"]) == 13
    assert words["topics"][9]["id"] == "wages" and words["topics"][9]["name"] != english["topics"][9]["name"]
    assert {"id": "ne", "name": "népalais", "own_name": "नेपाली"} in words["languages"]
    assert "minimum_wage" in [each["name"] for each in words["rule_types"]]
    ended = next(each for each in words["facts"] if each["name"] == "ended_by")
    assert "worker" in ended["options"] and ended["ask"]


def test_the_page_about_it(desk: RunningDesk, api: httpx.Client) -> None:
    programs = desk.client().get(API).json()
    assert {"url": f"{API}/lookup", "gives": "What the rules say for a case."} in programs["operations"]
    page = desk.client().get(API, headers={"accept": "text/html,*/*"})
    assert page.headers["content-type"].startswith("text/html")
    assert all(each["url"] in page.text for each in programs["operations"])
    assert "accept" in page.headers["vary"].lower()
    assert desk.client().get(f"{API}/").headers["location"] == API


def test_the_client_of_the_docs(desk: RunningDesk, capsys: pytest.CaptureFixture[str]) -> None:
    """The Python example runs as it stands, and asks only for what changed."""
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    code = page.partition("```python\n")[2].partition("```")[0].replace("http://127.0.0.1:8080", desk.address)
    names: dict[str, Any] = {}
    exec(compile(code, "docs/api.md", "exec"), names)  # noqa: S102 - our own page
    printed = capsys.readouterr().out
    assert printed.startswith("- ") and "Qatar" in printed
    haq = names["haq"]
    assert haq.ask("lookup", to="QA", topic="wages") == haq.ask("lookup", to="QA", topic="wages")
    with pytest.raises(ValueError, match="is no topic"):
        haq.ask("lookup", to="QA", topic="pay")


# -- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "asked", "words"),
    [
        ("lookup", {"to": "QA", "foo": "1"}, "'foo' is not known here. Known: from, to, sector"),
        ("lookup", {}, "Say at least one country"),
        ("lookup", {"to": "Qatar"}, "'Qatar' is no country of work"),
        ("lookup", {"to": ["QA", "AE"]}, "'to' is given 2 times"),
        ("lookup", {"to": "QA", "topic": "pay"}, "'pay' is no topic"),
        ("lookup", {"to": "QA", "on": "1 May"}, "2023-05-01"),
        ("lookup", {"to": "QA", "on": "0001-01-01"}, "No rule in our data reaches back"),
        ("lookup", {"to": "QA", "fact": "x=1"}, "'x=1' is no fact"),
        ("lookup", {"to": "QA", "lang": "xx"}, "Languages: en"),
        ("rules/qa-final-settlement", {"lang": ""}, "'lang' is empty"),
        ("lookup", {"to": "QA", "sector": ""}, "'sector' is empty"),
        ("lookup", {"to": "QA", "topic": ["wages", ""]}, "'topic' is empty"),
        ("lookup", {"to": "QA", "scheme": "x" * 500}, "'scheme' is too long"),
        ("lookup", {"to": "QA", "scheme": "a\x00b"}, "characters that cannot be meant"),
        ("lookup", {"to": "QA", "topic": ["wages"] * 99}, "60 is the most"),
        ("map", {"from": "NP"}, "'to' is missing: Country of work"),
        ("map", {"from": "NP", "to": "np"}, "both NP"),
        ("calc/overtime", {"to": "QA"}, "'wage' is missing"),
        ("calc/overtime", {"to": "QA", "wage": "1500"}, "1500"),
        ("calc/overtime", {"to": "QA", "wage": "QAR 1500", "hours": "-1"}, "no number from zero up"),
        ("calc/totalization", {"period": "KR:2001"}, "'KR:2001' is no period"),
        ("rules", {"type": "x"}, "'x' is no rule type"),
        ("rules", {"page": "0"}, "'page' is a number from 1"),
        ("rules", {"per_page": "201"}, "200 at most"),
        ("countries", {"lang": "tlh"}, "Languages: en"),
    ],
)  # fmt: skip
def test_bad_questions(api: httpx.Client, path: str, asked: dict[str, Any], words: str) -> None:
    got = api.get(path, params=asked)
    said = got.json()
    assert got.status_code == said["status"] == 422 and words in said["detail"]
    assert got.headers["content-type"] == "application/problem+json"
    assert got.headers["cache-control"] == "no-store" and "etag" not in got.headers
    assert said["instance"] == f"{API}/{path}" and said["title"] and said["type"] == "about:blank"


def test_what_is_not_there(api: httpx.Client) -> None:
    for path in ("rules/no-such-rule", "rules/a/b", "calc/pension", "nothing"):
        got = api.get(path)
        assert got.status_code == got.json()["status"] == 404, path
        assert got.headers["access-control-allow-origin"] == "*"
    assert "derived" in api.get("rules/no-such-rule").json()["detail"]
    refused = api.post("lookup")
    assert refused.status_code == 405 and "GET" in refused.headers["allow"]
    assert refused.headers["content-type"] == "application/problem+json"


async def test_without_law(tmp_path: Path) -> None:
    """An empty database: 503, and what to do."""
    settings = load_settings(
        {"HAQ_VAR_DIR": str(tmp_path), "HAQ_DATABASE_URL": f"sqlite:///{tmp_path}/no.db"}
    )
    transport = httpx.ASGITransport(create_app(open_desk(settings)))
    async with httpx.AsyncClient(transport=transport, base_url=f"http://desk{API}/") as client:
        got = await client.get("lookup", params={"to": "QA"})
        assert got.status_code == 503 and "haq rules load" in got.json()["detail"]
        assert (await client.get("openapi.json")).status_code == 200


# -- caching --------------------------------------------------------------------------------------


def test_what_is_known_is_not_sent_again(api: httpx.Client) -> None:
    first = api.get("lookup", params=NP_QA)
    etag = first.headers["etag"]
    assert etag.endswith('-gzip"') and first.headers["cache-control"] == "public, max-age=300"
    again = api.get("lookup", params=NP_QA, headers={"if-none-match": f'"other", W/{etag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    for other in ({**NP_QA, "lang": "fr"}, {**NP_QA, "on": "2024-01-01"}, {"from": "NP", "to": "QA"}):
        got = api.get("lookup", params=other, headers={"if-none-match": etag})
        assert got.status_code == 200 and got.headers["etag"] != etag


def test_a_strong_etag_names_the_very_bytes(api: httpx.Client) -> None:
    plain = api.get("lookup", params=NP_QA, headers={"accept-encoding": "identity"})
    packed = api.get("lookup", params=NP_QA)
    assert "content-encoding" not in plain.headers and packed.headers["content-encoding"] == "gzip"
    assert plain.content == packed.content and plain.headers["etag"] != packed.headers["etag"]
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"
    headers = {"accept-encoding": "identity", "if-none-match": packed.headers["etag"]}
    assert api.get("lookup", params=NP_QA, headers=headers).status_code == 200
    head = api.head("lookup", params=NP_QA)
    assert head.headers["etag"] == packed.headers["etag"] and head.content == b""


def test_the_order_of_parameters_is_no_matter(api: httpx.Client) -> None:
    one = api.get("lookup?from=NP&to=QA&topic=wages&lang=en").headers["etag"]
    assert one == api.get("lookup?topic=wages&to=QA&from=NP").headers["etag"]


def test_a_changed_law_changes_the_etag(api: httpx.Client) -> None:
    """By the key that it is made of: another version, another day, another release."""
    from bot.desk.api.answers import _etag
    from bot.desk.api.law import OPERATIONS

    told = Told({"to": ("QA",), "lang": ("en",)}, date(2026, 11, 22))
    tomorrow = Told(told.values, date(2026, 11, 23))
    found = {
        _etag("v1", OPERATIONS[0], told), _etag("v2", OPERATIONS[0], told),
        _etag("v1", OPERATIONS[0], tomorrow), _etag("v1", OPERATIONS[1], told),
    }  # fmt: skip
    assert len(found) == 4 and len(release()) == 64


def test_the_store_of_answers_is_bounded() -> None:
    kept = Kept(most=100)
    for number in range(5):
        kept.put(Rendered(str(number), b"x" * 40, None))
        kept.get("0")
    assert kept.get("3") is None and kept.get("0") and kept.get("4")  # the one asked for again stays
    kept.put(Rendered("4", b"x" * 40, None))  # held already: counted once
    assert kept.get("0")
    small, large = rendered({"a": 1}), rendered({"a": "é" * 2000})
    assert small.packed is None and gzip.decompress(large.packed or b"") == large.body


# -- who may ask -----------------------------------------------------------------------------------


def test_pages_of_others_may_read_it(api: httpx.Client) -> None:
    got = api.get("lookup", params=NP_QA, headers={"origin": "https://help.example"})
    assert got.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in got.headers
    assert got.headers["cross-origin-resource-policy"] == "cross-origin"
    asked = {"origin": "https://help.example", "access-control-request-headers": "authorization"}
    before = api.request("OPTIONS", "lookup", headers=asked)
    assert before.status_code == 204 and "Authorization" in before.headers["access-control-allow-headers"]


def test_limit_and_keys(desk: RunningDesk, api: httpx.Client) -> None:
    """An address is stopped after its share; a key with the scope is not; a wrong one opens nothing."""
    keys = desk.accounts.keys
    good = {"authorization": f"Bearer {keys.make('clinic', ['lookup'], 'test').token}"}
    other = {"authorization": f"Bearer {keys.make('office', ['counts'], 'test').token}"}
    answers = [api.get("countries", params={"q": "Doha"}, headers=ELSEWHERE) for _ in range(140)]
    codes = [each.status_code for each in answers]
    assert codes[:120] == [200] * 120 and codes[-1] == 429
    last = answers[-1]
    assert 1 <= int(last.headers["retry-after"]) <= 2 and "use a key" in last.json()["detail"]
    assert last.headers["content-type"] == "application/problem+json"
    assert api.get("countries", params={"q": "Doha"}, headers=ELSEWHERE | other).status_code == 429
    assert api.get("countries", params={"q": "Doha"}, headers=ELSEWHERE | good).status_code == 200
    assert api.get("countries", params={"q": "Doha"}).status_code == 200  # this machine
    for bad in ("Bearer haq_no-such-key", "Bearer", "Basic eDp5", "x"):
        got = api.get("countries", headers={"authorization": bad})
        assert got.status_code == 401 and got.headers["www-authenticate"].startswith("Bearer")
    (key,) = [each for each in keys.all() if each.name == "clinic"]
    keys.revoke(key.id)
    assert api.get("countries", headers=good).status_code == 401


def test_a_bucket_fills_again() -> None:
    now = 1000.0
    limits = Limits(burst=2, a_second=0.5, clock=lambda: now)
    assert [limits.wait("192.0.2.1") for _ in range(3)] == [None, None, 2]
    assert limits.wait("192.0.2.2") is None
    now += 2
    assert [limits.wait("192.0.2.1") for _ in range(2)] == [None, 2]
    now += 3600
    assert [limits.wait("192.0.2.1") for _ in range(3)] == [None, None, 2]


def test_who_counts_as_one() -> None:
    limits = Limits(burst=1, a_second=0.001)
    assert limits.wait("2001:db8:1:2::1") is None and limits.wait("2001:db8:1:2:ffff::2") is not None
    assert limits.wait("2001:db8:1:3::1") is None
    for here in ("127.0.0.1", "127.3.2.1", "::1", "::ffff:127.0.0.1"):
        assert [limits.wait(here) for _ in range(3)] == [None] * 3
    assert limits.wait(None) is None and limits.wait(None) is not None
