"""Many views, one message: a reader's beacon is answered when the broker, or the disk, holds it.

The event loop only appends to a list. A thread takes what gathered in some milliseconds (or while the last message
was on its way), hands it to the broker as one CountViews, and the loop answers all of its beacons. Every batch
stands in a journal on disk from before it is sent until the counter says that it has applied it; a second thread
sends what the broker could not take, and again what the broker lost, under the same names.
"""

import asyncio
import queue
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from celery import Celery

from services.web.asked_pages import MANY, AskedPages, Noted
from services.web.viewjournal import Journal, JournalFull
from shared import clock, telemetry
from shared.ask import Asker, AskFunction, NoAnswer
from shared.broker import message_count
from shared.celery_factory import BROKER_ERRORS, make_celery
from shared.contracts.commands import CountSearches, CountViews, ListAppliedBatches
from shared.contracts.queues import Queue
from shared.publishing import send_command
from shared.telemetry import log
from shared.views.batches import MAX_VIEWS, BatchNames

LINGER_SECONDS = 0.015
"""A view waits this long for company, at most, before its batch is sent."""
MAX_BATCHES_WAITING = 64
"""Batches that wait for the thread; past it (128,000 views) beacons get 503 instead of waiting longer."""
TALLY_SECONDS = 10.0
"""Refusals and requests for pages without any view beside them are reported this often."""
LOOK_SECONDS = 1.0
BROKER_SECONDS = 1.5
"""A broker that has not answered for so long counts as away."""
RETRY_SECONDS = 1.0
CHECK_SECONDS = 2.0
"""The counter is asked this often which batches it has applied, once they were sent that long ago."""
LOST_SECONDS = 6.0
"""A batch that was sent so long ago, is not applied, and has no message before it any more, is sent again."""
LEFT_TO_REDIS_SECONDS = 3600.0
"""A batch that the counter's Redis has had for so long leaves the disk, whether or not SQL could take it yet."""
ASKED_AT_ONCE = 2000

TAKEN, BUSY = 204, 503

View = tuple[int, str, int, str]
"""(article id, visitor key, unix seconds, referrer's domain or "")"""
Done = Callable[[int], None]
"""Gets 204 when the view is held, 503 when it could not be."""


class ViewTransport:
    """The way to the broker and the counter."""

    def __init__(self, ask: AskFunction | None = None, app: Celery | None = None) -> None:
        self._app = app or _impatient_app()
        self._ask = ask
        self._asker: Asker | None = None

    def send(self, command: CountViews | CountSearches) -> None:
        """Hand it to the broker. Raises one of `BROKER_ERRORS`."""
        # Visitor keys are random text: compressing them would cost more than it saves.
        send_command(self._app, command)

    def queue_is_empty(self) -> bool:
        """Whether every message was given to a worker. Raises one of `BROKER_ERRORS`."""
        return message_count(self._app, Queue.count) == 0

    def applied(self, names: list[str]) -> tuple[set[str], set[str]]:
        """Which batches the counter holds for good, and which it has applied. Raises NoAnswer."""
        if self._ask is None:
            self._asker = Asker(self._app).start()
            self._ask = self._asker.ask_sync
        answer = self._ask(ListAppliedBatches(names=tuple(names)), 3.0)
        return set(answer.names), set(answer.on_the_way)

    def close(self) -> None:
        if self._asker is not None:
            self._asker.close()


class HeldViews:
    """Batches on disk from before they are sent until the counter has applied them. Thread-safe."""

    def __init__(self, journal: Journal, line: ViewTransport) -> None:
        self._journal = journal
        self._line = line
        # Guards the journal and `_away`: writing, and the decision that nothing unsent is left.
        self._lock = threading.Lock()
        self._away = False

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return self._journal.size

    def hold(self, batch: CountViews) -> int:
        """Hold a batch and send it: TAKEN when the broker or the disk holds it, else BUSY."""
        name = batch.batch_id
        with self._lock:
            try:
                self._journal.append(name, batch.model_dump_json().encode())
                journaled = True
            except JournalFull as error:
                log.error("journal of views is full", error=str(error))
                journaled = False
        if not self._away:
            try:
                self._line.send(batch)
                with self._lock:
                    self._journal.sent(name, clock.monotonic())
                return TAKEN
            except BROKER_ERRORS as error:
                log.warning("broker away, views wait on disk", error=repr(error)[:200])
        if not journaled:
            return BUSY
        with self._lock:
            self._away = True
        return TAKEN

    def send_waiting(self, stopping: Callable[[], bool] = lambda: False) -> None:
        """Send what the broker could not take. Raises one of `BROKER_ERRORS` when it cannot still."""
        while self._away and not stopping():
            with self._lock:
                name = self._journal.first_unsent()
                if name is None:
                    self._away = False
                    return
                record = self._journal.read(name)
            if record is not None:
                self._send_again(name, record)

    def check_sent(self) -> None:
        """Ask after what was sent, send again what was lost. Raises one of `BROKER_ERRORS`."""
        now = clock.monotonic()
        with self._lock:
            names = self._journal.sent_before(now - CHECK_SECONDS, ASKED_AT_ONCE)
            old = set(self._journal.sent_before(now - LOST_SECONDS, ASKED_AT_ONCE))
            very_old = set(self._journal.sent_before(now - LEFT_TO_REDIS_SECONDS, ASKED_AT_ONCE))
        if not names:
            return
        # While messages wait, ours may be among them; sent again they would only make the queue longer. Looked at
        # before the question: what is taken off the queue and applied meanwhile is in the answer.
        may_be_lost = bool(old) and self._line.queue_is_empty()
        try:
            kept, on_the_way = self._line.applied(names)
        except NoAnswer:
            return  # what nobody counts now is on the disk
        with self._lock:
            for name in kept | (on_the_way & very_old):
                self._journal.counted(name)
            for name in on_the_way:
                self._journal.asked(name)
        lost = old - kept - on_the_way if may_be_lost else set()
        if lost:
            log.warning("views sent again", batches=len(lost))
        for name in names:
            if name not in lost:
                continue
            with self._lock:
                record = self._journal.read(name)
            if record is not None:
                self._send_again(name, record)

    def _send_again(self, name: str, record: bytes) -> None:
        self._line.send(CountViews.model_validate_json(record))
        with self._lock:
            self._journal.sent(name, clock.monotonic())


@dataclass(frozen=True, slots=True)
class _ViewBatch:
    name: str
    views: list[View]
    rejected: dict[str, int]
    dones: list[Done]
    asked: set[Noted]


class GroupCommit:
    """Takes views on an event loop and sees to it that they are held. `start` on the loop; `close` at the end."""

    def __init__(self, journal: Journal, line: ViewTransport, asked: AskedPages) -> None:
        self._journal = journal
        self._line = line
        self._held = HeldViews(journal, line)
        self._asked = asked
        self._names = BatchNames()
        self._views: list[View] = []
        self._dones: list[Done] = []
        self._rejected: dict[str, int] = {}
        self._queue: queue.SimpleQueue[_ViewBatch | None] = queue.SimpleQueue()
        self._in_flight = 0
        self._timer: asyncio.TimerHandle | None = None
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._checked_at = 0.0

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        # The committing thread comes back from the broker thousands of times a second beside a busy loop;
        # with Python's 5 ms turns it would wait longer for the interpreter than for the broker.
        sys.setswitchinterval(min(sys.getswitchinterval(), 0.001))
        for name, run in (("views", self._commit_all), ("view-journal", self._keep_journal)):
            thread = threading.Thread(target=run, name=name, daemon=True)
            thread.start()
            self._threads.append(thread)
        self._tallied_at = time.monotonic()
        self._tally_timer = loop.call_later(LOOK_SECONDS, self._report_tally)

    async def close(self) -> None:
        """Commit what is here, answer it, and stop. Takes no views any more."""
        self._tally_timer.cancel()
        self._hand_over()
        self._queue.put(None)
        self._stopping.set()
        for thread in self._threads:
            await asyncio.to_thread(thread.join, 10)
        await asyncio.sleep(0)
        self._journal.close()
        self._line.close()

    def add(self, view: View, done: Done) -> bool:
        """Take a view; `done` is called on the loop, soon. False: too much is waiting, say 503."""
        if self._in_flight > MAX_BATCHES_WAITING:
            return False
        views = self._views
        views.append(view)
        self._dones.append(done)
        if self._timer is None:
            self._timer = self._loop.call_later(LINGER_SECONDS, self._linger_over)
        elif len(views) >= MAX_VIEWS:
            self._hand_over()
        return True

    def reject(self, reason: str) -> None:
        """Note a refused beacon for the hourly audit."""
        self._rejected[reason] = self._rejected.get(reason, 0) + 1

    # ---------------------------------------------------------------- on the loop

    def _linger_over(self) -> None:
        self._timer = None
        # While a message is on its way the next one gathers more; its return sends the next.
        if self._in_flight == 0:
            self._hand_over()

    def _hand_over(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._views and not self._rejected and not self._asked:
            return
        views, self._views = self._views, []
        dones, self._dones = self._dones, []
        rejected, self._rejected = self._rejected, {}
        for reason, number in rejected.items():
            telemetry.views_rejected_total.labels(reason).inc(number)
        self._in_flight += 1
        self._queue.put(_ViewBatch(self._names.take(), views, rejected, dones, self._asked.take()))

    def _finish(self, batch: _ViewBatch, status: int) -> None:
        self._in_flight -= 1
        if self._views and self._in_flight == 0 and self._timer is None:
            self._hand_over()
        if status == TAKEN:
            telemetry.views_accepted_total.inc(len(batch.dones))
        for done in batch.dones:
            done(status)

    def _report_tally(self) -> None:
        self._tally_timer = self._loop.call_later(LOOK_SECONDS, self._report_tally)
        is_due = time.monotonic() - self._tallied_at >= TALLY_SECONDS
        if (is_due or len(self._asked) > MANY) and not self._views:
            self._tallied_at = time.monotonic()
            self._hand_over()

    # ---------------------------------------------------------------- in the threads

    def _commit_all(self) -> None:
        while (batch := self._queue.get()) is not None:
            try:
                asked = self._asked.read(batch.asked, time.time())
                views = CountViews(
                    batch_id=batch.name, views=tuple(batch.views), rejected=batch.rejected, asked=tuple(asked)
                )
                status = self._held.hold(views)
            except Exception:
                log.exception("batch of views not committed")
                status = BUSY
            self._loop.call_soon_threadsafe(self._finish, batch, status)

    def _keep_journal(self) -> None:
        """Send what waits, ask after what was sent, send again what was lost."""
        while not self._stopping.is_set():
            try:
                self._held.send_waiting(self._stopping.is_set)
                if time.monotonic() - self._checked_at >= CHECK_SECONDS:
                    self._held.check_sent()
                    self._checked_at = time.monotonic()
            except BROKER_ERRORS:
                pass  # away still; what waits waits
            except Exception:
                log.exception("journal of views not kept")
            telemetry.view_spool_bytes.set(self._held.size)
            self._stopping.wait(RETRY_SECONDS)


def _impatient_app() -> Celery:
    """The house's Celery app with deadlines that suit a reader who waits: the journal is there for the rest."""
    app = make_celery("web")
    options = dict(app.conf.broker_transport_options)
    if options:
        options |= {
            "socket_timeout": BROKER_SECONDS,
            "socket_connect_timeout": BROKER_SECONDS,
            "retry_on_timeout": False,
        }
    # No second try while readers wait: with a broker that takes packets and says nothing it would be the same again.
    app.conf.update(
        broker_transport_options=options, broker_connection_timeout=BROKER_SECONDS, task_publish_retry=False
    )
    return app
