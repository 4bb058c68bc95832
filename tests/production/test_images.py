"""Every image has a version with its holes mended and, where a registry was asked, a digest; and stands in one list."""

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from deploy.images.pins import OVERLAY, named, overlay, pins
from deploy.images.sbom import bill
from tests.production.compose import ROOT, load_yaml, raw
from tests.security import packages
from tests.security.packages import holds, numbers

PINS = {f"{pin['name']}:{pin['tag']}": pin for pin in pins()}


def in_files() -> set[str]:
    """Every image that a file of ours names."""
    found = {service["image"] for service in raw()["services"].values()}
    found |= {
        service["image"]
        for service in load_yaml(ROOT / "deploy/compose.tls.yml")["services"].values()
        if "image" in service
    }
    found |= set(re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    for file in ROOT.glob("deploy/kubernetes/**/*.yaml"):
        found |= set(re.findall(r"^\s*image: (\S+)", file.read_text(), re.MULTILINE))
    return {image for image in found if not image.startswith("toasoan:")}


def test_the_list_holds_what_files_name_and_nothing_else() -> None:
    assert in_files() == set(PINS)
    assert set(Counter(pin["name"] for pin in pins()).values()) == {1}, "one version of each"
    for image, pin in PINS.items():
        assert pin["by"] and pin["use"], f"who updates {image}?"
        assert re.fullmatch(r"(sha256:[0-9a-f]{64})?", pin["digest"]), image
        assert re.search(r"v?\d+\.\d+", pin["tag"]), image


def test_no_version_is_older_than_its_line_s_mend() -> None:
    for image, pin in PINS.items():
        mended = [numbers(version) for version in pin.get("mended", [])]
        assert holds(numbers(pin["tag"]), mended), image
    assert PINS.keys() & {image for image in PINS if image.startswith("redis:")}


MENDED, OPEN = "7.2.11 7.4.9 8.2.2 8.4.0".split(), "6.2.20 7.0.15 7.2.10 7.4.5 8.0.3 8.1.9 8.2.1".split()


@pytest.mark.parametrize(("version", "safe"), [*((one, True) for one in MENDED), *((one, False) for one in OPEN)])
def test_redis_after_its_mend(version: str, safe: bool) -> None:
    (pin,) = (pin for pin in pins() if pin["name"] == "redis")
    assert holds(numbers(version), [numbers(one) for one in pin["mended"]]) is safe


def test_the_overlay_is_what_the_list_says_and_what_compose_takes() -> None:
    assert OVERLAY.read_text() == overlay(), "python deploy/images/pins.py overlay"
    assert {name: image for name, image in named().items() if image} == {
        name: service["image"]
        for name, service in raw()["services"].items()
        if not service["image"].startswith("toasoan:")
    }
    pinned = load_yaml(OVERLAY)["services"]
    for name, service in raw()["services"].items():
        if "build" in service:
            assert "sha256:" in str(pinned[name]["build"]["additional_contexts"]), name
        elif PINS[service["image"]]["digest"]:
            assert pinned[name]["image"] == f"{service['image']}@{PINS[service['image']]['digest']}"
    checked = subprocess.run(
        [f"{sys.prefix}/bin/check-jsonschema", "--builtin-schema", "vendor.compose-spec", OVERLAY],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


DOCKER = """#!/bin/sh
case "$*" in
    *dpkg-query*) printf 'openssl\\t3.0.19-1~deb12u2\\tamd64\\nlibc6\\t2.36-9\\tamd64\\n' ;;
    *importlib*) printf 'FastAPI\\t0.121.0\\tany\\n' ;;
    *toasoan*) echo 'Inst openssl [3.0.19-1~deb12u2] (3.0.22-1~deb12u2 Debian-Security:12/oldstable-security)' ;;
    *nginx-unprivileged*) echo 'libssl3-3.5.4-r0 < 3.5.5-r0' ;;
    *postgres:*) echo 'Inst tzdata [2025b] (2026a Debian:12.15/oldstable [all])' ;;
    *) echo "no such image" >&2; exit 125 ;;
esac
"""


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine with three images."""
    program = tmp_path / "docker"
    program.write_text(DOCKER)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")


@pytest.mark.usefixtures("docker")
def test_an_image_s_bill_names_debian_s_packages_and_python_s() -> None:
    made = bill("toasoan:local")
    addresses = {one.get("purl") for one in made["components"]}
    assert "pkg:deb/debian/openssl@3.0.19-1~deb12u2?arch=amd64" in addresses
    assert "pkg:pypi/fastapi@0.121.0" in addresses
    assert (made["bomFormat"], made["components"][0]["name"]) == ("CycloneDX", "python")


@pytest.mark.usefixtures("docker")
def test_what_an_image_lacks_is_a_hole_and_what_was_not_asked_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert packages._image("toasoan:local", "made here") == 1
    assert packages._image("nginxinc/nginx-unprivileged:1.28.3-alpine", "sha256:" + "0" * 64) == 1
    assert packages._image("postgres:15.20-bookworm", "") == 0, "newer, but not for a hole"
    assert packages._image("prom/prometheus:v3.5.3", "") == 0
    said = capsys.readouterr().out
    assert "openssl 3.0.19-1~deb12u2: mended in 3.0.22-1~deb12u2" in said
    assert "libssl3 3.5.4-r0: mended in 3.5.5-r0" in said
    assert "NOT CHECKED: the packages of prom/prometheus:v3.5.3: no such image" in said
    assert "NOT PINNED BY DIGEST: prom/prometheus:v3.5.3" in said


def test_without_docker_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert packages._image("redis:7.4.11-bookworm", "sha256:x") == 0
    assert "NOT CHECKED: the packages of redis:7.4.11-bookworm: there is no Docker here" in capsys.readouterr().out
