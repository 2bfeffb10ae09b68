"""The description of the API is true: every answer is as its schema says, also under schemathesis."""

from __future__ import annotations

import os
import random
import shlex
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator, RefResolver

from bot.answers.calculators import CALCULATORS
from bot.commands.test import NoEnvironment, _environment
from bot.desk.api.serve import OPERATIONS
from bot.desk.app import desk_routes
from bot.rules.corridors import read_corridors
from bot.rules.vocabulary import LANGUAGES, SECTORS, STATUSES, TOPICS
from bot.settings import ROOT
from tests.desk.conftest import RunningDesk
from tests.desk.test_api import API, parameters

# What makes sense to a schema can still be nonsense: one country twice, a date before all law.
LEFT_OUT = "positive_data_acceptance"
EXAMPLES = 25  # of each operation


@pytest.fixture(scope="module")
def api(desk: RunningDesk) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{desk.address}{API}/", timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def description(api: httpx.Client) -> dict[str, Any]:
    found = api.get("openapi.json").json()
    assert isinstance(found, dict)
    return found


def mistakes(description: dict[str, Any], schema: str, body: Any) -> list[str]:
    """Where a body is not as a schema of the description says."""
    resolver = RefResolver.from_schema(description)
    validator = Draft202012Validator(
        {"$ref": f"#/components/schemas/{schema}"}, resolver=resolver,
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )  # fmt: skip
    return [f"{list(error.absolute_path)}: {error.message}" for error in validator.iter_errors(body)]


def test_every_address_is_described(description: dict[str, Any]) -> None:
    assert description["openapi"] == "3.1.0"
    described = {f"{API}{path}".replace("{id}", "{id:path}") for path in description["paths"]}
    served = {route.path for route in desk_routes() if route.path.startswith(f"{API}/")}
    others = {f"{API}/", f"{API}/openapi.json", f"{API}/calc/end_of_service"}
    assert described <= served and served - described <= others
    for address, path in description["paths"].items():
        named = [(each["name"], each["in"]) for each in path["get"]["parameters"]]
        assert len(named) == len(set(named))
        law = {"304", "429"} if address != "/counts" else {"403"}  # counts are kept by nobody, and need a key
        assert {"200", "401", "422", "500", "503"} | law <= set(path["get"]["responses"])


def test_schemas_are_schemas(description: dict[str, Any]) -> None:
    schemas = description["components"]["schemas"]
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    for operation in OPERATIONS:
        assert operation.schema in schemas
        assert mistakes(description, operation.schema, {"nothing": "of this"})


@pytest.mark.parametrize("name", CALCULATORS)
def test_calculations_are_as_described(api: httpx.Client, description: dict[str, Any], name: str) -> None:
    schema = next(each.schema for each in OPERATIONS if each.path == f"/calc/{name}")
    asked = parameters(shlex.split(CALCULATORS[name].example)[1:])
    body = api.get(f"calc/{name}", params=[*asked, ("lang", "ar")]).json()
    assert not mistakes(description, schema, body)


def test_a_last_day_that_cannot_be_counted_is_as_described(
    api: httpx.Client, description: dict[str, Any]
) -> None:
    asked = {"to": "RU", "topic": "complaint", "since": "2026-03-31"}
    body = api.get("calc/deadline", params=asked).json()
    assert any(each["last_day"] is None for each in body["results"])
    schema = next(each.schema for each in OPERATIONS if each.path == "/calc/deadline")
    assert not mistakes(description, schema, body)


@pytest.mark.parametrize(
    "path", ["calc", "rules?per_page=200", "rules/qa-minimum-wage", "vocabulary?lang=am", "countries?q=doha"]
)
def test_lists_are_as_described(api: httpx.Client, description: dict[str, Any], path: str) -> None:
    schema = next(
        each.schema
        for each in reversed(OPERATIONS)
        if path.partition("?")[0].startswith(each.path.partition("{")[0].strip("/"))
        and ("{" in each.path) == ("/" in path)
    )
    assert not mistakes(description, schema, api.get(path).json())


def test_answers_are_as_described(api: httpx.Client, description: dict[str, Any]) -> None:
    """The forty corridors, each with other topics, jobs, papers and languages."""
    chance = random.Random(8)
    for corridor in read_corridors(ROOT / "data" / "corridors.yml"):
        asked = {
            "from": corridor.origin, "to": corridor.destination, "sector": chance.choice(SECTORS),
            "status": chance.choice(STATUSES), "lang": chance.choice(LANGUAGES),
        }  # fmt: skip
        topics = chance.sample(TOPICS, 5)
        found = api.get("lookup", params={**asked, "topic": topics}).json()
        assert not mistakes(description, "Lookup", found), (asked, topics)
        assert not mistakes(description, "Map", api.get("map", params=asked).json()), asked


@pytest.mark.thorough
def test_schemathesis(desk: RunningDesk, api: httpx.Client) -> None:
    """Thousands of questions, made from the description: no fault of ours, no answer that it leaves out."""
    try:
        tools = _environment("api", ".venv-api", sys.executable)
    except NoEnvironment as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"NO SCHEMATHESIS: the API was not tried from outside: {error}")
    command = [
        str(tools / "schemathesis"), "run", f"{desk.address}{API}/openapi.json", "--no-color",
        "--exclude-checks", LEFT_OUT, "--max-examples", str(EXAMPLES), "--seed", "8",
    ]  # fmt: skip
    # From a folder of the test: it leaves files where it runs.
    ran = subprocess.run(
        command, cwd=desk.folder, capture_output=True, text=True, timeout=900, check=False,
        env={name: value for name, value in os.environ.items() if name != "CI"},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]
    assert f"Tested: {len(OPERATIONS) + 1}" in ran.stdout


def test_counts_are_as_described(desk: RunningDesk, description: dict[str, Any]) -> None:
    found = desk.client("viewer").get(f"{API}/counts")
    assert found.status_code == 200
    assert not mistakes(description, "Counts", found.json())
