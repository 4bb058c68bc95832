"""A real Elasticsearch 8 node for tests, without Docker: its jars from Maven, built once, kept in the user's cache."""

import fcntl
import json
import os
import shutil
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.servers import free_port
from tests.wait import until
from toasoan.processes import die_with_parent

_SOURCES = Path(__file__).parent / "elasticsearch_node"
_BUILD_SECONDS = 600
_START_SECONDS = 90.0


class ElasticsearchNode:
    """One node on ports of its own. `kill` and `start` again keep its data, `pause` and `resume` freeze it.

    With `quick_start` Java compiles little: right for tests, too slow to judge speed by.
    """

    def __init__(self, quick_start: bool = True) -> None:
        built = _built()
        self._home = Path(tempfile.mkdtemp(prefix="toasoan-es-"))
        (self._home / "config").mkdir()
        (self._home / "modules").symlink_to(built / "modules")
        self._port, self._transport = free_port(), free_port()
        self._command = [
            "java",
            *("-Xms256m", "-Xmx512m", "-XX:+UseSerialGC"),
            *(["-XX:TieredStopAtLevel=1"] if quick_start else []),
            *("--module-path", str(built / "lib"), "--add-modules", "org.elasticsearch.server,ALL-MODULE-PATH"),
            *("-cp", f"{built / 'classes'}:{built / 'lib'}/*", "ElasticsearchNode"),
            *(str(self._home), str(self._port), str(self._transport)),
        ]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        with (self._home / "node.log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(os.getpid()),
                cwd=self._home,
            )
        until(self._answers, _START_SECONDS, "Elasticsearch answers", interval_s=0.2)

    def _answers(self) -> bool:
        return self._read("/_cluster/health")["status"] in ("green", "yellow")

    def _read(self, path: str) -> dict[str, Any]:
        with urllib.request.urlopen(self.url + path, timeout=5) as answer:
            return dict(json.load(answer))

    def forget(self, alias: str) -> None:
        """Delete the indexes whose names begin with `alias`."""
        for name in self._read(f"/_alias?filter_path={alias}*"):
            urllib.request.urlopen(urllib.request.Request(f"{self.url}/{name}", method="DELETE"), timeout=20).close()

    def signal(self, number: int) -> None:
        """SIGSTOP freezes it, SIGCONT wakes it."""
        assert self._process
        self._process.send_signal(number)

    def kill(self) -> None:
        """kill -9: what was acknowledged is in its log on disk."""
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait(20)

    def close(self) -> None:
        self.kill()
        shutil.rmtree(self._home, ignore_errors=True)


@pytest.fixture(scope="session")
def elasticsearch_node() -> Iterator[ElasticsearchNode]:
    """The node that all tests of a run share; each takes index names of its own. Skips where there can be none."""
    node = ElasticsearchNode()
    try:
        node.start()
        yield node
    finally:
        node.close()


@pytest.fixture(scope="session")
def elasticsearch_url(elasticsearch_node: ElasticsearchNode) -> str:
    """Address of the shared node, for ELASTICSEARCH_URL."""
    return elasticsearch_node.url


def _built() -> Path:
    """Folder with lib, modules and classes; made at the first call of all runs. Skips the test when it cannot be."""
    missing = [program for program in ("java", "javac", "mvn") if shutil.which(program) is None]
    if missing:
        pytest.skip(f"Elasticsearch needs {', '.join(missing)} (Debian: default-jdk-headless, maven)")
    digest = sha256()
    for path in sorted(_SOURCES.iterdir()):
        digest.update(path.read_bytes())
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "toasoan-elasticsearch"
    cache.mkdir(parents=True, exist_ok=True)
    built = cache / digest.hexdigest()[:16]
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not built.exists():
            part = built.with_suffix(".part")
            shutil.rmtree(part, ignore_errors=True)
            try:
                _build(part)
            except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
                output = (error.stdout or b"").decode(errors="replace") if isinstance(error.stdout, bytes) else ""
                pytest.skip(f"Elasticsearch's jars cannot be had: {error}\n{output[-1000:]}")
            part.rename(built)
    return built


def _build(folder: Path) -> None:
    lib, netty, classes = folder / "lib", folder / "modules" / "transport-netty4", folder / "classes"
    for made in (lib, netty, classes):
        made.mkdir(parents=True)
    # Maven leaves its target folder beside the pom.
    pom = shutil.copy(_SOURCES / "pom.xml", folder)
    _run("mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies", f"-DoutputDirectory={lib}")
    for jar in [*lib.glob("netty-*.jar"), *lib.glob("transport-netty4-*.jar")]:
        jar.rename(netty / jar.name)
    shutil.copy(_SOURCES / "plugin-descriptor.properties", netty)
    _run("javac", "-cp", f"{lib}/*", "-d", str(classes), str(_SOURCES / "ElasticsearchNode.java"))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=_BUILD_SECONDS)
