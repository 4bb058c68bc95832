"""Work that comes due by the clock, or by what stands in the database: each job in a thread of its own, so that a slow
server outside holds up nothing else.

One look a second asks for all jobs what has come due. While nothing happens a look costs hardly more than waking up for
it. Every job works from rows in SQL: a restart forgets nothing, and two processes with the same jobs do no harm.
"""

import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import BindParameter, ColumnElement, Connection, Engine, bindparam, select

from shared import clock
from shared.database import read
from shared.telemetry import log

LOOK_SECONDS = 1.0
# After a failure (a database that is away) the next try waits this long.
_REST_SECONDS = 2.0
_STOP_SECONDS = 5.0

Check = Callable[[Connection], bool]


def moment(ahead: timedelta = timedelta()) -> BindParameter[datetime]:
    """In a condition: the time of the look, or one before or after it."""
    return bindparam(None, callable_=lambda: clock.moment() + ahead)


@dataclass(frozen=True, slots=True)
class Job:
    """`work` is called every `seconds`, and at once again while it says that there is more.

    Where a job has `due`, also at the start and at each look at which that holds (and `check`, for what SQL alone
    cannot say). `awake` calls it from elsewhere; between two calls it rests for `rest` seconds at least.
    """

    name: str
    seconds: float
    work: Callable[[], object]
    due: ColumnElement[bool] | None = None
    check: Check | None = None
    rest: float = 0.0
    still: float = math.inf
    """A call that lasts longer stands still: the process had better start again. Its end waits for such a job."""
    awake: threading.Event = field(default_factory=threading.Event)


class Periodic:
    """Runs jobs from `start` to `stop`."""

    def __init__(self, source: Engine, jobs: Sequence[Job], halt: threading.Event) -> None:
        self._source = source
        self._jobs = jobs
        self._watched = [(job, job.due) for job in jobs if job.due is not None]
        self._halt = halt
        self._called: dict[str, float] = {}
        """When each job's call that goes on began."""
        self._threads = {job.name: threading.Thread(target=self._run, args=(job,), name=job.name) for job in jobs}
        self._threads["lookout"] = threading.Thread(target=self._look_out, name="lookout")

    def start(self) -> None:
        for thread in self._threads.values():
            thread.daemon = True
            thread.start()

    def stop(self) -> None:
        """End after what is in hand where that matters."""
        self._halt.set()
        for job in self._jobs:
            job.awake.set()
        for job in self._jobs:
            if job.still < math.inf:
                self._threads[job.name].join(_STOP_SECONDS)

    def healthy(self) -> bool:
        """False when a thread has ended or a job stands still."""
        now = time.monotonic()
        moving = all(now - self._called.get(job.name, now) < job.still for job in self._jobs)
        return self._halt.is_set() or (moving and all(thread.is_alive() for thread in self._threads.values()))

    def look(self) -> None:
        """Wake the jobs that have come due."""
        with read(self._source) as connection:
            holds = connection.execute(select(*(due for _, due in self._watched))).one()
            found = [job for (job, _), is_due in zip(self._watched, holds, strict=True) if is_due]
            found = [job for job in found if job.check is None or job.check(connection)]
        for job in found:
            job.awake.set()

    def _look_out(self) -> None:
        while not self._halt.wait(LOOK_SECONDS):
            try:
                self.look()
            except Exception as error:
                log.error("nothing seen of what is due", error=repr(error)[:300])
                self._halt.wait(_REST_SECONDS)

    def _run(self, job: Job) -> None:
        if job.due is None:
            job.awake.wait(job.seconds)
        while not self._halt.is_set():
            job.awake.clear()
            more = self._call(job)
            self._halt.wait(job.rest)
            if not more:
                job.awake.wait(job.seconds)

    def _call(self, job: Job) -> bool:
        self._called[job.name] = time.monotonic()
        try:
            return bool(job.work())
        except Exception as error:
            log.error("periodic job failed", job=job.name, error=repr(error)[:300])
            self._halt.wait(_REST_SECONDS)
            return False
        finally:
            del self._called[job.name]
