"""What is taken back is taken back once, whatever is killed whenever, and the readers' views stay."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from services.counter import judging, store
from services.counter.drain import drain
from services.counter.hot import Hot
from services.counter.tables import daily, hourly, spans, tallies
from shared.contracts.commands import CountViews
from shared.database import migrate, read
from tests.contract.counter.judge_process import STEPS
from tests.servers import RedisServer
from tests.wait import until

ROOT = Path(__file__).resolve().parents[3]
HERE = Path(__file__).parent
MADE_UP, REAL = 1300, 40


def views_of_a_machine_and_of_readers(now: int) -> CountViews:
    """One network's invented browsers, and readers elsewhere, at the same article."""
    made_up = [(7, f"AAAAABBBBB{number:05x}", now - 60 + number % 40, "zalo.me") for number in range(MADE_UP)]
    real = [(7, f"{number:05x}{number:05x}CCCCC", now - 60, "zalo.me") for number in range(REAL)]
    return CountViews(batch_id="0123456789abcdef-0", views=(*made_up, *real))


def hot_of(server: RedisServer) -> Hot:
    return Hot(server.client(), lambda: store.stored_batches(store.engine()))


def killed_at(step: str, now: int) -> int:
    """Drain, judge and drain in a process that dies on the way; its exit code."""
    command = [sys.executable, str(HERE / "judge_process.py"), step, str(now)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=120, check=False)
    assert done.returncode <= 0, done.stderr.decode()
    return done.returncode


def judge_and_drain(hot: Hot, now: int) -> None:
    drain(hot, store.engine())
    judging.judge(hot, now)
    drain(hot, store.engine())


def assert_once() -> None:
    source = store.engine()
    ((total, _epoch),) = store.totals_of(source, [7]).values()
    with read(source) as connection:
        reasons = dict(connection.execute(select(tallies.c.reason, tallies.c.number)).all())
        sums = [
            sum(connection.execute(select(table.c.views).where(table.c.article_id == 7)).scalars())
            for table in (hourly, daily, spans)
        ]
    assert (total, sums) == (REAL, [REAL] * 3)
    assert sum(reasons.values()) == MADE_UP


@pytest.mark.parametrize("step", STEPS)
def test_a_judge_killed_at_any_step(counters_redis: RedisServer, step: str) -> None:
    migrate("counter")
    now = int(time.time())
    hot_of(counters_redis).apply(views_of_a_machine_and_of_readers(now))

    assert killed_at(step, now) == -signal.SIGKILL
    for _ in range(2):
        judge_and_drain(hot_of(counters_redis), now)

    assert_once()
    with counters_redis.client() as client:
        assert client.llen("ts:c:sealed") == 0
        assert not list(client.scan_iter("ts:c:delta*"))


@pytest.mark.parametrize("moment", ["before", "after"])
def test_redis_killed_around_a_taking_back(counters_redis: RedisServer, moment: str) -> None:
    migrate("counter")
    now, hot = int(time.time()), hot_of(counters_redis)
    hot.apply(views_of_a_machine_and_of_readers(now))
    drain(hot, store.engine())
    if moment == "after":
        assert judging.judge(hot, now) == MADE_UP
    counters_redis.kill()
    counters_redis.start()

    judge_and_drain(hot, now)

    assert_once()


@pytest.mark.parametrize("state", ["older", "empty"])
def test_a_redis_that_comes_back_without_it_takes_nothing_back_twice(
    counters_redis: RedisServer, tmp_path: Path, state: str
) -> None:
    migrate("counter")
    now, hot = int(time.time()), hot_of(counters_redis)
    folder, before = tmp_path / "counters", tmp_path / "before"
    batch = views_of_a_machine_and_of_readers(now)
    hot.apply(batch)
    drain(hot, store.engine())
    with counters_redis.client() as client:
        until(lambda: not client.info("persistence")["aof_rewrite_in_progress"], 20, "the file is whole")
    shutil.copytree(folder, before)
    assert judging.judge(hot, now) == MADE_UP
    drain(hot, store.engine())
    counters_redis.kill()
    shutil.rmtree(folder)
    if state == "older":
        shutil.copytree(before, folder)
    else:
        folder.mkdir()
    counters_redis.start()

    hot.apply(batch)  # web sends again what it does not know to be counted
    # Readers go on: what is taken back now would travel with their views, under another name than before.
    hot.apply(CountViews(batch_id="0123456789abcdef-1", views=((8, "DDDDDDDDDDDDDDD", now, ""),)))
    judging.judge(hot, now)
    for _ in range(2):
        judge_and_drain(hot, now)

    assert_once()
