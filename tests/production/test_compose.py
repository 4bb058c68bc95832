"""Everything that docker-compose.yml and the Dockerfile name exists, and keeps to the rules of production mode."""

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shared.celery_factory import make_celery
from shared.contracts.queues import Queue
from shared.settings import Settings
from tests.production.compose import (
    COMPOSE_FILE,
    PAPER_FILE,
    ROOT,
    MissingVariable,
    example_environment,
    filled,
    load_yaml,
    raw,
    texts,
    variables,
)
from toasoan.place import Place
from toasoan.roles import SYNC, ProcessRole, Proof, house_roles

COMPOSE: dict[str, Any] = filled(raw(), example_environment())
SERVICES: dict[str, Any] = COMPOSE["services"]
TWINS = {name: name.removesuffix("-b") for name in SERVICES if name.endswith("-b")}
OURS = {
    name: service for name, service in SERVICES.items() if service["image"].startswith("toasoan:") and name not in TWINS
}
ONE_SHOT = {"ingest-migrate", "counter-migrate", "web-migrate", "tools", "elasticsearch-accounts"}
# Images of one program, without a shell or another program to ask it with: Prometheus asks them.
WITHOUT_HEALTHCHECK = {
    "redis-exporter",
    "postgres-exporter",
    "elasticsearch-exporter",
    "nginx-exporter",
    "node-exporter",
} | ONE_SHOT
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def roles() -> list[ProcessRole]:
    """The processes of a house whose Redis is elsewhere."""
    place = Place(
        data_dir=Path("data"),
        socket_dir=Path("data"),
        host="",
        web_port=8000,
        ingest_port=8001,
        site_url="",
        ingest_url="",
        demo=False,
        log_format="json",
        broker_socket=None,
        counters_socket=None,
    )
    embedded = house_roles(place)
    # Where one machine has one process for ingest's worker and relay, compose has two.
    apart = [replace(role, command=tuple(part for part in role.command if part != "with-relay")) for role in embedded]
    worker = next(role for role in apart if role.name == "ingest.worker")
    assert worker.command != next(role for role in embedded if role.name == "ingest.worker").command
    relay = replace(worker, name="ingest.relay", command=(*worker.command[:2], "services.ingest.relay"))
    return [*apart, relay]


def of_role(role: ProcessRole) -> dict[str, Any]:
    """The compose service that runs a role: the one with its command."""
    module = role.command[1:]
    found = [service for service in OURS.values() if service.get("command", [])[1:] == list(module)]
    assert len(found) == 1, role.name
    return dict(found[0])


@pytest.mark.parametrize("file", ["docker-compose.yml", "deploy/compose.tls.yml"])
def test_the_schema_of_compose_files(file: str) -> None:
    checked = subprocess.run(
        [Path(sys.executable).parent / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", ROOT / file],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


def test_every_process_of_the_house_has_its_service() -> None:
    long_running = {name for name in OURS if name not in ONE_SHOT | {"backup"}}
    assert len(long_running) == len(roles())
    for role in roles():
        service = of_role(role)
        test = service["healthcheck"]["test"]
        if role.proof is Proof.http:
            assert test[-2:] == ["http", str(role.port)]
            assert service["expose"] == [str(role.port)]
        else:
            assert test[-2:] == ["beat", role.name]
            assert service["expose"] == [service["environment"]["TOASOAN_METRICS_PORT"]]


def test_a_twin_is_the_same_service_under_the_same_name() -> None:
    """What people wait for has one, so that an update replaces one half after the other."""
    assert set(TWINS.values()) == {"web", "web-worker", "ingest", "ingest-relay", "search-query"}
    for twin, name in TWINS.items():
        mine, theirs = SERVICES[twin], SERVICES[name]
        assert mine | {"networks": None} == theirs | {"networks": None}
        assert set(mine["networks"]) == set(theirs["networks"])
        assert mine["networks"]["app"] == {"aliases": [name]}
    assert {name for name in (*TWINS, *TWINS.values()) if name.startswith(("web", "ingest"))} >= set(
        SERVICES["nginx"]["depends_on"]
    )


def test_modules_and_files_that_commands_name_exist() -> None:
    for name, service in OURS.items():
        command = service["command"]
        if command[:2] == ["python", "-m"]:
            assert importlib.util.find_spec(command[2]), name
        elif command[0] == "python":
            assert (ROOT / command[1].removeprefix("/app/")).is_file(), name
        else:
            assert name == "tools"
    for service in ("ingest", "counter", "web"):
        versions = list((ROOT / "services" / service / "migrations" / "versions").glob("*.py"))
        assert SERVICES[f"{service}-migrate"]["command"][-2:] == ["migrate", service]
        assert versions


def test_the_health_check_script_tells_well_from_ill(tmp_path: Path) -> None:
    script = ROOT / "deploy" / "image" / "health.py"
    (tmp_path / "run").mkdir()

    def run(*arguments: str) -> int:
        environment = {"TOASOAN_DATA_DIR": str(tmp_path)}
        command = [sys.executable, "-S", "-E", str(script), *arguments]
        return subprocess.run(command, env=environment, capture_output=True, check=False).returncode

    assert run("beat", "web.worker") == 1
    (tmp_path / "run" / "web.worker.alive").touch()
    assert run("beat", "web.worker") == 0
    assert run("http", "1") == 1
    assert run("nonsense") == 2


def test_environment_names_are_settings() -> None:
    known = {
        str(field.validation_alias or f"TOASOAN_{name.upper()}") for name, field in Settings.model_fields.items()
    } | {"BACKUP_EVERY_HOURS", "BACKUP_KEEP"}
    for name, service in OURS.items():
        assert set(service["environment"]) <= known, name


def test_the_settings_of_each_service_are_accepted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, service in OURS.items():
        with monkeypatch.context() as patch:
            for variable, value in service["environment"].items():
                patch.setenv(variable, value)
            patch.setenv("TOASOAN_DATA_DIR", str(tmp_path))
            settings = Settings()
        assert settings.production, name
        # Who migrates or copies speaks to databases alone.
        assert bool(settings.broker_url) == bool(settings.redis_url) == (name != "backup"), name
        assert bool(settings.elasticsearch_url) == name.startswith(("search", "tools")), name


def test_a_missing_secret_stops_compose() -> None:
    complete = example_environment()
    filled(raw(), complete)
    for name in (
        "TOASOAN_SECRET_KEY",
        "POSTGRES_PASSWORD",
        "WEB_REDIS_PASSWORD",
        "ELASTIC_PASSWORD",
        "TOASOAN_SITE_URL",
    ):
        with pytest.raises(MissingVariable, match=name):
            filled(raw(), {**complete, name: ""})
    plain = [text for text in texts(raw()) if re.search(r"(?i)(password|secret_key)", text) and "${" not in text]
    assert [text for text in plain if "$$" not in text and "/run/secrets" not in text] == []


def test_the_example_names_every_variable() -> None:
    lines = (ROOT / "deploy" / "example.env").read_text().splitlines()
    asked = {match[1] for line in lines if (match := re.match(r"([A-Z_]+)=$", line))}
    optional = {match[1] for line in lines if (match := re.match(r"#?([A-Z_0-9]+)=", line))} - asked
    wanted = variables(raw()) | {"ALERT_WEBHOOK_URL": True}
    wanted |= variables(load_yaml(ROOT / "deploy" / "compose.tls.yml")) | {"CERTIFICATES_DIR": False}
    assert asked == {name for name, must in wanted.items() if must}
    assert optional == {name for name, must in wanted.items() if not must}


def test_defaults_in_the_example_are_those_of_the_file() -> None:
    text = COMPOSE_FILE.read_text() + (ROOT / "deploy" / "compose.tls.yml").read_text()
    for name, value in re.findall(
        r"^#?([A-Z_0-9]+)=(.+)$", (ROOT / "deploy" / "example.env").read_text(), re.MULTILINE
    ):
        assert f"${{{name}:-{value}}}" in text


def test_only_nginx_is_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]
    assert [name for name, service in SERVICES.items() if "edge" in service["networks"]] == ["nginx"]
    grafana = [port for port in SERVICES["nginx"]["ports"] if port.endswith(":3000")]
    assert grafana == ["127.0.0.1:3000:3000"]
    assert all(COMPOSE["networks"][name].get("internal") for name in ("app", "data"))
    stores = ("postgres", "broker", "counters", "elasticsearch")
    assert all(SERVICES[name]["networks"] == ["data"] for name in stores)


def test_whoever_fetches_or_notifies_has_a_way_out_and_nobody_else_of_the_house() -> None:
    house = [name for name, service in SERVICES.items() if service["image"].startswith("toasoan:")]
    reaching = {name for name in house if "outside" in SERVICES[name]["networks"]}
    # Pictures and feeds, webhooks; the CDN and the WebSub hub.
    assert reaching >= {"ingest", "ingest-worker", "ingest-relay", "web-worker"}
    assert not reaching & {"web", "search-index", "search-query", "counter-worker"}


def test_what_is_handed_in_at_the_desk_is_where_the_loops_look() -> None:
    for name in ("ingest", "ingest-relay"):
        assert {"media:/data/media", "imports:/data/imports"} <= set(SERVICES[name]["volumes"]), name
    assert "/data/imports" in DOCKERFILE


def test_pictures_are_where_those_that_networks_show_are_cut_from_them() -> None:
    assert "media:/data/media:ro" in SERVICES["web"]["volumes"]


def test_every_container_is_held_tight() -> None:
    for name, service in SERVICES.items():
        assert service["restart"] == ("no" if name in ONE_SHOT else "always"), name
        assert re.match(r"[1-9]\d*:\d+$", service.get("user", "")) or name == "elasticsearch", name
        assert service["read_only"] or name == "elasticsearch", name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["mem_limit"], name
        assert service["logging"]["options"]["max-size"], name
        assert "stop_grace_period" in service or name == "elasticsearch", name
        assert ("healthcheck" in service) != (name in WITHOUT_HEALTHCHECK), name
        assert not service.get("privileged"), name


def test_images_are_pinned() -> None:
    for name, service in SERVICES.items():
        if service["image"] != "toasoan:local":
            assert re.search(r":v?\d+\.\d+(\.\d+)?(-[a-z]+)?$", service["image"]), name
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert bases
    assert all(re.search(r":\d+\.\d+\.\d+-", base) for base in bases)


def test_files_that_are_mounted_exist() -> None:
    tls = load_yaml(ROOT / "deploy" / "compose.tls.yml")
    volumes = set(COMPOSE["volumes"]) | set(tls["volumes"])
    services = [*SERVICES.values(), *tls["services"].values()]
    mounts = [volume for service in services for volume in service.get("volumes", [])]
    for mount in mounts:
        source, target, *options = mount.split(":") if not mount.startswith("${") else ("", "")
        if source.startswith("."):
            assert (ROOT / source).exists(), mount
            assert options == ["ro"], mount
        elif source and not source.startswith("/"):
            assert source in volumes, mount
        assert target.startswith("/") or not source
    used = {mount.split(":")[0] for mount in mounts}
    assert volumes <= used


def test_who_prints_the_imprint_is_given_it() -> None:
    """Everybody is told where it is; `web` prints it, `tools` tries themes with it."""
    (file,) = (config["file"] for config in COMPOSE["configs"].values())
    assert f"/{file.removeprefix('./')}" in (ROOT / ".gitignore").read_text().splitlines()
    for name, service in SERVICES.items():
        assert service.get("environment", {}).get("TOASOAN_PAPER_FILE", PAPER_FILE) == PAPER_FILE
        given = [config["target"] for config in service.get("configs", [])]
        assert given == ([PAPER_FILE] if name in ("web", "web-b", "tools") else []), name


def test_networks_secrets_and_dependencies_exist() -> None:
    for name, service in SERVICES.items():
        assert set(service["networks"]) <= set(COMPOSE["networks"]), name
        assert set(service.get("secrets", [])) <= set(COMPOSE.get("secrets", {})), name
        needs = service.get("depends_on", {})
        assert set(needs) <= set(SERVICES), name
        for other, how in needs.items() if isinstance(needs, dict) else ():
            if how["condition"] == "service_healthy":
                assert "healthcheck" in SERVICES[other], (name, other)
            if how["condition"] == "service_completed_successfully":
                assert SERVICES[other]["restart"] == "no", (name, other)


def test_who_talks_to_whom_shares_a_network() -> None:
    """Every host in an address of a service is a service on a network of its own."""
    for name, service in SERVICES.items():
        named = json.dumps([service.get("environment", {}), service.get("command", [])])
        hosts = set(re.findall(r"(?:@|//)([a-z-]+):\d+(?!\w)", named)) - {"exporter"}
        for host in hosts:
            assert host in SERVICES, (name, host)
            assert set(service["networks"]) & set(SERVICES[host]["networks"]), (name, host)


def test_ports_that_are_asked_are_exposed() -> None:
    for name, service in SERVICES.items():
        named = json.dumps([service.get("environment", {}), service.get("command", [])])
        for host, port in re.findall(r"(?:@|//|\")([a-z-]+):(\d+)(?!\w)", named):
            if host in SERVICES and host != "nginx":
                assert port in SERVICES[host]["expose"], (name, host, port)


def test_each_service_has_its_own_database() -> None:
    script = (ROOT / "deploy" / "postgres" / "databases.sh").read_text()
    for service in ("ingest", "counter", "web"):
        assert f'make {service} "${service.upper()}_DATABASE_PASSWORD"' in script
        for name in (f"{service}-migrate", service if service != "counter" else "counter-worker"):
            url = SERVICES[name]["environment"]["TOASOAN_DATABASE_URL"]
            password = example_environment()[f"{service.upper()}_DATABASE_PASSWORD"]
            assert url == f"postgresql://{service}:{password}@postgres:5432/{service}"
    assert not any("TOASOAN_DATABASE_URL" in SERVICES[name]["environment"] for name in ("search-index", "search-query"))


def test_redis_keeps_what_it_is_given() -> None:
    configuration = (ROOT / "deploy" / "redis" / "redis.conf").read_text()
    assert "\nappendonly yes\n" in configuration
    assert "\nmaxmemory-policy noeviction\n" in configuration
    assert "\nprotected-mode no\n" in configuration  # or nobody gets in from another host
    for name, sync in SYNC.items():
        command = SERVICES[name]["command"]
        assert command[command.index("--appendfsync") + 1] == sync


def test_what_lasts_has_a_volume() -> None:
    """Folders in the data dir that outlive a process (media, the journal of views, search's own file)."""
    lasting = {"ingest": "media:/data/media", "web": "views:/data/views", "search-index": "search:/data/search"}
    for name, volume in lasting.items():
        assert volume in SERVICES[name]["volumes"]
        assert volume.split(":")[1] in DOCKERFILE
    for store in ("postgres", "broker", "counters", "elasticsearch"):
        assert any(volume.startswith(f"{store}:/") for volume in SERVICES[store]["volumes"])


def test_celery_exporter_knows_every_queue() -> None:
    queues = next(part for part in SERVICES["celery-exporter"]["command"] if part.startswith("--queues="))
    assert queues.removeprefix("--queues=").split(",") == [queue.value for queue in Queue]


def test_the_image_copies_what_is_there_and_runs_as_nobody_in_particular() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    for source in re.findall(r"^COPY (?!--from)(\S+) ", DOCKERFILE, re.MULTILINE):
        assert (ROOT / source).exists(), source
        assert f"!{source.removesuffix('/')}" in ignored, source
    assert re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)[-1] == "10001:10001"
    assert "--require-hashes" in DOCKERFILE
    assert not re.search(r"\b(ADD|curl|wget)\b", DOCKERFILE)


def test_the_exporter_reads_the_keys_that_celery_writes() -> None:
    """Without the separator it finds no worker, and says so in an error at each scrape."""
    ours = make_celery("web").conf.broker_transport_options
    stated = dict(
        part.removeprefix("--broker-transport-option=").split("=", 1)
        for part in SERVICES["celery-exporter"]["command"]
        if part.startswith("--broker-transport-option=")
    )
    assert stated == {name: ours[name] for name in ("global_keyprefix", "sep")}


def test_shell_scripts_are_sound() -> None:
    for script in ROOT.glob("deploy/**/*.sh"):
        subprocess.run(["sh", "-n", script], check=True)
        assert script.read_text().count("set -eu") == 1


def test_alertmanager_is_configured(tmp_path: Path) -> None:
    program = shutil.which("amtool")
    if program is None:
        pytest.skip("amtool is not installed (Debian: prometheus-alertmanager)")
    text = (ROOT / "deploy" / "alertmanager" / "alertmanager.yml").read_text()
    assert "url_file: /run/alertmanager/webhook" in text
    # Debian's is older than the image: it knows the address only as such.
    file = tmp_path / "alertmanager.yml"
    file.write_text(text.replace("url_file: /run/alertmanager/webhook", "url: http://127.0.0.1/"))
    checked = subprocess.run([program, "check-config", file], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
