"""What every long-running process of the house does: say who it is, prove that it works, stop in order.

A process notes itself in `run_dir/<role>.json` (pid, start, metrics address) and touches `run_dir/<role>.alive`
while it makes progress; the supervisor and `toasoan status` read both.
"""

import ctypes
import faulthandler
import os
import signal
import threading
import time
from collections.abc import Callable
from socketserver import BaseServer

import orjson
from prometheus_client import start_http_server

from shared import clock, telemetry, tracing
from shared.settings import get_settings
from shared.telemetry import configure_logging, log

BEAT_SECONDS = 2.0
EXIT_STUCK = 70
_TRIM_SECONDS = 20.0


def prepare(role: str) -> None:
    """First call of every process: logging, its name in traces, and a stack dump on SIGUSR1."""
    configure_logging(role)
    tracing.begin(role)
    faulthandler.register(signal.SIGUSR1, all_threads=True)


def register(role: str, metrics_url: str) -> None:
    """Note this process in the run dir, whole or not at all; its clock is the house's from here on."""
    clock.follow()
    run_dir = get_settings().run_dir
    run_dir.mkdir(parents=True, exist_ok=True)
    note = {"role": role, "pid": os.getpid(), "started_at": time.time(), "metrics_url": metrics_url}
    part = run_dir / f"{role}.json.{os.getpid()}"
    part.write_bytes(orjson.dumps(note))
    part.replace(run_dir / f"{role}.json")
    alive(role)
    threading.Thread(target=_give_memory_back, name="memory", daemon=True).start()


def _give_memory_back() -> None:
    """Return freed memory to the system from time to time: glibc keeps it, and a burst of work would be paid for
    ever after. Takes a few milliseconds."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    while trim is not None:
        time.sleep(_TRIM_SECONDS)
        trim(0)


def alive(role: str) -> None:
    """Progress was made just now."""
    path = get_settings().run_dir / f"{role}.alive"
    try:
        path.touch()
    except OSError as error:
        log.warning("heartbeat not written", error=str(error))


def serve_metrics(role: str) -> str:
    """Offer /metrics of a process without an HTTP service of its own; returns its address."""
    settings = get_settings()
    server, _thread = start_http_server(settings.metrics_port, settings.host, telemetry.REGISTRY)
    threading.Thread(target=_look_rarely, args=(server,), name="metrics", daemon=True).start()
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    return f"http://{host}:{server.server_port}/metrics"


def _look_rarely(server: BaseServer) -> None:
    """Go on serving, without looking twice a second whether to end."""
    server.shutdown()
    server.serve_forever(3600)


class Stop:
    """SIGTERM and SIGINT as an event to wait on, for processes that are plain loops."""

    def __init__(self) -> None:
        self._event = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._event.set())

    @property
    def asked(self) -> bool:
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        return self._event.wait(seconds)


def every(seconds: float, work: Callable[[], object]) -> Callable[[], None]:
    """`work`, run at most once in `seconds` however often the returned function is called; errors are logged."""
    last = -seconds

    def maybe() -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < seconds:
            return
        last = now
        try:
            work()
        except Exception:
            log.exception("periodic work failed", work=getattr(work, "__name__", "?"))

    return maybe
