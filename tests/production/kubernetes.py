"""deploy/kubernetes as kustomize puts it together."""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.production.compose import ROOT, load_yaml

FOLDER = ROOT / "deploy" / "kubernetes"
BASE, HOUSE, EXAMPLE, NGINX = FOLDER / "base", FOLDER / "house", FOLDER / "example", ROOT / "deploy" / "nginx"
KUSTOMIZATION = "kustomization.yaml"
NAME = "app.kubernetes.io/name"

Object = dict[str, Any]


def kustomization(folder: Path) -> Object:
    return dict(load_yaml(folder / KUSTOMIZATION))


def variables(file: Path) -> dict[str, str]:
    """The lines of an .env file."""
    lines = [line for line in file.read_text().splitlines() if line and not line.startswith("#")]
    pairs = [line.partition("=")[::2] for line in lines]
    assert len(dict(pairs)) == len(pairs), f"{file}: a name stands there twice"
    return dict(pairs)


def _kustomize() -> Path:
    """The program that tests/packages.sh builds. Skips the test where it could not."""
    folder = re.search(r"toasoan-kustomize/\S+", (ROOT / "tests" / "packages.sh").read_text())
    assert folder
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    program = cache / folder[0] / "kustomize"
    if not program.exists():
        pytest.skip("kustomize is not here: tests/packages.sh builds it (Debian: golang-go)")
    return program


@lru_cache(maxsize=8)
def built(folder: Path) -> list[Object]:
    """The objects of a folder, and of those that it builds on."""
    done = subprocess.run([_kustomize(), "build", folder], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return [dict(document) for document in YAML(typ="safe", pure=True).load_all(done.stdout)]


def objects() -> list[Object]:
    """What a paper gives to Kubernetes that took the example as it is."""
    return built(EXAMPLE)


def one(objects: list[Object], kind: str, name: str) -> Object:
    """The object of that name; a ConfigMap is also found by the name without what kustomize hangs on it."""
    hashed = re.compile(re.escape(name) + ("(-[a-z0-9]{10})?" if kind == "ConfigMap" else ""))
    found = [each for each in of_kind(objects, kind) if hashed.fullmatch(each["metadata"]["name"])]
    assert len(found) == 1, f"{len(found)} of {kind} {name}"
    return found[0]


def of_kind(objects: list[Object], *kinds: str) -> list[Object]:
    return [each for each in objects if each["kind"] in kinds]


@dataclass(frozen=True)
class Workload:
    """A Deployment or StatefulSet."""

    name: str
    kind: str
    spec: Object
    """Of the object."""
    pod: Object
    """Of its pods."""
    labels: dict[str, str]
    container: Object
    first: list[Object] = field(default_factory=list)
    """Its init containers."""

    @property
    def containers(self) -> list[Object]:
        return [*self.first, self.container]

    @property
    def ports(self) -> set[int]:
        return {port["containerPort"] for port in self.container.get("ports", [])}

    @property
    def mounts(self) -> dict[str, str]:
        """Path -> volume."""
        return {mount["mountPath"]: mount["name"] for mount in self.container["volumeMounts"]}

    def environment(self, container: Object | None = None) -> dict[str, str]:
        """What a container finds in its environment."""
        container = container or self.container
        found: dict[str, str] = {}
        for source in container.get("envFrom", []):
            for kind, where, key in (("ConfigMap", "configMapRef", "data"), ("Secret", "secretRef", "stringData")):
                if where in source:
                    found |= one(objects(), kind, source[where]["name"])[key]
        return found | {each["name"]: each["value"] for each in container.get("env", [])}


def workloads(folder: Path = EXAMPLE) -> dict[str, Workload]:
    found = {}
    for each in of_kind(built(folder), "Deployment", "StatefulSet"):
        template = each["spec"]["template"]
        (container,) = template["spec"]["containers"]
        name = each["metadata"]["name"]
        first = template["spec"].get("initContainers", [])
        found[name] = Workload(
            name, each["kind"], each["spec"], template["spec"], template["metadata"]["labels"], container, first
        )
    return found


def house() -> dict[str, Workload]:
    """Our own processes: all but nginx."""
    return {name: workload for name, workload in workloads().items() if name != "nginx"}


def selectors(value: Any, inside: str = "") -> Iterator[dict[str, str]]:
    """Every set of labels that something in an object looks for, an `In` as one set for each of its values."""
    if isinstance(value, list):
        for part in value:
            yield from selectors(part, inside)
    if not isinstance(value, dict):
        return
    if inside in ("selector", "labelSelector", "podSelector"):
        if not set(value) & {"matchLabels", "matchExpressions"}:
            yield value
        elif "matchLabels" in value:
            yield value["matchLabels"]
        for wanted in value.get("matchExpressions", []):
            assert wanted["operator"] == "In"
            yield from ({wanted["key"]: each} for each in wanted["values"])
        return
    for key, part in value.items():
        yield from selectors(part, key)


def seconds(text: str) -> int:
    """30s"""
    assert text.endswith("s")
    return int(text[:-1])


def mebibytes(text: str) -> int:
    """768Mi and 1Gi, as well as compose's 768m and 1g."""
    unit = text.lstrip("0123456789")
    return int(text.removesuffix(unit)) * {"Mi": 1, "m": 1, "Gi": 1024, "g": 1024}[unit]
