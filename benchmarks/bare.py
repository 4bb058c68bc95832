"""A Celery worker as a tutorial makes it, and one with the house's base around the handler, on the same Redis."""

import os
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from celery import Celery

from shared.contracts.events import Event
from shared.contracts.queues import Queue
from tests.servers import RedisServer
from tests.wait import until
from toasoan.processes import die_with_parent

_KEY = "bench:handled"


class _Servers:
    """Two Redis servers and a worker of one kind that counts what it handles."""

    kind = ""

    def __init__(self, folder: Path) -> None:
        self._broker = RedisServer(folder / "broker")
        self._counters = RedisServer(folder / "counters")
        self._folder = folder
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "TOASOAN_BROKER_URL": self._broker.celery_url,
            "TOASOAN_REDIS_URL": self._counters.url,
            "TOASOAN_DATA_DIR": str(self._folder / "data"),
            "TOASOAN_LOG_LEVEL": "warning",
        }

    def __enter__(self) -> Any:
        self._broker.start()
        self._counters.start()
        self._begin()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
        self._broker.close()
        self._counters.close()

    def _begin(self) -> None:
        with (self._folder / "worker.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.bare", self.kind],
                env=self.environment,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent(os.getpid()),
            )

    def handled(self) -> int:
        with self._counters.client() as client:
            return int(client.get(_KEY) or 0)


class BareCelery(_Servers):
    """Celery with its own defaults, one process, one task at a time."""

    kind = "bare"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.app: Celery | None = None

    def _begin(self) -> None:
        super()._begin()
        self.app = _bare_app(self._broker.celery_url, f"redis+socket://{self._counters.socket}")

    def round_trips(self, many: int) -> list[float]:
        """Milliseconds from sending a task that does nothing to having its answer, one after another."""
        assert self.app is not None
        task = self.app.signature("bench.nothing")
        task.apply_async().get(timeout=60)
        times = []
        for _ in range(many):
            started = time.perf_counter()
            task.apply_async().get(timeout=30)
            times.append((time.perf_counter() - started) * 1000)
        return times


def _bare_app(broker: str, results: str) -> Celery:
    app = Celery("bare", broker=broker, backend=results, set_as_current=False)
    app.conf.worker_hijack_root_logger = False
    return app


class Rates:
    """Messages a second that each kind of worker takes off a full queue, and that each publisher puts there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def measure(self, many: int, rounds: int) -> dict[str, list[float]]:
        """ "bare", "house" (one event a message), "batch" (events a second, a hundred a message), and "publish …"."""
        found: dict[str, list[float]] = {}
        for number in range(rounds):
            for kind in ("bare", "house", "batch"):
                servers = _Servers(self._folder / f"{kind}{number}")
                servers.kind = kind
                servers._broker.start()
                servers._counters.start()
                try:
                    messages = many // 20 if kind == "batch" else many
                    published = subprocess.run(
                        [sys.executable, "-m", "benchmarks.bare", "publish", kind, str(messages)],
                        env=servers.environment, check=True, capture_output=True, text=True,
                    ).stdout  # fmt: skip
                    found.setdefault(f"publish {kind}", []).append(float(published))
                    found.setdefault(kind, []).append(self._drain(servers, messages))
                finally:
                    servers.__exit__(None, None, None)
        return found

    @staticmethod
    def _drain(servers: _Servers, messages: int) -> float:
        """Messages for each second of the worker's processor time, its start left out."""
        import psutil

        servers._begin()
        assert servers.process
        worker = psutil.Process(servers.process.pid)
        until(lambda: servers.handled() > messages // 10, 60, "the worker works", interval_s=0.005)
        begun, before = servers.handled(), sum(worker.cpu_times()[:2])
        until(lambda: servers.handled() >= messages, 120, "all is handled", interval_s=0.02)
        return float((messages - begun) / max(sum(worker.cpu_times()[:2]) - before, 1e-3))


# ---------------------------------------------------------------- in processes of their own


class _Nothing(Event):
    """An event for which nothing is done."""

    kind = "nothing"
    text: str = "x" * 200


_QUEUE = Queue.statistics


def _envelope(number: int) -> dict[str, Any]:
    return {
        "event_id": f"{number:032x}",
        "schema_version": 1,
        "key": str(number),
        "version": 1,
        "occurred_at": time.time(),
        "traceparent": "",
        "payload": {"text": "x" * 200},
    }


def _work(kind: str) -> None:
    from redis import Redis

    client: Any = Redis.from_url(os.environ["TOASOAN_REDIS_URL"])
    if kind == "bare":
        app = _bare_app(
            os.environ["TOASOAN_BROKER_URL"], os.environ["TOASOAN_REDIS_URL"].replace("unix", "redis+socket")
        )

        @app.task(name="bench.nothing", ignore_result=False)
        def nothing() -> None:
            pass

        @app.task(name="bench.counted", ignore_result=True)
        def counted(events: list[dict[str, Any]]) -> None:
            client.incr(_KEY)

        app.Worker(pool="solo", loglevel="WARNING", without_gossip=True, without_mingle=True, quiet=True).start()
        return
    from shared.celery_factory import make_celery
    from shared.handler import handles
    from shared.worker import run_worker

    house = make_celery("bench")

    @handles(house, _Nothing, "counter")
    def handled(events: list[Any]) -> None:
        client.incr(_KEY)

    run_worker("bench.worker", house, [_QUEUE])


def _publish(kind: str, messages: int) -> float:
    """Messages for each second of processor time."""
    if kind == "bare":
        app = _bare_app(
            os.environ["TOASOAN_BROKER_URL"], os.environ["TOASOAN_REDIS_URL"].replace("unix", "redis+socket")
        )
        task = app.signature("bench.counted")
        started = time.process_time()
        for number in range(messages):
            task.apply_async(kwargs={"events": [_envelope(number)]}, ignore_result=True)
        return messages / (time.process_time() - started)
    from shared.celery_factory import make_celery, publish

    app, size = make_celery("bench"), 1 if kind == "house" else 100
    started = time.process_time()
    for number in range(messages):
        publish(app, "counter.nothing", _QUEUE, {"events": [_envelope(number)] * size, "sent_at": time.time()})
    return messages / (time.process_time() - started)


if __name__ == "__main__":
    if sys.argv[1] == "publish":
        print(_publish(sys.argv[2], int(sys.argv[3])))
    else:
        _work(sys.argv[1])
