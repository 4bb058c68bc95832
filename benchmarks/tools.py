"""The instruments: processor time of processes, wrk, an nginx to compare with, a house of one's own, its metrics."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import psutil

from tests.house import House
from tests.servers import free_port
from tests.wait import until
from toasoan.processes import die_with_parent

T = TypeVar("T")
SECRET = "a key for benchmarks only, forty characters"


class Missing(Exception):
    """A program that a measurement needs is not here; the message says which."""


def cpu_seconds(pids: Iterable[int]) -> float:
    """Processor time that these processes have used so far."""
    return sum(sum(psutil.Process(pid).cpu_times()[:2]) for pid in pids)


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share / 100))]


def in_turns(rounds: int, *works: Callable[[], T]) -> list[list[T]]:
    """Do each work once a round, so that a slow moment of the machine falls on all of them."""
    values: list[list[T]] = [[] for _ in works]
    for _ in range(rounds):
        for kept, work in zip(values, works, strict=True):
            kept.append(work())
    return values


# ---------------------------------------------------------------- wrk

_SCRIPT = """
done = function(summary, latency, requests)
  local bad = summary.errors.connect + summary.errors.read + summary.errors.timeout + summary.errors.status
  io.write(string.format('RESULT {"requests": %d, "seconds": %f, "p50_ms": %f, "p99_ms": %f, "errors": %d}\\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, bad))
end
"""


@dataclass(frozen=True)
class Wrk:
    """What one run of wrk saw."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    errors: int

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


def wrk(
    url: str, seconds: int, connections: int = 32, headers: dict[str, str] | None = None, patience_s: int = 2
) -> Wrk:
    """Load a page by wrk, one thread; an answer that takes longer than `patience_s` is an error.

    Raises Missing without wrk, RuntimeError for answers other than 2xx and 3xx.
    """
    program = shutil.which("wrk")
    if program is None:
        raise Missing("wrk is not installed")
    more = [part for name, value in (headers or {}).items() for part in ("-H", f"{name}: {value}")]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_SCRIPT)
        script.flush()
        load = ["-t1", f"-c{connections}", f"-d{seconds}s", f"--timeout={patience_s}s"]
        command = [program, *load, "-s", script.name, *more, url]
        printed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 30).stdout
    found = re.search(r"RESULT (\{.*\})", printed)
    assert found, printed
    seen = Wrk(**json.loads(found[1]))
    if seen.errors or not seen.requests:
        raise RuntimeError(f"{url}: {seen}")
    return seen


@dataclass(frozen=True)
class Served:
    """Requests a second, by the clock and by the processor time of the process that served them."""

    per_second: float
    per_core: float


def served(url: str, pid: int, headers: dict[str, str] | None = None) -> Served:
    """What the process `pid` serves of one page in two seconds."""
    before = cpu_seconds([pid])
    seen = wrk(url, 2, headers=headers)
    return Served(seen.per_second, seen.requests / max(cpu_seconds([pid]) - before, 1e-6))


# ---------------------------------------------------------------- nginx

_NGINX = """
user {user};
worker_processes 1;
daemon off;
error_log stderr crit;
pid {folder}/nginx.pid;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  sendfile on;
  gzip_static on;
  tcp_nopush on;
  keepalive_requests 100000000;
  open_file_cache max=100 inactive=600s;
  open_file_cache_valid 600s;
  default_type text/html;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    root {folder}/www;
    location = /nothing {{ return 204; }}
  }}
}}
"""


class Nginx:
    """Debian's nginx with one process, set up for static files as well as it goes; `files` are name → bytes. With a
    file `x.gz` beside `x`, whoever takes gzip gets that."""

    def __init__(self, folder: Path, files: dict[str, bytes]) -> None:
        program = shutil.which("nginx")
        if program is None:
            raise Missing("nginx is not installed")
        self._folder = folder
        (folder / "www").mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (folder / "www" / name).write_bytes(data)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        config = folder / "nginx.conf"
        user = "root" if os.getuid() == 0 else os.environ.get("USER", "nobody")
        config.write_text(_NGINX.format(folder=folder, port=self.port, user=user))
        self._process = subprocess.Popen(
            [program, "-c", str(config), "-e", "stderr"],
            stderr=subprocess.DEVNULL,
            preexec_fn=die_with_parent(os.getpid()),
        )
        until(lambda: psutil.Process(self._process.pid).children(), 10, "nginx runs")
        self.pid = psutil.Process(self._process.pid).children()[0].pid

    def close(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(10)


# ---------------------------------------------------------------- houses


@contextmanager
def folder() -> Iterator[Path]:
    """A short-lived folder; its name stays short enough for sockets."""
    made = Path(tempfile.mkdtemp(prefix="tsb-"))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextmanager
def house(place: Path, **environment: str) -> Iterator[House]:
    """A running house with an empty paper (or with what stands in `place`/data already)."""
    settings = {"TOASOAN_SECRET_KEY": SECRET, "TOASOAN_TRUSTED_PROXIES": "127.0.0.1", "TOASOAN_LOG_LEVEL": "warning"}
    made = House(place, **{**settings, **environment})
    try:
        yield made.start(120)
    finally:
        made.close()


def push_many(house_: House, articles: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Articles through POST /api/articles:batch; the results, in order. Raises RuntimeError for a refused line."""
    lines = b"".join(json.dumps(article).encode() + b"\n" for article in articles)
    headers = {"content-type": "application/x-ndjson"}
    answer = house_.api("POST", "/api/articles:batch", content=lines, headers=headers, timeout=600)
    results = [json.loads(line) for line in answer.text.splitlines()]
    refused = [one for one in results if "problem" in one]
    if refused:
        raise RuntimeError(str(refused[0]))
    return results


def metric(house_: House, role: str, name: str, **labels: str) -> float:
    """Sum of a metric's samples of one process; 0.0 where it has none yet."""
    url = house_.role(role)["metrics_url"]
    total = 0.0
    for line in house_.client.get(url).text.splitlines():
        if line.startswith((f"{name} ", f"{name}{{")) and all(
            f'{key}="{value}"' in line for key, value in labels.items()
        ):
            total += float(line.rpartition("} ")[2].split()[0] if "}" in line else line.split()[1])
    return total


def pids(house_: House) -> dict[str, int]:
    """Role → process id."""
    return {row["role"]: int(row["pid"]) for row in house_.status()}


def settle(house_: House, seconds: float = 30.0) -> None:
    """Wait until the house has nothing left to do: less than a tenth of a core over a second."""
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        before = cpu_seconds(pids(house_).values())
        time.sleep(1)
        if cpu_seconds(pids(house_).values()) - before < 0.1:
            return
