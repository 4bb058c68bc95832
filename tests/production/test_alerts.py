"""Alerts: each is tested by promtool both ways and has its section in the runbook; every process is scraped."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy.prometheus import build, local_targets
from shared import telemetry
from tests.compose import hasty
from tests.compose.harm import broken, locks, still, stores
from tests.production.compose import ROOT, example_environment, filled, load_yaml, raw

FOLDER = ROOT / "deploy" / "prometheus"
RULE_FILES = sorted(FOLDER.glob("rules/*.yml"))
TEST_FILES = sorted(FOLDER.glob("tests/*.yml"))
RULES: list[dict[str, Any]] = [
    rule for file in RULE_FILES for group in load_yaml(file)["groups"] for rule in group["rules"]
]
ALERTS = [rule for rule in RULES if "alert" in rule]
ONE_MACHINE: list[dict[str, Any]] = load_yaml(FOLDER / "one_machine.yml")["groups"][0]["rules"]
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()


def promtool(*arguments: str | Path) -> None:
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool is not installed (Debian: prometheus)")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_rules_can_be_read() -> None:
    promtool("check", "rules", *RULE_FILES, FOLDER / "one_machine.yml")


@pytest.mark.parametrize("file", TEST_FILES, ids=lambda file: file.stem)
def test_alerts_fire_when_they_must_and_only_then(file: Path) -> None:
    promtool("test", "rules", file)


def test_every_alert_is_tested_both_ways() -> None:
    fires: set[tuple[str, str | None]] = set()
    silent: set[tuple[str, str | None]] = set()
    for file in TEST_FILES:
        for test in load_yaml(file)["tests"]:
            for case in test["promql_expr_test"]:
                name = re.search(r'alertname="(\w+)"', case["expr"])
                burn = re.search(r'burn="([\w.]+)"', case["expr"])
                assert name, case
                (fires if case["exp_samples"] else silent).add((name[1], burn[1] if burn else None))
    wanted = {(alert["alert"], alert["labels"].get("burn")) for alert in (*ALERTS, *ONE_MACHINE)}
    assert wanted - fires == set()
    assert wanted - silent == set()


def test_every_alert_has_a_fault_that_is_caused_in_containers() -> None:
    rounds = (still.STANDING_STILL, stores.AWAY, stores.FULL_DISK, locks.LOCKED, broken.BROKEN, broken.WATCHERS)
    caused = {alert.split()[0] for chains in rounds for chain in chains for fault in chain for alert in fault.alerts}
    assert caused == {alert["alert"] for alert in ALERTS}, "tests/compose/harm has the faults"


def test_the_watch_in_haste_can_be_read(tmp_path: Path) -> None:
    hasty.write(tmp_path)
    promtool("check", "config", tmp_path / "prometheus.yml")
    rules = [rule for file in RULE_FILES for group in load_yaml(file)["groups"] for rule in group["rules"]]
    hasted = [
        rule
        for file in RULE_FILES
        for group in load_yaml(tmp_path / "rules" / file.name)["groups"]
        for rule in group["rules"]
    ]
    assert len(hasted) == len(rules)
    for rule, fast in zip(rules, hasted, strict=True):
        assert fast["labels"] == rule["labels"] if "alert" in rule else fast["record"] == rule["record"]
        assert "for" not in rule or hasty.seconds(fast["for"]) <= 120


def test_every_alert_says_whom_it_wakes_and_what_to_do() -> None:
    sections = dict(re.findall(r"^### (\w+)\n(.+?)(?=^##|\Z)", RUNBOOK, re.MULTILINE | re.DOTALL))
    for alert in (*ALERTS, *ONE_MACHINE):
        assert alert["labels"]["severity"] in ("page", "ticket"), alert
        assert alert["annotations"]["summary"], alert
        assert alert["annotations"]["runbook"] == f"docs/runbook.md#{alert['alert'].lower()}"
        assert "```sh\n" in sections[alert["alert"]], f"{alert['alert']} has no command in the runbook"
    assert set(sections) == {alert["alert"] for alert in (*ALERTS, *ONE_MACHINE)}


def services_named(command: str) -> list[str]:
    """The services that a `docker compose` command of the runbook is about, as far as it names them."""
    verb, *words = re.split("[|#>;]", command)[0].split()
    named = [word for word in words if re.fullmatch("[a-z][a-z-]*", word)]
    return named[:1] if verb == "exec" else named if verb in ("logs", "ps", "restart") else []


def test_commands_in_the_runbook_exist() -> None:
    from toasoan.cli import COMMANDS

    services = filled(raw(), example_environment())["services"]
    for command in re.findall(r"run --rm tools ([a-z]+)", RUNBOOK):
        assert command in COMMANDS, command
    for line in re.findall(r"^docker compose (.+)$", RUNBOOK, re.MULTILINE):
        named = set(services_named(line))
        assert named <= set(services), line
        if not line.startswith("exec"):
            assert {f"{name}-b" for name in named} & set(services) <= named, f"one half only: {line}"
    for link in re.findall(r"\]\(#([a-z]+)\)", RUNBOOK):
        assert re.search(rf"^### {link}$", RUNBOOK, re.MULTILINE | re.IGNORECASE), link


def test_rules_speak_of_metrics_that_exist() -> None:
    """Ours by the registry, the exporters' by what a real one says (tests/production/test_exporters.py)."""
    ours = {metric.name for metric in telemetry.REGISTRY.collect()} | {"process_start_time_seconds"}
    foreign = ("redis_", "pg_", "elasticsearch_", "nginx_", "node_", "prometheus_", "alertmanager_", "backup_", "slo:")
    for file in (*RULE_FILES, FOLDER / "one_machine.yml"):
        for group in load_yaml(file)["groups"]:
            for rule in group["rules"]:
                expression = re.sub(r'"[^"]*"', "", re.sub(r"\{[^}]*\}|\[[^]]*\]", "", rule["expr"]))
                for name in re.findall(r"(?<![\w:])[a-z][a-z0-9]*(?:_[a-z0-9]+)+(?![\w(:])", expression):
                    base = re.sub(r"_(total|count|sum|bucket)$", "", name)
                    known = name in ours or base in ours or name.startswith(foreign)
                    assert known or name in ("queue_name",), (rule, name)


def test_the_objectives_file_is_what_the_table_makes() -> None:
    assert build.RULES.read_text() == build.rendered(), "run python deploy/prometheus/build.py"


@pytest.mark.parametrize("name", ["prometheus.yml", "local.yml"])
def test_the_configuration_can_be_read(name: str, tmp_path: Path) -> None:
    shutil.copytree(FOLDER / "rules", tmp_path / "rules")
    for file in (name, "one_machine.yml"):
        shutil.copy(FOLDER / file, tmp_path)
    (tmp_path / "targets.json").write_text("[]")
    promtool("check", "config", tmp_path / name)


def test_every_process_of_compose_is_scraped() -> None:
    services = filled(raw(), example_environment())["services"]
    jobs = load_yaml(FOLDER / "prometheus.yml")["scrape_configs"]
    scraped: dict[str, str] = {}
    for job in jobs:
        for found in job.get("dns_sd_configs", []):
            scraped |= {name: str(found["port"]) for name in found["names"]}
        for static in job.get("static_configs", []):
            scraped |= dict(target.split(":") for target in static["targets"])
    mine = scraped.pop("localhost")
    assert services["prometheus"]["expose"] == [mine]
    for name, port in scraped.items():
        assert port in services[name]["expose"], name
        # The two Redis are asked by way of their exporter.
        assert "app" in services[name]["networks"] or name in ("broker", "counters"), name
    for name, service in services.items():
        if service["image"].startswith("toasoan:") and "expose" in service:
            # A twin answers by its service's name, too.
            networks = service["networks"]
            names = networks["app"].get("aliases", []) if isinstance(networks, dict) else []
            assert {name, *names} & set(scraped), name
    exporters = {name for name in services if name.endswith("-exporter")} - {"redis-exporter"}
    assert exporters <= set(scraped)


def test_an_exporter_gives_up_before_prometheus_does() -> None:
    """Else a store that is away is told as an exporter that is."""
    services = filled(raw(), example_environment())["services"]
    patience = load_yaml(FOLDER / "prometheus.yml")["global"]["scrape_timeout"]
    assert patience == "10s"
    for name, setting in {
        "redis-exporter": "REDIS_EXPORTER_CONNECTION_TIMEOUT': '3s'",
        "postgres-exporter": "connect_timeout=3",
        "elasticsearch-exporter": "--es.timeout=3s",
        "nginx-exporter": "--nginx.timeout=3s",
    }.items():
        assert setting in str([services[name].get("environment"), services[name].get("command")]), name


def test_the_targets_of_a_house_on_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        {"role": "supervisor", "metrics_url": None},
        {"role": "web.http", "metrics_url": "http://127.0.0.1:8000/metrics"},
    ]
    monkeypatch.setattr(local_targets, "ask", lambda: rows)
    file = tmp_path / "targets.json"
    assert local_targets.main([str(file)]) == 0
    assert json.loads(file.read_text()) == [
        {"targets": ["127.0.0.1:8000"], "labels": {"job": "web.http", "__metrics_path__": "/metrics"}}
    ]


def test_without_a_house_there_are_no_targets(tmp_path: Path) -> None:
    command = [sys.executable, str(FOLDER / "local_targets.py"), str(tmp_path / "targets.json")]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    assert json.loads((tmp_path / "targets.json").read_text()) == []
