"""The files of deploy/kubernetes are what Kubernetes takes, and the house of docker-compose.yml on many machines."""

import os
import re
import shutil
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import kubernetes_validate
import pytest
from ruamel.yaml import YAML

from shared.settings import Settings
from tests.production.compose import ROOT, load_yaml
from tests.production.kubernetes import (
    BASE,
    EXAMPLE,
    FOLDER,
    HOUSE,
    KUSTOMIZATION,
    NAME,
    NGINX,
    built,
    house,
    kustomization,
    objects,
    of_kind,
    one,
    selectors,
    variables,
    workloads,
)
from tests.production.test_compose import OURS, SERVICES, roles
from toasoan.roles import Proof

MIGRATIONS = {name: service["command"] for name, service in OURS.items() if name.endswith("-migrate")}
BACKUP = {"BACKUP_EVERY_HOURS", "BACKUP_KEEP"}
# The oldest version that knows every field that is used, and the newest that the package knows.
VERSIONS = ("1.31", kubernetes_validate.latest_version())
# Made by whoever makes certificates.
CERTIFICATES = {"site-tls", "desk-tls"}


# ---------------------------------------------------------------- what Kubernetes takes


@pytest.mark.parametrize("version", VERSIONS)
def test_the_schemas_of_kubernetes(version: str) -> None:
    assert len(objects()) > 50
    for manifest in objects():
        try:
            kubernetes_validate.validate(manifest, version, strict=True)
        except kubernetes_validate.ValidationError as error:
            where = ".".join(map(str, error.path))
            pytest.fail(f"{manifest['kind']} {manifest['metadata']['name']}: {where}: {error.message}")


def test_a_field_that_kubernetes_does_not_know_is_found() -> None:
    policy = {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "x"}}
    for spec in ({"maxUnavailble": 1}, {"maxUnavailable": [1]}):
        with pytest.raises(kubernetes_validate.ValidationError):
            kubernetes_validate.validate({**policy, "spec": spec}, VERSIONS[-1], strict=True)


@pytest.mark.parametrize("folder", [BASE, HOUSE, EXAMPLE, NGINX], ids=lambda folder: str(folder.name))
def test_every_file_is_named_and_every_name_is_a_file(folder: Path) -> None:
    read = kustomization(folder)
    named = [name for name in read.get("resources", []) if not (folder / name).is_dir()]
    for generated in read.get("configMapGenerator", []):
        named += [*generated.get("files", []), *generated.get("envs", [])]
    there = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    assert sorted(named) == sorted(name for name in there if name != KUSTOMIZATION and not name.startswith("tls/"))


def test_each_object_is_there_once_and_in_the_namespace() -> None:
    names = Counter((each["kind"], each["metadata"]["name"]) for each in objects())
    assert [name for name, number in names.items() if number > 1] == []
    assert {each["metadata"]["namespace"] for each in objects() if each["kind"] != "Namespace"} == {"toasoan"}


def test_what_the_house_has_in_common_says_nothing_twice() -> None:
    """kustomize refuses a key that stands twice in a file, but not in a patch."""
    for patch in kustomization(HOUSE)["patches"]:
        assert YAML(typ="safe", pure=True).load(patch["patch"])


def test_version_and_numbers_are_the_lines_of_composes_env() -> None:
    size = variables(EXAMPLE / "size.env")
    compose = variables(ROOT / "deploy" / "example.env")
    assert set(size) == {name for name in compose if name.endswith("_REPLICAS")} | {"TOASOAN_VERSION"}
    sources = [each["source"] for each in kustomization(EXAMPLE)["replacements"]]
    assert {source["name"] for source in sources} == {"size"}
    assert sorted(source["fieldPath"] for source in sources) == sorted(f"data.{name}" for name in size)


def test_version_and_numbers_come_from_one_file(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy")
    paper = tmp_path / "deploy" / "kubernetes" / "paper"
    shutil.copytree(EXAMPLE, paper)
    numbers = {name: number for number, name in enumerate(variables(EXAMPLE / "size.env"), start=3)}
    (paper / "size.env").write_text("".join(f"{name}={value}\n" for name, value in numbers.items()))
    there = {
        f"{each['metadata']['name'].upper().replace('-', '_')}_REPLICAS": each["spec"].get("minReplicas")
        for each in of_kind(built(paper), "HorizontalPodAutoscaler")
    }
    for name, workload in workloads(paper).items():
        there.setdefault(f"{name.upper().replace('-', '_')}_REPLICAS", workload.spec.get("replicas"))
        images = {each["image"] for each in workload.containers}
        assert images == {f"registry.example/toasoan:{numbers['TOASOAN_VERSION']}"} or name == "nginx", name
    assert there | numbers == {**there, "TOASOAN_VERSION": numbers["TOASOAN_VERSION"]}
    assert not [each for each in built(paper) if each["metadata"]["name"] == "size"]


# ---------------------------------------------------------------- the house of docker-compose.yml


def test_every_process_of_the_house_runs_once() -> None:
    wanted = {name: service["command"] for name, service in OURS.items() if service["restart"] == "always"}
    assert len(wanted) == len(roles()) + 1  # and the backup's keeper
    found = {name: workload.container["command"] for name, workload in house().items() if name != "tools"}
    assert found == wanted
    for role in roles():
        commands = [command[1:] for command in found.values()]
        assert commands.count(list(role.command[1:])) == 1, role.name


def test_each_migration_runs_before_one_workload_of_its_service() -> None:
    found = [(workload.name, first["command"]) for workload in house().values() for first in workload.first]
    assert sorted(command for _, command in found) == sorted(MIGRATIONS.values())
    assert all(name.split("-")[0] == command[-1] for name, command in found)
    # Readers are served while web's database is away, from a replica too.
    assert not house()["web"].first


def test_probes_ask_what_the_process_answers() -> None:
    for role in roles():
        (workload,) = (each for each in house().values() if each.container["command"][1:] == list(role.command[1:]))
        probes = {kind: workload.container.get(f"{kind}Probe") for kind in ("startup", "liveness", "readiness")}
        if role.proof is Proof.http:
            assert workload.ports == {role.port}
            asked = {kind: probe["httpGet"] for kind, probe in probes.items() if probe}
            assert {kind: (each["path"], each["port"]) for kind, each in asked.items()} == {
                "startup": ("/healthz", role.port),
                "liveness": ("/healthz", role.port),
                "readiness": ("/readyz", role.port),
            }
        else:
            test = ["python", "-S", "-E", "/app/health.py", "beat", role.name]
            assert [probe["exec"]["command"] for probe in probes.values() if probe] == [test, test], role.name
    for workload in workloads().values():
        for kind in ("startup", "liveness", "readiness"):
            asked = workload.container.get(f"{kind}Probe", {}).get("httpGet")
            assert asked is None or asked["port"] in workload.ports, workload.name


def test_workers_wait_for_a_store_that_is_away() -> None:
    for name, workload in house().items():
        probe = workload.container.get("startupProbe")
        if probe and "exec" in probe:
            assert probe["periodSeconds"] * probe["failureThreshold"] >= 600, name


def test_one_image_for_every_process_and_the_edge_of_compose() -> None:
    ours = {container["image"] for each in house().values() for container in each.containers}
    assert ours == {f"registry.example/toasoan:{variables(EXAMPLE / 'size.env')['TOASOAN_VERSION']}"}
    assert workloads()["nginx"].container["image"] == SERVICES["nginx"]["image"]
    assert [image["name"] for image in kustomization(EXAMPLE)["images"]] == ["toasoan"]


# ---------------------------------------------------------------- names that lead somewhere


RANDOM = "5f0c1b7e9a3d42868e1f70b2c4d6a8091f3e"
STORES = {"TOASOAN_DATABASE_URL", "TOASOAN_BROKER_URL", "TOASOAN_REDIS_URL", "ELASTICSEARCH_URL"}


def test_environment_names_are_settings() -> None:
    known = {str(field.validation_alias or f"TOASOAN_{name.upper()}") for name, field in Settings.model_fields.items()}
    for name, workload in house().items():
        for container in workload.containers:
            found = set(workload.environment(container))
            assert found <= known | (BACKUP if name == "backup" else set()), name
        compose = set(SERVICES[name]["environment"]) - {"TOASOAN_OTLP_ENDPOINT"}
        compose = {variable for variable in compose if not variable.startswith("TOASOAN_SMTP_")}
        assert compose <= set(workload.environment()), name


def test_the_settings_of_each_process_are_accepted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, workload in house().items():
        for container in workload.containers:
            with monkeypatch.context() as patch:
                for variable, value in workload.environment(container).items():
                    patch.setenv(variable, value)
                patch.setenv("TOASOAN_DATA_DIR", str(tmp_path))
                with pytest.raises(ValueError, match="TOASOAN_SECRET_KEY"):
                    Settings()  # the example has none
                patch.setenv("TOASOAN_SECRET_KEY", RANDOM)
                with pytest.raises(ValueError, match="password"):
                    Settings()  # nor passwords
                for variable in STORES & set(os.environ):
                    patch.setenv(variable, os.environ[variable].replace("PASSWORD", RANDOM))
                settings = Settings()
            assert settings.production
            assert bool(settings.broker_url) == bool(settings.redis_url) == (name != "backup"), name
            assert settings.metrics_port == 9100
            assert bool(settings.elasticsearch_url) == name.startswith(("search", "tools")), name
            assert bool(settings.database_url) != name.startswith("search"), name


def test_each_service_knows_its_own_accounts_alone() -> None:
    compose = {name: service["environment"] for name, service in OURS.items()}
    for name, workload in house().items():
        environment = workload.environment()
        url = environment.get("TOASOAN_DATABASE_URL", "")
        for variable in STORES:
            theirs = [urlsplit(given.get(variable, "")).username for given in (environment, compose[name])]
            assert theirs[0] == theirs[1], (name, variable)
        service = name.split("-")[0]
        if name in ("backup", "tools"):
            assert url.endswith("/{service}")
        elif service != "search":
            assert re.fullmatch(rf"postgresql://{service}:PASSWORD@[a-z.]+:5432/{service}", url), name


def test_every_map_and_secret_that_is_named_is_there_and_used() -> None:
    used: set[tuple[str, str]] = set()
    for workload in workloads().values():
        for container in workload.containers:
            for source in container.get("envFrom", []):
                used |= {
                    ({"configMapRef": "ConfigMap", "secretRef": "Secret"}[kind], ref["name"])
                    for kind, ref in source.items()
                }
            assert not any("valueFrom" in each for each in container.get("env", [])), "this test does not know it"
        used |= {("ConfigMap", each["configMap"]["name"]) for each in workload.pod["volumes"] if "configMap" in each}
        for mount in workload.container["volumeMounts"]:
            if "subPath" in mount:
                (volume,) = (each for each in workload.pod["volumes"] if each["name"] == mount["name"])
                assert mount["subPath"] in one(objects(), "ConfigMap", volume["configMap"]["name"])["data"]
    assert used == {(each["kind"], each["metadata"]["name"]) for each in of_kind(objects(), "ConfigMap", "Secret")}
    # Secrets are the paper's, and nothing else in the base is.
    assert not of_kind(built(BASE), "Secret", "Ingress")


def test_every_selector_finds_a_pod() -> None:
    for each in objects():
        for labels in selectors(each.get("spec", {})):
            finds = [name for name, workload in workloads().items() if labels.items() <= workload.labels.items()]
            assert finds, (each["kind"], each["metadata"]["name"], labels)
    for name, workload in workloads().items():
        assert workload.spec["selector"]["matchLabels"] == {NAME: name}
        assert workload.labels[NAME] == name


def test_services_lead_to_ports_that_are_open() -> None:
    services = {each["metadata"]["name"]: each["spec"] for each in of_kind(objects(), "Service")}
    assert set(services) == set(workloads()) - {"tools"} | {"nginx-each"}
    for name, service in services.items():
        chosen = workloads()[service["selector"]["app.kubernetes.io/name"]]
        assert {port.get("targetPort", port["port"]) for port in service["ports"]} <= chosen.ports
        if name == "nginx-each":
            assert service["clusterIP"] == "None"
            continue
        if workloads()[name].kind == "StatefulSet":
            assert workloads()[name].spec["serviceName"] == name
            assert service["clusterIP"] == "None"
    for each in of_kind(objects(), "Ingress"):
        hosts = {host for tls in each["spec"]["tls"] for host in tls["hosts"]}
        assert {tls["secretName"] for tls in each["spec"]["tls"]} == CERTIFICATES
        assert hosts == {rule["host"] for rule in each["spec"]["rules"]}
        for path in (path for rule in each["spec"]["rules"] for path in rule["http"]["paths"]):
            backend = path["backend"]["service"]
            assert backend["port"]["name"] in {port["name"] for port in services[backend["name"]]["ports"]}


def test_prometheus_finds_every_process_by_the_names_it_knows() -> None:
    jobs = load_yaml(ROOT / "deploy" / "prometheus" / "prometheus.yml")["scrape_configs"]
    wanted = {(how["names"][0], how["port"]) for job in jobs for how in job.get("dns_sd_configs", [])} | {
        ("backup", 9100)
    }
    there = {
        (each["metadata"]["name"], port["port"])
        for each in of_kind(objects(), "Service")
        for port in each["spec"]["ports"]
    }
    assert wanted == there - {("nginx", 80), ("nginx-each", 8081)}
    policy = one(objects(), "NetworkPolicy", "metrics")["spec"]
    open_to_it = {port["port"] for port in policy["ingress"][0]["ports"]}
    assert open_to_it == {port for _, port in wanted}


def test_nginx_is_told_what_compose_tells_it() -> None:
    edge = one(objects(), "ConfigMap", "edge")["data"]
    assert set(edge) == set(SERVICES["nginx"]["environment"])
    for name, variable in (("web", "WEB_UPSTREAM"), ("ingest", "INGEST_UPSTREAM")):
        (port,) = workloads()[name].ports
        assert edge[variable] == f"{name}.{kustomization(BASE)['namespace']}.svc.cluster.local:{port} resolve"
    assert workloads()["nginx"].ports == {int(edge["HTTP_LISTEN"]), int(edge["STATUS_LISTEN"])}
    settings = one(objects(), "ConfigMap", "settings")["data"]
    hosts = [urlsplit(settings[name]).hostname for name in ("TOASOAN_SITE_URL", "TOASOAN_INGEST_URL")]
    assert hosts == [edge["SITE_HOST"], edge["DESK_HOST"]]
    assert hosts == [rule["host"] for rule in of_kind(objects(), "Ingress")[0]["spec"]["rules"]]
    wanted = {target for volume in SERVICES["nginx"]["volumes"] if (target := volume.split(":")[1])}
    assert wanted <= set(workloads()["nginx"].mounts)


def test_a_filled_in_copy_stays_out_of_git() -> None:
    assert "/deploy/kubernetes/paper/" in (ROOT / ".gitignore").read_text().splitlines()
    assert sorted(path.name for path in FOLDER.iterdir() if path.name != "paper") == ["base", "example", "house"]
