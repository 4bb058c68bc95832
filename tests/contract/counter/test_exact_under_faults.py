"""Every view that was acknowledged is counted, once: whatever is killed, frozen or delivered again, whenever.

A reader who got no answer asks again, as the page's script does on its next showing; the visitor key makes both one
view. So at the end each of the readers must stand in the total exactly once.
"""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from sqlalchemy import select

from services.counter import store
from services.counter.hot import Hot
from services.counter.tables import daily, hourly
from shared.contracts.commands import CountViews
from shared.database import migrate, read
from shared.process import EXIT_STUCK
from tests.conftest import forget_settings
from tests.contract.counter.drain_process import STEPS
from tests.servers import RedisServer
from tests.wait import until
from toasoan.processes import die_with_parent

ROOT = Path(__file__).resolve().parents[3]
HERE = Path(__file__).parent
QUEUE = b"ts:count"


class Process:
    """A process of the house that can be killed and started again."""

    def __init__(self, command: list[str], log: Path, **environment: str) -> None:
        self._command = [sys.executable, *command]
        self._log = log
        self._environment = {**os.environ, "TOASOAN_LOG_LEVEL": "info", **environment}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent(os.getpid()),
            )

    def kill(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait(10)

    def look_after(self) -> None:
        """As the supervisor does: a worker that heard no broker any more has left (shared.watchdog)."""
        if self.process and self.process.poll() == EXIT_STUCK:
            self.start()

    def __str__(self) -> str:
        assert self.process
        ended = self.process.poll()
        said = self._log.read_text().splitlines()[-40:]
        return "\n".join(["it runs" if ended is None else f"it ended with {ended}", *said])


class Readers:
    """Readers who send each view until somebody says 204."""

    def __init__(self, path: Path, views: list[tuple[int, str]], per_second: int) -> None:
        self._path = str(path)
        self._waiting = dict.fromkeys(views)
        self._per_second = per_second
        self.acknowledged: set[tuple[int, str]] = set()
        self.asked_again = 0
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def join(self, seconds: float) -> None:
        self._thread.join(seconds)
        assert not self._thread.is_alive(), f"{len(self._waiting)} views were never acknowledged"

    def _run(self) -> None:
        while self._waiting:
            try:
                self._session()
            except OSError:
                self.asked_again += 1
                time.sleep(0.05)

    def _session(self) -> None:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(10)
            line.connect(self._path)
            answers = line.makefile("r")
            pending = list(self._waiting)
            for first in range(0, len(pending), 50):
                some = pending[first : first + 50]
                line.sendall("".join(f"{article} {name}\n" for article, name in some).encode())
                for _ in some:
                    answer = answers.readline()
                    if not answer:
                        raise ConnectionError("the process is gone")
                    status, article, name = answer.split()
                    if status == "204":
                        view = (int(article), name)
                        self.acknowledged.add(view)
                        self._waiting.pop(view, None)
                time.sleep(50 / self._per_second)


@pytest.fixture
def place(
    broker: RedisServer, counters_redis: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[RedisServer, RedisServer, Process, Process, Path]]:
    """Broker, counters, a web process and a counter worker, all real and running."""
    monkeypatch.setenv("TOASOAN_SECRET_KEY", "the same for web's next life")
    forget_settings()
    migrate("counter")
    path = broker.socket.with_name("sink.sock")
    sink = Process([str(HERE / "sink_process.py"), str(path)], tmp_path / "web.log", PYTHONPATH=str(ROOT))
    worker = Process(["-m", "services.counter.worker"], tmp_path / "worker.log", TOASOAN_SOLE_CONSUMER="counter.worker")
    sink.start()
    worker.start()
    try:
        until(path.exists, 20, "web listens")
        yield broker, counters_redis, sink, worker, path
    finally:
        for process in (sink, worker):
            process.kill()


def total(articles: int) -> dict[int, int]:
    found = store.totals_of(store.engine(), range(1, articles + 1))
    return {article: views for article, (views, _epoch) in found.items()}


def until_counted(views: int, broker: RedisServer, counters_redis: RedisServer, worker: Process, folder: Path) -> None:
    """Wait until SQL has so many views; says where the others lie if they don't come, and what the worker does."""

    def all_counted() -> bool:
        worker.look_after()
        counted = sum(total(20).values())
        if counted < views:
            raise AssertionError(
                f"{views - counted} of {views} are missing; {_whereabouts(broker, counters_redis, folder)}; {worker}"
            )
        return True

    until(all_counted, 120, "all acknowledged views are counted")


def _whereabouts(broker: RedisServer, counters_redis: RedisServer, folder: Path) -> str:
    with broker.client() as on_broker, counters_redis.client() as client:
        places = {
            "messages queued": on_broker.llen(QUEUE),
            "unacknowledged": {key.decode(): on_broker.hlen(key) for key in _unacknowledged(on_broker)},
            "fields in the open delta": client.hlen("ts:c:delta"),
            "closed deltas": client.llen("ts:c:sealed"),
        }
    journals = {path.name: path.stat().st_size for path in (folder / "data" / "views").rglob("*.views")}
    return f"{places}, bytes in journals: {journals}"


def _unacknowledged(client: "redis.Redis") -> list[bytes]:
    return [key for key in client.scan_iter("ts:unacked*") if client.type(key) == b"hash"]


def redeliver(broker: RedisServer, times: int) -> None:
    """What waits on the broker, put there again and again."""
    with broker.client() as client:
        for raw in client.lrange(QUEUE, 0, -1):
            for _ in range(times):
                client.rpush(QUEUE, raw)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_is_killed_whenever(
    place: tuple[RedisServer, RedisServer, Process, Process, Path], tmp_path: Path, seed: int
) -> None:
    broker, counters_redis, sink, worker, path = place
    dice = random.Random(seed)
    views = [(dice.randrange(1, 21), f"reader-{number}") for number in range(12_000)]
    expected = Counter(article for article, _name in views)

    def restart_redis(server: RedisServer) -> None:
        server.kill()
        time.sleep(dice.uniform(0, 0.5))
        server.start()

    def freeze(server: RedisServer) -> None:
        server.signal(signal.SIGSTOP)
        time.sleep(dice.uniform(0.2, 2.5))
        server.signal(signal.SIGCONT)

    def restart(process: Process) -> None:
        process.kill()
        time.sleep(dice.uniform(0, 0.5))
        process.start()

    def restart_web() -> None:
        sink.kill()
        path.unlink()
        sink.start()

    faults: list[Callable[[], None]] = [
        restart_web,
        lambda: restart(worker),
        lambda: restart_redis(broker),
        lambda: restart_redis(counters_redis),
        lambda: freeze(broker),
        lambda: freeze(counters_redis),
        lambda: redeliver(broker, 5),
    ]
    readers = Readers(path, views, per_second=900)
    readers.start()
    for fault in dice.sample(faults, len(faults)):
        time.sleep(dice.uniform(0.2, 1.5))
        fault()
    readers.join(90)

    until_counted(len(views), broker, counters_redis, worker, tmp_path)
    # Whatever is still under way must not add anything.
    until(lambda: _idle(broker, counters_redis), 30, "nothing is under way")
    assert len(readers.acknowledged) == len(views)
    assert total(20) == dict(expected)


def _idle(broker: RedisServer, counters_redis: RedisServer) -> bool:
    with broker.client() as on_broker, counters_redis.client() as client:
        return (
            on_broker.llen(QUEUE) == 0
            and not _unacknowledged(on_broker)
            and not client.exists("ts:c:delta")
            and client.llen("ts:c:sealed") == 0
        )


@pytest.mark.timeout(240)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_counters_redis_that_comes_back_empty_or_older(
    place: tuple[RedisServer, RedisServer, Process, Process, Path], tmp_path: Path, seed: int
) -> None:
    """Whatever it forgot is counted all the same, and nothing twice: delivered again or sent again."""
    broker, counters_redis, _sink, worker, path = place
    dice = random.Random(seed)
    views = [(dice.randrange(1, 21), f"reader-{number}") for number in range(8000)]
    folder, before = tmp_path / "counters", tmp_path / "before"
    readers = Readers(path, views, per_second=900)
    readers.start()
    for empty in dice.sample([True, False, False], 3):
        time.sleep(dice.uniform(0.2, 1.0))
        shutil.copytree(folder, before)
        time.sleep(dice.uniform(0.5, 2.0))
        counters_redis.kill()
        shutil.rmtree(folder)
        if empty:
            folder.mkdir()
        else:
            shutil.copytree(before, folder)
        shutil.rmtree(before)
        counters_redis.start()
        redeliver(broker, 3)
    readers.join(90)

    until_counted(len(views), broker, counters_redis, worker, tmp_path)
    until(lambda: not list((tmp_path / "data" / "views").rglob("*.views")), 30, "the journal is empty")
    until(lambda: _idle(broker, counters_redis), 30, "nothing is under way")
    assert total(20) == dict(Counter(article for article, _name in views))


@pytest.mark.timeout(200)
def test_a_broker_that_is_gone_for_long_loses_nothing_and_stops_nobody(
    place: tuple[RedisServer, RedisServer, Process, Process, Path], tmp_path: Path
) -> None:
    broker, _counters, sink, _worker, path = place
    views = [(7, f"reader-{number}") for number in range(6000)]
    broker.kill()
    readers = Readers(path, views, per_second=2000)
    readers.start()
    readers.join(60)
    waiting = sum(file.stat().st_size for file in (tmp_path / "data" / "views").rglob("*.views"))
    assert waiting > 100_000, "the views are on disk"
    sink.kill()
    path.unlink()
    sink.start()
    broker.start()

    until(lambda: total(20) == {7: 6000}, 60, "the journal was sent and counted")
    until(lambda: not list((tmp_path / "data" / "views").rglob("*.views")), 20, "the journal is empty")


@pytest.mark.parametrize("step", STEPS)
def test_a_drain_killed_at_any_step(counters_redis: RedisServer, step: str) -> None:
    migrate("counter")
    with counters_redis.client() as client:
        hot = Hot(client)
        now = int(time.time())
        hot.apply(
            CountViews(batch_id="0123456789abcdef-0", views=tuple((n % 9 + 1, f"r{n}", now, "") for n in range(90)))
        )

        killed = _drain(step)
        hot.apply(CountViews(batch_id="0123456789abcdef-1", views=((1, "late", now, ""),)))
        again = _drain("none")

        assert (killed, again) == (-signal.SIGKILL, 0)
        assert sum(total(9).values()) == 91
        with read(store.engine()) as connection:
            for table in (hourly, daily):
                views = connection.execute(select(table.c.views).where(table.c.article_id == 0)).scalars()
                assert sum(views) == 91
        assert client.llen("ts:c:sealed") == 0
        assert not list(client.scan_iter("ts:c:delta*"))


def _drain(step: str) -> int:
    command = [sys.executable, str(HERE / "drain_process.py"), step]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, timeout=60, check=False
    )
    assert done.returncode <= 0, done.stderr.decode()
    return done.returncode


def test_every_batch_delivered_five_times_by_two_workers_at_once(counters_redis: RedisServer) -> None:
    migrate("counter")
    now = int(time.time())
    batches = [
        CountViews(
            batch_id=f"0123456789abcdef-{number}",
            views=tuple((n % 5 + 1, f"{number}-{n}", now, "zalo.me") for n in range(40)),
            rejected={"bot": 1},
        )
        for number in range(50)
    ]

    def deliver(seed: int) -> None:
        with redis.Redis.from_url(counters_redis.url) as client:
            hot, dice = Hot(client), random.Random(seed)
            for batch in dice.sample(batches * 5, len(batches) * 5):
                hot.apply(batch)

    threads = [threading.Thread(target=deliver, args=(seed,)) for seed in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _drain("none")

    assert total(5) == dict.fromkeys(range(1, 6), 400)
