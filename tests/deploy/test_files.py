"""What stands in deploy/: sound by their own linters, and in step with the program."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.channels.configured import CHANNELS
from bot.privacy.keyring import parse_ring
from bot.settings import ROOT, load_settings, unknown_variables

DEPLOY = ROOT / "deploy"
WITHOUT_A_VALUE = {"HAQ_DOMAIN", "HAQ_IMAGE", "HAQ_ASSISTANT", "HAQ_DESK"}  # of compose and of Caddy alone
WEBHOOKS = {f"/webhooks/{name}/webhook" for name in CHANNELS}


def of_kind(kind: str) -> list[dict[str, Any]]:
    """All objects of one kind for Kubernetes."""
    found = (
        each
        for file in (DEPLOY / "kubernetes").glob("*.yaml")
        for each in yaml.safe_load_all(file.read_text())
    )
    return [each for each in found if each["kind"] == kind]


def pods() -> dict[str, dict[str, Any]]:
    """The pods that Kubernetes is told to run, by part."""
    jobs = [
        *of_kind("Deployment"),
        *of_kind("Job"),
        *(each["spec"]["jobTemplate"] for each in of_kind("CronJob")),
    ]
    templates = [each["spec"]["template"] for each in jobs]
    return {each["metadata"]["labels"]["part"]: each["spec"] for each in templates}


def compose() -> dict[str, Any]:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def in_the_image() -> list[str]:
    """What the ignore file lets through."""
    lines = (DEPLOY / "container" / "Containerfile.dockerignore").read_text().splitlines()
    return [line[1:] for line in lines if line.startswith("!")]


def test_every_setting_that_is_named_exists() -> None:
    known = re.compile(r"\bHAQ_[A-Z0-9_]+")
    files = [path for path in DEPLOY.rglob("*") if path.is_file() and path.suffix != ".json"]
    assert len(files) > 15
    named = {name for path in files for name in known.findall(path.read_text())} - WITHOUT_A_VALUE
    named -= {name for name in named if name.endswith("_")}  # HAQ_..._FILE
    assert unknown_variables(dict.fromkeys(named, "x")) == []
    assert {"HAQ_PROXIES", "HAQ_LOG_TO", "HAQ_PEOPLE_KEY_FILE"} <= named


def test_what_is_public_is_the_same_everywhere() -> None:
    """The webhooks of the apps and the web chat; neither the REST channel nor the numbers."""
    caddy = (DEPLOY / "proxy" / "Caddyfile").read_text()
    assert {*re.findall(r"/webhooks/\w+/webhook", caddy)} == WEBHOOKS
    (assistant,) = (each for each in of_kind("Ingress") if each["metadata"]["name"] == "assistant")
    paths = [each["path"] for rule in assistant["spec"]["rules"] for each in rule["http"]["paths"]]
    assert {*paths} == WEBHOOKS | {"/webhooks/web/"}
    nginx = (DEPLOY / "proxy" / "nginx.conf").read_text()
    (names,) = re.findall(r"\^/webhooks/\(([\w|]+)\)/webhook\$", nginx)
    assert {f"/webhooks/{name}/webhook" for name in names.split("|")} == WEBHOOKS
    published = {name: each["ports"] for name, each in compose()["services"].items() if "ports" in each}
    assert [*published] == ["proxy"]


def test_the_proxy_reaches_the_parts_from_where_it_is_believed() -> None:
    """On a second network that it shares with a part it would come from an address that is no proxy's."""
    services = compose()["services"]
    for part in ("assistant", "desk"):
        shared = {*services["proxy"]["networks"]} & {*services[part]["networks"]}
        assert shared == {"inside"}, part
    (config,) = compose()["networks"]["inside"]["ipam"]["config"]
    assert compose()["x-haq"]["environment"]["HAQ_PROXIES"] == config["subnet"]
    named = {name for each in services.values() for name in each.get("networks", ())}
    assert named == {*compose()["networks"]}


def test_a_new_image_cannot_silence_the_assistant() -> None:
    """Its law may contradict what was revised at the desk: that of before goes on, as with `haq run`."""
    assert compose()["services"]["law"]["command"] == ["rules", "load", "--or-keep"]
    assert pods()["law"]["containers"][0]["args"] == ["rules", "load", "--or-keep"]


def test_open_pages_do_not_keep_webhooks_out() -> None:
    """A long poll holds a connection: a camp behind one address has hundreds, a platform sends in floods."""
    server = (DEPLOY / "proxy" / "nginx.conf").read_text().partition("server_name haq.example.org;")[2]
    before, *places = re.split(r"^    location ", server.partition("\nserver {")[0], flags=re.MULTILINE)
    limits = {each.split(" {")[0]: re.findall(r"limit_conn \w+ (\d+);", each) for each in places}
    assert "limit_conn" not in before
    assert {place: each for place, each in limits.items() if each} == {"/webhooks/web/": ["500"]}


def test_no_secret_stands_in_a_setting() -> None:
    """They come from files: variables are inherited and listed."""
    from bot.settings import FROM_FILES

    environments = [each.get("environment") or {} for each in compose()["services"].values()]
    environments += [each["data"] for each in of_kind("ConfigMap")]
    assert len(environments) > 8
    assert [name for each in environments for name in each if name in FROM_FILES] == []
    assert of_kind("Secret") == []


def test_pods_may_do_as_little_as_possible() -> None:
    assert {*pods()} == {"assistant", "desk", "law", "backup"}
    for spec in pods().values():
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault"
        assert spec["automountServiceAccountToken"] is False
        (container,) = spec["containers"]
        may = container["securityContext"]
        assert may["allowPrivilegeEscalation"] is False and may["readOnlyRootFilesystem"] is True
        assert may["capabilities"] == {"drop": ["ALL"]}
        assert container["resources"]["limits"]["memory"]
        assert {each["name"] for each in container["volumeMounts"]} <= {
            each["name"] for each in spec["volumes"]
        }
    for service in ("assistant", "desk", "law", "backup"):
        parts = compose()["services"][service]
        assert parts["read_only"] and parts["cap_drop"] == ["ALL"] and "ports" not in parts


def test_all_manifests_are_applied() -> None:
    folder = DEPLOY / "kubernetes"
    listed = yaml.safe_load((folder / "kustomization.yaml").read_text())["resources"]
    assert {*listed, "kustomization.yaml"} == {path.name for path in folder.iterdir()}
    settings = {name for each in of_kind("ConfigMap") for name in each["data"]}
    mounted = {
        each["mountPath"] for spec in pods().values() for each in spec["containers"][0]["volumeMounts"]
    }
    assert {"HAQ_DATABASE_URL_FILE", "HAQ_PEOPLE_KEY_FILE"} <= settings
    for each in of_kind("ConfigMap"):
        files = [value for name, value in each["data"].items() if name.endswith("_FILE")]
        assert {str(Path(value).parent) for value in files} <= mounted


def test_probes_ask_what_there_is() -> None:
    for part in ("assistant", "desk"):
        (container,) = pods()[part]["containers"]
        assert container["livenessProbe"]["httpGet"]["path"] == "/health"
        assert container["readinessProbe"]["httpGet"]["path"] == "/health/ready"
        assert container["args"] == ["run", "--only", part]
    ports = {each["metadata"]["name"]: each["spec"]["ports"][0]["port"] for each in of_kind("Service")}
    usual = load_settings({})
    assert ports == {"assistant": usual.assistant_port, "desk": usual.desk_port}


def test_commands_of_containers_can_be_parsed() -> None:
    from bot.cli import cli

    said = [each["containers"][0]["args"] for each in pods().values()]
    services = compose()["services"]
    said += [services[name]["command"] for name in ("law", "assistant", "desk", "backup")]
    for arguments in said:
        command, rest = cli, list(arguments)
        while hasattr(command, "get_command"):
            found = command.get_command(None, rest.pop(0))  # type: ignore[arg-type]
            assert found is not None, arguments
            command = found
        command.make_context("haq", rest)  # raises for what it does not know


def test_secrets_that_are_made_fit(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    make = [str(DEPLOY / "make-secrets"), str(folder)]
    subprocess.run(make, check=True, capture_output=True)
    assert folder.stat().st_mode & 0o777 == 0o700
    wanted = {Path(each["file"]).name for each in compose()["secrets"].values()}
    made = {path.name: path.read_text() for path in folder.iterdir()}
    assert wanted <= {*made} and all(made.values())
    for name in ("people_key", "accounts_key"):
        assert len(parse_ring(made[name]).sealing) == 1
    assert made["people_key"] != made["accounts_key"]
    environment = compose()["x-haq"]["environment"]
    files = {
        name: str(value).replace("/run/secrets", str(folder)) for name, value in environment.items()
        if str(value).startswith("/run/secrets")
    }  # fmt: skip
    settings = load_settings(files)
    assert settings.database_url == settings.accounts_url == made["database_url"].strip()
    assert (
        made["postgres_password"] in settings.database_url and settings.redis_url == made["redis_url"].strip()
    )
    assert settings.rest_key and settings.metrics_key and settings.rest_key != settings.metrics_key
    subprocess.run(make, check=True, capture_output=True)
    assert {path.name: path.read_text() for path in folder.iterdir()} == made  # nothing is lost


def test_the_image_holds_nothing_but_the_program() -> None:
    """That it holds all of it is shown by running it: test_running.py."""
    assert {name.partition("/")[0] for name in in_the_image()} == {
        "LICENSE", "NOTICE", "actions", "bot", "config.yml", "credentials.yml", "data", "deploy", "domain",
        "endpoints.yml", "locales", "pyproject.toml", "tools", "uv.lock",
    }  # fmt: skip
    assert [name for name in in_the_image() if not (ROOT / name).exists()] == []


def test_healthy_needs_no_library() -> None:
    tree = ast.parse((DEPLOY / "container" / "healthy.py").read_text())
    imported = {each.module for each in ast.walk(tree) if isinstance(each, ast.ImportFrom)}
    assert {str(name).partition(".")[0] for name in imported} <= {"__future__", "urllib"}


@pytest.mark.parametrize("unit", ["haq.service", "haq-backup.service"])
def test_units_are_hardened(unit: str) -> None:
    said = dict(
        line.split("=", 1)
        for line in (DEPLOY / "systemd" / unit).read_text().splitlines()
        if re.match(r"\w+=", line)
    )
    assert said["User"] == "haq" and said["NoNewPrivileges"] == "yes" and said["ProtectSystem"] == "strict"
    assert said["CapabilityBoundingSet"] == "" and said["UMask"] == "0077"
    assert said["ExecStart"].split()[0] == "/opt/haq/haq"


@pytest.mark.slow
class TestLinters:
    """Each kind of file is judged by a program that others trust."""

    @pytest.fixture(scope="class")
    def tools(self) -> Path:
        from bot.commands.test import NoEnvironment, _environment

        try:
            return _environment("deploy", ".venv-deploy", sys.executable)
        except NoEnvironment as error:
            if os.environ.get("CI"):
                pytest.fail(str(error))
            pytest.skip(str(error))

    def test_all(self, tools: Path) -> None:
        manifests = sorted(map(str, (DEPLOY / "kubernetes").glob("*.yaml")))
        manifests = [name for name in manifests if not name.endswith("kustomization.yaml")]
        assert len(manifests) == 8
        checks = (
            ["hadolint", str(DEPLOY / "container" / "Containerfile")],
            ["check-jsonschema", "--builtin-schema", "vendor.compose-spec", str(DEPLOY / "compose.yaml")],
            ["kubernetes-validate", "--strict", "--quiet", "-k", "1.31", *manifests],
        )
        for program, *arguments in checks:
            ran = subprocess.run(
                [str(tools / program), *arguments], capture_output=True, text=True, check=False
            )
            assert ran.returncode == 0, f"{program}:\n{ran.stdout}{ran.stderr}"

    @pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
    def test_systemd(self, tmp_path: Path) -> None:
        for unit in (DEPLOY / "systemd").iterdir():
            text = unit.read_text().replace("ExecStart=/opt/haq/haq", "ExecStart=/bin/true")
            (tmp_path / unit.name).write_text(text)
        units = sorted(map(str, tmp_path.iterdir()))
        ran = subprocess.run(
            ["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False
        )
        ours = [line for line in ran.stderr.splitlines() if "haq" in line]
        assert ran.returncode == 0 and ours == [], ran.stderr
        for unit in ("haq.service", "haq-backup.service"):
            judge = ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(tmp_path / unit)]
            ran = subprocess.run(judge, capture_output=True, text=True, check=False)
            assert ran.returncode == 0, ran.stdout[-300:]
