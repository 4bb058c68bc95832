"""Moves counts from Redis to SQL, and tells web: a loop beside the worker, in one process of the fleet at a time.

Each step may be the last one: a delta is closed under its own name, added to SQL in one transaction that keeps that
name, and only then forgotten in Redis. What was stored and not yet told to web stands in SQL as such.
"""

import threading
import time
from collections.abc import Callable
from uuid import uuid4

from celery import Celery
from redis import RedisError
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from services.counter import retention, store
from services.counter.hot import SKETCHED_OVER, Hot
from services.counter.judging import JudgeLoop
from services.counter.publish_totals import TotalsPublisher
from services.counter.rankings import Rankings
from services.counter.tables import SPAN_DAYS
from shared import telemetry
from shared.process import every
from shared.telemetry import log
from shared.vietnamese.dates import day_number
from shared.views.definition import WINDOW_SECONDS

INTERVAL_SECONDS = 0.4
# Between two looks while nobody reads. Views that come to another process of the fleet wait so long at most.
QUIET_SECONDS = 1.2
LEASE_MILLISECONDS = 8000
RANKING_SECONDS = 5.0
# Lists fall behind the clock, too: what was read in the last hour becomes less while nobody reads.
OLD_RANKING_SECONDS = 30.0
# What could not be told (the broker away, web far behind) is tried again so often.
TELL_SECONDS = 2.0
SWEEP_SECONDS = 10.0


def drain(hot: Hot, source: Engine) -> int:
    """Bring everything Redis holds into SQL; returns the number of deltas that were closed and not yet forgotten."""
    names = hot.close_delta()
    for name in names:
        delta = hot.load(name)
        if delta is not None:
            store.add_delta(source, delta)
        hot.forget(name)
    return len(names)


def keep_readers(hot: Hot, source: Engine, now: float) -> None:
    """Write the estimates of different readers of today, and for the last time those of yesterday."""
    today = day_number(now)
    for day in (today - 1, today):
        readers = {0: hot.readers_of_day(day)}
        articles = list(hot.sketched_articles(day))
        for article in articles:
            readers[article] = hot.sketched_readers(article, day) + SKETCHED_OVER
        store.set_readers(source, day, readers)
        # Late views of yesterday come from journals; an hour after midnight the sketches have done their work.
        if day < today and day_number(now - 3600) == today:
            hot.drop_sketches(day, articles)


class DrainLoop:
    """Drains, ranks, announces and tidies up while this process holds the lease."""

    def __init__(self, hot: Hot, source: Engine, app: Celery) -> None:
        self._hot = hot
        self._source = source
        self._publisher = TotalsPublisher(source, app)
        self._judge = JudgeLoop(hot)
        self._rankings = Rankings(source, hot, self._publisher)
        self._owner = uuid4().hex
        self._stopping = threading.Event()
        self._woken = threading.Event()
        self._thread = threading.Thread(target=self._run, name="drain", daemon=True)
        self._drained_at = time.monotonic()
        self._secrets_gone_before = -1
        self._leads_until = 0.0
        self._tell = every(TELL_SECONDS, self._publisher.publish_changed)
        self._unranked = True
        self._rank = every(RANKING_SECONDS, self._publish_rankings)
        self._rank_again = every(OLD_RANKING_SECONDS, self._publish_rankings)
        self._chores: list[Callable[[], None]] = [
            every(SWEEP_SECONDS, self._publisher.sweep),
            every(60, lambda: retention.prune(self._source, time.time())),
            every(300, lambda: keep_readers(self._hot, self._source, time.time())),
            every(300, lambda: self._hot.forget_old(time.time())),
            every(60, self._forget_secrets),
            every(86_400, self._resum_spans),
        ]

    def start(self) -> None:
        self._thread.start()
        self._judge.start()

    def wake(self) -> None:
        """There is something to drain or to tell."""
        self._woken.set()

    def stop(self) -> None:
        """Drain once more and give the lease to others."""
        self._judge.stop()
        self._stopping.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(20)

    def _run(self) -> None:
        while True:
            last = self._stopping.is_set()
            self._woken.clear()
            found = False
            try:
                found = self._step()
            except (RedisError, DBAPIError, OSError) as error:
                log.warning("drain waits for a store", error=repr(error)[:300])
            except Exception:
                log.exception("drain failed")
            telemetry.counter_undrained_age_seconds.set(time.monotonic() - self._drained_at)
            if last:
                break
            ended = time.monotonic()
            if not found:
                self._woken.wait(QUIET_SECONDS)
            self._stopping.wait(max(0.0, ended + INTERVAL_SECONDS - time.monotonic()))
        try:
            self._hot.give_back("drain", self._owner)
        except RedisError:
            pass  # it runs out by itself

    def _leads(self) -> bool:
        """Whether this process has the lease; it is asked for again when half of it is over."""
        now = time.monotonic()
        if now >= self._leads_until:
            if not self._hot.lease("drain", self._owner, LEASE_MILLISECONDS):
                return False
            self._leads_until = now + LEASE_MILLISECONDS / 2000
        return True

    def _step(self) -> bool:
        """Whether there was anything to drain."""
        if not self._leads():
            self._drained_at = time.monotonic()
            return False
        started = time.perf_counter()
        found = drain(self._hot, self._source) > 0
        if found:
            telemetry.counter_drain_seconds.observe(time.perf_counter() - started)
            self._judge.counted()
        self._drained_at = time.monotonic()
        if found:
            self._publisher.publish_changed()
        else:
            self._tell()
        if self._rankings.articles_changed():
            # A withdrawn article leaves the lists now, not at the next round.
            self._publish_rankings()
        self._unranked |= found
        if self._unranked:
            self._rank()
        else:
            self._rank_again()
        for chore in self._chores:
            chore()
        return found

    def _publish_rankings(self) -> None:
        self._unranked = not self._rankings.publish(time.time())

    def _resum_spans(self) -> None:
        today = day_number(time.time())
        for day in {today // SPAN_DAYS: today, (today - 7) // SPAN_DAYS: today - 7}.values():
            store.resum_spans(self._source, day)

    def _forget_secrets(self) -> None:
        """Redis has dropped yesterday's visitor secret: drop it from Redis's log on disk too (daily, and at start)."""
        day = day_number(time.time() - WINDOW_SECONDS - 60)
        if day != self._secrets_gone_before:
            self._hot.rewrite_log()
            self._secrets_gone_before = day
