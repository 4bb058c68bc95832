"""A house watched in haste: Prometheus and Alertmanager with the rules of tests/compose/hasty.py, and what was seen."""

import json
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from tests.compose import hasty
from tests.compose.house import ComposeHouse
from tests.production.compose import raw
from tests.servers import free_port

DISK_BYTES = 1_200_000_000
"""DiskFillingUp leaves out what is smaller than a gigabyte."""
LEAK_BYTES = 400_000_000
LEAK = "/tmp/leak"

# Grows as soon as the file is there; a new container has none.
_LEAKING = f"""
import os, runpy, threading, time
kept = []
def grow():
    while not os.path.exists({LEAK!r}):
        time.sleep(0.5)
    kept.append(b"x" * {LEAK_BYTES})
threading.Thread(target=grow, daemon=True).start()
runpy.run_module("services.ingest.relay", run_name="__main__")
"""
_RECEIVER = """
import http.server
class Told(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        text = self.rfile.read(int(self.headers["Content-Length"]))
        open("/tmp/told", "ab").write(text + b"\\n")
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("", 8000), Told).serve_forever()
"""
WEBHOOK = "http://receiver:8000/"

_OVERLAY = """
services:
  prometheus:
    volumes:
      - {folder}/prometheus.yml:/etc/prometheus/prometheus.yml:ro
      - {folder}/rules:/etc/prometheus/rules:ro
    # A port of this machine needs a network that is not internal.
    ports: ["127.0.0.1:{port}:9090"]
    networks: [edge]
  alertmanager:
    volumes: ["{folder}/alertmanager.yml:/etc/alertmanager/alertmanager.yml:ro"]
  receiver:
    image: toasoan:${{TOASOAN_VERSION}}
    init: true
    command: [python, -c, {receiver}]
    networks: [outside]
  ingest-relay:
    environment: &often {{TOASOAN_RECONCILE_SECONDS: "{often}"}}
  ingest-relay-b:
    environment: *often
    command: [python, -c, {leaking}]
"""
_BROKER_ON = """
  broker:
    volumes: ["{disk}:/data"]
"""


class Watch:
    """Asks each second which alerts fire, until `stop`."""

    def __init__(self, port: int) -> None:
        self._client = httpx2.Client(base_url=f"http://127.0.0.1:{port}/api/v1/", trust_env=False, timeout=5)
        self._seen: list[tuple[float, list[dict[str, str]]]] = []
        self._halt = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._halt.set()
        self._thread.join(10)

    def query(self, expression: str) -> list[float]:
        answer = self._client.get("query", params={"query": expression}).json()
        return [float(sample["value"][1]) for sample in answer["data"]["result"]]

    def names(self) -> set[str]:
        """Of every metric that Prometheus has heard of."""
        return set(self._client.get("label/__name__/values").json()["data"])

    def told(self, alert: str) -> str:
        """What Prometheus has of the figures that the alert's rule asks for, and which targets do not answer."""
        rules = self._client.get("rules", params={"rule_name[]": alert.partition(" ")[0]}).json()["data"]["groups"]
        asked = figures(*(rule["query"] for group in rules for rule in group["rules"]))
        down = self._client.get("query", params={"query": "up == 0"}).json()["data"]["result"]
        values = {name: self.query(name)[:20] for name in sorted(asked)}
        return f"{values}; down: {[one['metric'].get('job') for one in down]}"

    def firing(self, since: float = 0.0) -> set[str]:
        """Every alert that fired at a look after `since`; without it, at the last look. Nothing was seen: fails."""
        looks = [labels for at, labels in list(self._seen) if at > since]
        assert looks, "Prometheus did not answer"
        return {_named(alert) for labels in (looks if since else looks[-1:]) for alert in labels}

    def pending(self) -> set[str]:
        """Every alert that fires or waits to."""
        return {_named(alert["labels"]) for alert in self._alerts()}

    def first(self, alert: str, after: float, within_s: float) -> float | None:
        """When it fired first after `after` (monotonic seconds); None if not `within_s` seconds from then."""
        return self._wait(after, within_s, lambda at: self._looks(alert, at))

    def gone(self, alert: str, after: float, within_s: float, steady_s: float) -> float | None:
        """When it ceased to fire for `steady_s` seconds at least."""

        def ceased(start: float) -> float | None:
            since = None
            for at, labels in list(self._seen):
                if at <= start:
                    continue
                if any(_is(alert, one) for one in labels):
                    since = None
                elif since is None:
                    since = at
                elif at - since >= steady_s:
                    return since
            return None

        return self._wait(after, within_s + steady_s, ceased)

    def _looks(self, alert: str, after: float) -> float | None:
        return next(
            (at for at, labels in list(self._seen) if at > after and any(_is(alert, one) for one in labels)), None
        )

    def _wait(self, after: float, within_s: float, look: Callable[[float], float | None]) -> float | None:
        while (found := look(after)) is None and time.monotonic() < after + within_s:
            time.sleep(0.5)
        return found

    def _alerts(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._client.get("alerts").json()["data"]["alerts"]
        return found

    def _run(self) -> None:
        while not self._halt.wait(1):
            try:
                alerts = self._alerts()
            except (httpx2.HTTPError, ValueError, KeyError):
                continue  # it starts again: nothing is known of that second
            firing = [alert["labels"] for alert in alerts if alert["state"] == "firing"]
            self._seen.append((time.monotonic(), firing))


def figures(*expressions: str) -> set[str]:
    """The names of metrics in them: words that are neither functions, nor labels, nor PromQL's own."""
    found: set[str] = set()
    for expression in expressions:
        bare = re.sub(r"#.*", "", expression)
        bare = re.sub(r'"[^"]*"|\{[^}]*\}|\[[^\]]*\]', "", bare)
        bare = re.sub(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", "", bare)
        found |= set(re.findall(r"(?<!\w)[a-zA-Z_][\w:]*\b(?!\s*\()", bare))
    return found - {"or", "and", "unless", "bool", "group_left", "group_right", "by", "offset"}


def _is(alert: str, labels: dict[str, str]) -> bool:
    """`alert`: its name and labels that it must have, as "StoreDown store=nginx"."""
    name, *wanted = alert.split()
    return labels["alertname"] == name and all(labels.get(k) == v for k, _, v in (one.partition("=") for one in wanted))


def _named(labels: dict[str, str]) -> str:
    told = {k: v for k, v in sorted(labels.items()) if k in ("job", "store", "queue", "queue_name", "burn", "name")}
    return " ".join([labels["alertname"], *(f"{k}={v}" for k, v in told.items())])


@dataclass
class Watched:
    house: ComposeHouse
    folder: Path
    disk: Path | None
    """A small disk that is the broker's; None where none can be made."""
    watch: Watch = field(init=False)
    """Since the house is up."""
    overlays: list[str] = field(default_factory=list)

    def add(self, name: str, text: str) -> None:
        """One more file for Compose."""
        (self.folder / name).write_text(text)
        self.overlays.append(str(self.folder / name))
        self.house.set(COMPOSE_FILE=self.house.compose_files("docker-compose.yml", *self.overlays))


@contextmanager
def watched(house: ComposeHouse) -> Iterator[Watched]:
    """Until the end of the block; afterwards the house is watched as docker-compose.yml says."""
    folder = Path(tempfile.mkdtemp(prefix="toasoan-watch-"))
    folder.chmod(0o755)  # the exporter of disks looks in
    before, port = house.dotenv.read_text(), free_port()
    hasty.write(folder, raw()["services"].keys() - {row["Service"] for row in house.containers()})
    disk = _small_disk(folder)
    text = _OVERLAY.format(
        folder=folder, port=port, receiver=json.dumps(_RECEIVER), leaking=json.dumps(_LEAKING), often=hasty.RECONCILE_S
    )
    watch = None
    try:
        made = Watched(house, folder, disk)
        made.add("watch.yml", text + (_BROKER_ON.format(disk=disk) if disk else ""))
        # Each request of the load comes from an address of its own, which nginx believes.
        house.set(EDGE_PROXY="0.0.0.0/0", ALERT_WEBHOOK_URL=WEBHOOK)
        house.compose("up", "-d", "--wait", timeout=300)
        house.compose("restart", "node-exporter")  # it sees what was mounted when it started
        made.watch = watch = Watch(port)
        yield made
    finally:
        if watch is not None:
            watch.stop()
        house.dotenv.write_text(before)
        house.compose("up", "-d", "--wait", "--remove-orphans", timeout=300)
        if disk is not None:
            subprocess.run(["umount", disk], check=True)
        shutil.rmtree(folder)


def _small_disk(folder: Path) -> Path | None:
    """A file system of its own, the broker's; it takes root and a loop device."""
    image, disk = folder / "disk.img", folder / "disk"
    disk.mkdir()
    with image.open("wb") as file:
        file.truncate(DISK_BYTES)
    owner = raw()["services"]["broker"]["user"]
    for command in (
        ["mkfs.ext4", "-q", "-m", "0", "-F", str(image)],
        ["mount", "-o", "loop", str(image), str(disk)],
        ["chown", owner, str(disk)],
    ):
        try:
            if subprocess.run(command, capture_output=True, check=False).returncode != 0:
                return None
        except FileNotFoundError:
            return None
    return disk
