"""The Docker engine that answers here, or one of our own; the images of the compose file, pulled or stood in for."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.production.compose import ROOT, raw, variables
from tests.wait import until

STANDINS = Path(__file__).parent / "standins"
_SANDBOX = Path(__file__).parent / "sandbox"
_OLDEST_COMPOSE = (2, 24)
# A registry that does not answer is none; one that does may send a gigabyte.
_PULL_S, _BUILD_S = 900.0, 1800.0
# What nobody can stand in for: without it the house is the same, but for its dashboards.
_DISPENSABLE = "grafana"


class NoEngine(Exception):
    """Why there is none."""


@dataclass(frozen=True)
class Engine:
    """`environment` is what commands need to reach it; no setting of the caller's house is in it."""

    environment: dict[str, str]

    def docker(self, *arguments: str, timeout: float = 120.0) -> subprocess.CompletedProcess[str]:
        """Run `docker …`; whether that went well is the caller's to ask."""
        return subprocess.run(
            ["docker", *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def runs(self, *arguments: str) -> bool:
        return self.docker(*arguments).returncode == 0

    def subnets(self) -> set[str]:
        """Of all networks that are there."""
        names = self.docker("network", "ls", "--quiet").stdout.split()
        listed = json.loads(self.docker("network", "inspect", *names).stdout or "[]")
        return {config["Subnet"] for network in listed for config in network["IPAM"]["Config"] or []}


@contextmanager
def an_engine() -> Iterator[Engine]:
    """The one that answers; else, for root on a Debian, one that ends with the tests. Raises NoEngine."""
    found = Engine(_environment())
    why = _why_not(found)
    if why is None:
        yield found
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise NoEngine(f"{why}; and only root on a Debian gets an engine of its own")
    kept = os.environ.get("TOASOAN_ENGINE_DIR")
    folder = Path(kept or tempfile.mkdtemp(prefix="toasoan-engine-"))
    try:
        started = subprocess.run([STANDINS / "engine.sh", folder], capture_output=True, text=True, check=False)
        own = Engine(
            found.environment | {"DOCKER_HOST": f"unix://{folder}/docker.sock", "DOCKER_CONFIG": f"{folder}/config"}
        )
        why = _why_not(own) if started.returncode == 0 else (started.stderr.strip() or started.stdout.strip())[-500:]
        if why is not None:
            raise NoEngine(f"no engine answers, and one of our own did not start: {why}")
        yield own
    finally:
        _end(folder / "dockerd.pid")
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)


def images(engine: Engine) -> list[Path]:
    """See that every image is here: pulled, or stood in for. Returns the overlays for what this machine cannot give.

    Raises NoEngine where they can be had by neither way, or where no container runs.
    """
    named = {name: service["image"] for name, service in raw()["services"].items() if "build" not in service}
    based = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    lacking = {image for image in {*named.values(), *based} if not _is_here(engine, image)}
    if lacking - {named[_DISPENSABLE]}:
        made = subprocess.run(
            [STANDINS / "build.sh", ROOT],
            env=engine.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=_BUILD_S,
        )
        if made.returncode != 0:
            raise NoEngine(f"images can neither be pulled nor made: {(made.stdout + made.stderr)[-2000:]}")
    still = {image for image in lacking if not engine.runs("image", "inspect", image)}
    assert still <= {named[_DISPENSABLE]}, f"these images were neither pulled nor made: {still}"
    probe = named["broker"]
    ran = engine.docker("run", "--rm", probe, "true")
    if ran.returncode != 0:
        raise NoEngine(f"the engine runs no container: {ran.stderr.strip()[-500:]}")
    wanted = {
        "no-grafana.yml": not still,
        "few-files.yml": engine.runs("run", "--rm", "--ulimit=nofile=65535:65535", probe, "true"),
        # The stand-in has no accounts, and lets in whoever comes.
        "no-accounts.yml": not engine.runs(
            *("run", "--rm", "--entrypoint=test", named["elasticsearch"], "-e", "classes/ContainerNode.class")
        ),
        "private-root.yml": engine.runs("run", "--rm", "--volume=/:/host:ro,rslave", probe, "true"),
    }
    return [_SANDBOX / name for name, given in wanted.items() if not given]


def _is_here(engine: Engine, image: str) -> bool:
    return engine.runs("image", "inspect", image) or not engine.docker("pull", "-q", image, timeout=_PULL_S).returncode


def _environment() -> dict[str, str]:
    """The caller's, without what Compose would take for the house's settings."""
    settings = set(variables(raw())) | {"CERTIFICATES_DIR", "HTTPS_PORT"}
    return {
        name: value
        for name, value in os.environ.items()
        if name not in settings and not name.startswith(("TOASOAN_", "COMPOSE_"))
    }


def _why_not(engine: Engine) -> str | None:
    """What is missing for the compose file; None if nothing is."""
    if shutil.which("docker") is None:
        return "docker is not installed"
    server = engine.docker("version", "--format", "{{.Server.Version}}")
    if server.returncode != 0:
        return f"no Docker engine answers ({server.stderr.strip()[:200]})"
    said = engine.docker("compose", "version", "--short").stdout.strip()
    version = tuple(int(part) for part in re.findall(r"\d+", said)[:2])
    if version < _OLDEST_COMPOSE:
        return f"Docker's compose plugin is {said or 'missing'}, and {'.'.join(map(str, _OLDEST_COMPOSE))} is wanted"
    return None


def _end(pid_file: Path) -> None:
    """End the engine that wrote it, and wait for that: it unmounts what its containers had."""
    with suppress(FileNotFoundError, ProcessLookupError, ValueError):
        number = int(pid_file.read_text())
        os.kill(number, signal.SIGTERM)
        until(lambda: not Path(f"/proc/{number}").exists(), 60, "the engine ends")
