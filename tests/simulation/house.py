"""The house in one process: every piece of it that carries something from ingest to readers, or back, as an actor."""

import os
import shutil
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from sqlalchemy import Engine, func, select

from services.counter import drain as draining
from services.counter import store as counter_store
from services.counter import tasks as counter_tasks
from services.counter.hot import Hot
from services.counter.publish_totals import TotalsPublisher
from services.ingest import tasks as ingest_tasks
from services.ingest.events import build
from services.ingest.kit import generation
from services.ingest.kit.tables import outbox
from services.ingest.ops import reconcile
from services.ingest.ops.delivery_check import DeliveryCheck
from services.search import tasks as search_tasks
from services.search.related import Related
from services.web import tasks as web_tasks
from services.web.comment_journal import CommentJournal
from services.web.commenting import Comments
from services.web.groupcommit import HeldViews, ViewTransport
from services.web.viewjournal import Journal
from shared import canary, clock, redis_client
from shared.ask import NoAnswer
from shared.celery_factory import BROKER_ERRORS, make_celery, publish, publisher
from shared.contracts.articles import Contract
from shared.contracts.messages import AskedQuestion, Query, QuestionsMessage
from shared.contracts.queues import CONSUMERS, Queue
from shared.database import engine, read
from shared.outbox import Relay
from shared.publishing import send_all, task_name
from tests.simulation.broker import Broker, Worker
from tests.simulation.counters import Counters
from tests.simulation.databases import Database
from tests.simulation.search import PlayedEngine
from tests.simulation.world import Actor, Work, World

A = TypeVar("A", bound=Contract)

READERS_SECONDS = 300.0
_LOOK_SECONDS = 0.25
_WAITING = select(func.count()).where(outbox.c.queue.in_([queue.value for queue in Queue]))

WEB_PROCESS = ("readers", "view keeper", "commenters", "comment keeper")
"""One process of web: they are killed together."""


def _at_once(work: Work) -> None:
    """Nothing goes on beside the schedule."""
    work()


@dataclass
class State:
    """All that lasts, at one moment."""

    databases: dict[str, Path]
    counters: dict[bytes, bytes]
    index: dict[int, Any]


class House:
    """`reset` before each schedule; the actors stand in `world.actors`."""

    related: Related
    readers_kept_at: float

    def __init__(self, folder: Path, redis_socket: str) -> None:
        self.world = world = World()
        self.folder = folder
        self.broker = Broker(world)
        self.counters = Counters(world, redis_socket)
        redis_client.connect = self.counters.connect
        engines: dict[str, Engine] = {
            "ingest": engine("ingest"),
            "web": engine("web"),
            "counter": counter_store.engine(),
        }
        self.databases = {
            name: Database(world, name, Path(str(one.url.database)), one) for name, one in engines.items()
        }
        self.ingest, self.web, self.counter = (engines[name] for name in ("ingest", "web", "counter"))
        self.search = PlayedEngine(world)
        self.orders: dict[str, deque[Work]] = {}
        self._app = self.broker.connect(publisher("ingest"))
        self.broker.connect(publisher("web"))
        self._web_app = self.broker.connect(make_celery("web"))
        self.journal: Journal | None = None
        self.workers: list[str] = []
        self._actors()

    # ------------------------------------------------------------ its processes

    def _actors(self) -> None:
        add, app = self._add, self._app
        for name in ("desk", "comparison", "readers", "commenters"):
            self.orders[name] = deque()
            add(name, partial(self._next_order, name))
        for number in (1, 2):
            relay = Relay("ingest", self.ingest, outbox, app, build, lambda: generation.of(self.ingest))
            add(f"relay {number}", partial(self._relays, relay))
        add("view keeper", self._keeps_views)
        add("comment keeper", self._keeps_comments)
        for number in (1, 2):
            web = make_celery("web")
            web_tasks.register(web, self.web)
            self._worker(f"web worker {number}", web, [Queue.page])
        index = make_celery("search")
        self._indexing = search_tasks.Indexing(self.search, [])
        search_tasks.register_indexing(index, self._indexing)
        self._worker("index worker", index, [Queue.index])
        query = make_celery("search")
        search_tasks.register_questions(query, self.search.index)  # type: ignore[arg-type]
        self._worker("query worker", query, [Queue.query])
        add("related", lambda: self.related.run_once)
        self._counters: list[counter_tasks.Counter] = []
        for number in (1, 2):
            counting = counter_tasks.Counter(self.counter, self._hot(), lambda: None)
            self._counters.append(counting)
            counter_app = make_celery("counter")
            counter_tasks.register(counter_app, counting)
            self._worker(f"counter worker {number}", counter_app, [Queue.count, Queue.statistics])
            self._drain(number)
        ingest = make_celery("ingest")
        ingest_tasks.register(ingest, self.ingest)
        self._worker("ingest worker", ingest, [Queue.comments, Queue.dead])
        add("delivery check", lambda: partial(self.check.look, self.ask))

    def _add(self, name: str, begin: Callable[[], Work | None]) -> None:
        self.world.actors[name] = Actor(self.world, name, begin)

    def _worker(self, name: str, app: Any, queues: list[Queue]) -> None:
        self.broker.connect(app)
        for service in {CONSUMERS[queue] for queue in queues}:
            canary.register(app, service)
        app.finalize()
        up: Callable[[], bool] = lambda: name not in self.stopped  # noqa: E731
        self.workers.append(name)
        self.world.actors[name] = Worker(self.world, self.broker, name, app, queues, up)

    def _hot(self) -> Hot:
        return Hot(redis_client.redis_client(), lambda: counter_store.stored_batches(self.counter))

    def _drain(self, number: int) -> None:
        hot, totals = self._hot(), TotalsPublisher(self.counter, self._app)

        def work() -> None:
            draining.drain(hot, self.counter)
            totals.publish_changed()
            if self.world.elapsed >= self.readers_kept_at + READERS_SECONDS:
                self.readers_kept_at = self.world.elapsed
                draining.keep_readers(hot, self.counter, clock.now())
            totals.sweep()

        self._add(f"drain {number}", lambda: work)

    # ------------------------------------------------------------ what they have to do

    def order(self, name: str, work: Work) -> None:
        self.orders[name].append(work)

    def _next_order(self, name: str) -> Work | None:
        return self.orders[name].popleft() if self.orders[name] else None

    def _relays(self, relay: Relay) -> Work | None:
        return relay.run_once if self.outbox_rows() else None

    def _keeps_views(self) -> Work | None:
        held = self.held

        def work() -> None:
            try:
                held.send_waiting()
                held.check_sent()
            except BROKER_ERRORS:
                pass

        return work if self.journal else None

    def _keeps_comments(self) -> Work | None:
        found = list(self.comment_folder.glob("*.json"))
        now = time.time()
        for file in found:
            # The system below knows the machine's time alone.
            if file.stat().st_mtime > now:
                os.utime(file, (now, now))
        return self.comments.look if found else None

    def outbox_rows(self) -> int:
        with read(self.ingest) as connection:
            return int(connection.execute(_WAITING).scalar_one())

    def compare(self) -> dict[str, int | None]:
        return reconcile.compare(self.ingest, self._app, self.ask)

    def ask(self, query: Query[A], timeout: float, /) -> A:
        """A question and its answer, as `shared.ask.Asker` sends and hears them."""
        kind, question = type(query), uuid4().hex
        asked: AskedQuestion = {
            "id": question,
            "message": query.model_dump(mode="json"),
            "within": timeout,
            "traceparent": "",
        }
        arguments: QuestionsMessage = {"questions": [asked], "sent_at": clock.now()}
        try:
            publish(self._app, task_name(CONSUMERS[kind.queue], kind.kind), kind.queue, arguments)
        except BROKER_ERRORS as error:
            raise NoAnswer(kind.kind) from error
        deadline = clock.monotonic() + timeout
        while question not in self.counters.answers:
            if clock.monotonic() >= deadline:
                raise NoAnswer(kind.kind)
            clock.sleep(_LOOK_SECONDS)
        answer = self.counters.answers.pop(question)
        if not answer:
            raise NoAnswer(kind.kind)
        read: A = query.Answer.model_validate_json(answer)
        return read

    # ------------------------------------------------------------ its life

    def kill(self, name: str) -> None:
        """End a process where it stands; another takes its place."""
        for one in WEB_PROCESS if name in WEB_PROCESS else (name,):
            self.world.kill(one)
        if name in WEB_PROCESS:
            self.begin_web()
        elif name.startswith("drain"):
            self._drain(int(name[-1]))
        elif name.startswith("counter worker"):
            object.__setattr__(self._counters[int(name[-1]) - 1], "hot", self._hot())
        elif name == "delivery check":
            self.check = DeliveryCheck(self.ingest, self._app)

    def begin_web(self) -> None:
        """A process of web starts, with what is on its disk."""
        if self.journal is not None:
            self.journal.close()
        self.journal = Journal(self.folder / "views", clock.monotonic())
        self.held = HeldViews(self.journal, ViewTransport(self.ask, self._web_app))
        self.comments = Comments(CommentJournal(self.comment_folder), self.ask, aside=_at_once)

    @property
    def comment_folder(self) -> Path:
        return self.folder / "comments"

    def save(self, name: str) -> State:
        """Everything that lasts, as it is now."""
        files = {}
        for one in self.databases.values():
            files[one.name] = self.folder / f"{name}-{one.name}.db"
            one.copy_to(files[one.name])
        return State(files, self.counters.save(), dict(self.search.index.held))

    def reset(self, state: State) -> None:
        """The house as it was then, nobody at work, nothing under way."""
        for actor in self.world.actors.values():
            actor.kill()
            actor.skew = 0.0
        for orders in self.orders.values():
            orders.clear()
        self.world.begin()
        self.stopped: set[str] = set()
        self.readers_kept_at = -READERS_SECONDS
        self.broker.clear()
        self.counters.clear()
        self.counters.restart(state.counters)
        for one in self.databases.values():
            one.heal()
            one.open_writes = 0
            one.put_back(state.databases[one.name])
        self.search.index.held = dict(state.index)
        self.search.index.away_until = -1.0
        if self.journal is not None:
            self.journal.close()
            self.journal = None
        for folder in (self.folder / "views", self.comment_folder):
            shutil.rmtree(folder, ignore_errors=True)
        self.comment_folder.mkdir()
        for end in ("", "-wal", "-shm"):
            (self.folder / f"related.db{end}").unlink(missing_ok=True)
        self.related = Related(self.search, self.folder / "related.db", self._tell_related)
        object.__setattr__(self._indexing, "after", [self.related])
        self.check = DeliveryCheck(self.ingest, self._app)
        for number in (1, 2):
            self._drain(number)
            object.__setattr__(self._counters[number - 1], "hot", self._hot())
        self.begin_web()

    def _tell_related(self, changed: Any) -> None:
        send_all(self._app, [(event, event.article_id, event.version) for event in changed])

    def heal(self) -> None:
        """Every fault ends; what was done stays done."""
        self.stopped.clear()
        self.broker.away_until, self.broker.tricks = -1.0, []
        self.counters.heal()
        self.search.index.away_until = -1.0
        for one in self.databases.values():
            one.heal()
        for actor in self.world.actors.values():
            actor.skew = 0.0
