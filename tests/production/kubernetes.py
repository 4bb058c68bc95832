"""deploy/kubernetes as kustomize would put it together, but for the namespace and the hashes in names of ConfigMaps."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.production.compose import ROOT, load_yaml

FOLDER = ROOT / "deploy" / "kubernetes"
BASE, EXAMPLE, NGINX = FOLDER / "base", FOLDER / "example", ROOT / "deploy" / "nginx"
KUSTOMIZATION = "kustomization.yaml"
_KNOWN = {"apiVersion", "kind", "namespace", "resources", "images", "configMapGenerator", "replacements"}
NAME = "app.kubernetes.io/name"

Object = dict[str, Any]


def documents(file: Path) -> list[Object]:
    """Every object of a file; a key that stands there twice is an error."""
    return [dict(document) for document in YAML(typ="safe", pure=True).load_all(file.read_text())]


def kustomization(folder: Path) -> Object:
    read = dict(load_yaml(folder / KUSTOMIZATION))
    assert set(read) <= _KNOWN, f"{folder}: this reader knows nothing of {set(read) - _KNOWN}"
    return read


def variables(file: Path) -> dict[str, str]:
    """The lines of an .env file."""
    lines = [line for line in file.read_text().splitlines() if line and not line.startswith("#")]
    pairs = [line.partition("=")[::2] for line in lines]
    assert len(dict(pairs)) == len(pairs), f"{file}: a name stands there twice"
    return dict(pairs)


def built(folder: Path) -> list[Object]:
    """The objects of a folder and of the folders that it builds on."""
    wanted = kustomization(folder)
    found: list[Object] = []
    for name in wanted.get("resources", []):
        there = folder / name
        found += built(there.resolve()) if there.is_dir() else documents(there)
    for generated in wanted.get("configMapGenerator", []):
        if "config.kubernetes.io/local-config" in generated.get("options", {}).get("annotations", {}):
            # Only read by kustomize itself.
            continue
        data = {Path(name).name: (folder / name).read_text() for name in generated.get("files", [])}
        for name in generated.get("envs", []):
            data |= variables(folder / name)
        if generated.get("behavior") == "merge":
            one(found, "ConfigMap", generated["name"])["data"].update(data)
        else:
            named = {"name": generated["name"]}
            found.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": named, "data": data})
    return found


def one(objects: list[Object], kind: str, name: str) -> Object:
    found = [each for each in objects if each["kind"] == kind and each["metadata"]["name"] == name]
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

    def environment(self, objects: list[Object], container: Object | None = None) -> dict[str, str]:
        """What a container finds in its environment."""
        container = container or self.container
        found: dict[str, str] = {}
        for source in container.get("envFrom", []):
            for kind, where, key in (("ConfigMap", "configMapRef", "data"), ("Secret", "secretRef", "stringData")):
                if where in source:
                    found |= one(objects, kind, source[where]["name"])[key]
        return found | {each["name"]: each["value"] for each in container.get("env", [])}


@lru_cache(maxsize=1)
def example() -> list[Object]:
    return built(EXAMPLE)


def workloads(objects: list[Object]) -> dict[str, Workload]:
    found = {}
    for each in of_kind(objects, "Deployment", "StatefulSet"):
        template = each["spec"]["template"]
        (container,) = template["spec"]["containers"]
        name = each["metadata"]["name"]
        first = template["spec"].get("initContainers", [])
        found[name] = Workload(
            name, each["kind"], each["spec"], template["spec"], template["metadata"]["labels"], container, first
        )
    return found


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
