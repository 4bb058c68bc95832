"""The one base of every Celery handler: decoding, metrics, log and trace context, retries, dead letters.

A handler is a plain function. It must give the same end state when a message comes twice, late or out of order
(a higher version wins); this base sees to everything else:

- the store is away (shared/away.py says what that is): the worker waits in place, then puts the message back; nothing
  is lost and nothing overtakes;
- one bad event in a batch: the batch is taken apart and only that one goes to the dead letters;
- a message that kills the worker: its deliveries are counted, over `MAX_DELIVERIES` it goes to the dead letters.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any, TypeVar

import redis
from celery import Celery, Task
from celery.exceptions import Reject
from celery.worker import state as worker_state
from celery.worker.request import Request
from pydantic import ValidationError

from shared import clock, telemetry
from shared.ask import reply
from shared.away import is_away
from shared.contracts.articles import Contract
from shared.contracts.envelope import Delivered, Envelope, EnvelopeFields
from shared.contracts.events import Event
from shared.contracts.handled import Handled
from shared.contracts.messages import AskedQuestion, Command, Query
from shared.contracts.queues import UNKEPT, Queue
from shared.publishing import bury, task_name
from shared.redis_client import redis_client
from shared.telemetry import bound, log
from shared.tracing import span

E_ = TypeVar("E_", bound=Event)
C_ = TypeVar("C_", bound=Command)
Q_ = TypeVar("Q_", bound=Query[Any])
Of = TypeVar("Of")

MAX_DELIVERIES = 5
# How long a worker waits in place for its store before it puts the message back (and takes it again).
WAIT_SECONDS = 20.0


def register(
    app: Celery, service: str, of: Of, handlers: Iterable[Handled[Of]], beside: Executor | None = None
) -> None:
    """Give the app a task for each of the kinds; `of` is what the service works on, `beside` as for `answers`."""
    for kind, work in handlers:
        if issubclass(kind, Event):
            handles(app, kind, service)(partial(work, of))
        elif issubclass(kind, Query):
            answers(app, kind, service, beside)(partial(work, of))
        else:
            assert issubclass(kind, Command)
            executes(app, kind, service)(partial(work, of))


def handles(app: Celery, event: type[E_], service: str) -> Callable[[Callable[[list[Delivered[E_]]], None]], Any]:
    """Register `function(events)` for a kind of event: it gets the events of one message, 1 to BATCH_EVENTS."""

    def register(function: Callable[[list[Delivered[E_]]], None]) -> Any:
        @app.task(name=task_name(service, event.kind), bind=True, shared=False)
        def run(task: Task, events: list[EnvelopeFields], sent_at: float = 0.0) -> None:
            _run(task, service, sent_at, lambda: _apply_batch(task, service, event, function, events))

        return run

    return register


def executes(app: Celery, command: type[C_], service: str) -> Callable[[Callable[[C_], None]], Any]:
    """Register `function(command)` for a command without an answer."""

    def register(function: Callable[[C_], None]) -> Any:
        @app.task(name=task_name(service, command.kind), bind=True, shared=False, private=command.private)
        def run(task: Task, message: dict[str, object], sent_at: float = 0.0) -> None:
            def work() -> str:
                try:
                    with _continued(task):
                        _patiently(task, lambda: function(command.model_validate(message)), _deadline())
                except _GiveUp:
                    raise
                except Exception as error:
                    return _bury(task, service, {"message": message}, error)
                return "done"

            _run(task, service, sent_at, work)

        return run

    return register


def answers(
    app: Celery, query: type[Q_], service: str, beside: Executor | None = None
) -> Callable[[Callable[[Q_], Contract]], Any]:
    """Register `function(query) -> answer` for a question. A failure is answered too, by an empty reply; nothing is
    retried, because whoever asked has stopped waiting by then. What nobody waits for any more is not begun.

    `beside` answers in a thread of its own: a long question then keeps no other message waiting."""
    kept = query.queue not in UNKEPT
    request = "celery.worker.request:Request" if kept else UnkeptRequest

    def register(function: Callable[[Q_], Contract]) -> Any:
        def answer(task: Task, question: AskedQuestion) -> str:
            made: Contract | None = None
            try:
                with span(task.name, question["traceparent"], "consumer"):
                    made = function(query.model_validate(question["message"]))
            finally:
                reply(question["id"], made)
            return "done"

        def answer_all(task: Task, questions: list[AskedQuestion], sent_at: float) -> None:
            for question in questions:
                if sent_at and clock.now() > sent_at + question["within"]:
                    continue
                try:
                    _run(task, service, sent_at, partial(answer, task, question), again=False)
                except Exception:
                    log.exception("query failed", task=task.name)

        def in_thread(context: Any, task: Task, questions: list[AskedQuestion], sent_at: float) -> None:
            task.request_stack.push(context)  # each thread has a stack of its own
            try:
                answer_all(task, questions, sent_at)
            finally:
                task.request_stack.pop()

        @app.task(name=task_name(service, query.kind), bind=True, shared=False, acks_late=False, Request=request)
        def run(task: Task, questions: list[AskedQuestion], sent_at: float = 0.0) -> None:
            if beside is None:
                answer_all(task, questions, sent_at)
            else:
                beside.submit(in_thread, task.request_stack.top, task, questions, sent_at)

        return run

    return register


class UnkeptRequest(Request):
    """A message that the broker forgot when it handed it out: there is nothing to acknowledge."""

    def acknowledge(self) -> None:
        self.acknowledged = True


class _GiveUp(Reject):
    """The message goes back to its queue, untouched."""


def _run(task: Task, service: str, sent_at: float, work: Callable[[], str], again: bool = True) -> None:
    """Do the work, measured; it returns "done", or "dead" when something was buried. `again`: a message that comes too
    often is buried instead."""
    request = task.request
    queue = (request.delivery_info or {}).get("routing_key") or "?"
    started = time.perf_counter()
    if sent_at:
        telemetry.queue_wait_seconds.labels(queue).observe(max(0.0, clock.now() - sent_at))
    outcome = "failed"
    telemetry.task_started_total.labels(task.name, queue).inc()
    with bound(task=task.name, task_id=request.id):
        try:
            if again and _delivered_too_often(task):
                error = RuntimeError("worker died with it again and again")
                outcome = _bury(task, service, dict(request.kwargs or {}), error)
            else:
                outcome = work()
        except Reject:
            outcome = "put_back"
            raise
        finally:
            _measure(task.name, queue, outcome, time.perf_counter() - started)


_COUNTED = {
    "done": telemetry.task_succeeded_total,
    "put_back": telemetry.task_retried_total,
    "dead": telemetry.task_failed_total,
    "failed": telemetry.task_failed_total,
}


def _measure(task: str, queue: str, outcome: str, seconds: float) -> None:
    telemetry.handler_seconds.labels(task, outcome).observe(seconds)
    _COUNTED[outcome].labels(task, queue).inc()
    telemetry.task_runtime.labels(task, queue).observe(seconds)


def _apply_batch(
    task: Task,
    service: str,
    event: type[E_],
    function: Callable[[list[Delivered[E_]]], None],
    raw: list[EnvelopeFields],
) -> str:
    """ "dead" when one of them was buried, else "done"."""
    deadline, outcome = _deadline(), "done"
    delivered: list[tuple[EnvelopeFields, Delivered[E_]]] = []
    for item in raw:
        try:
            envelope = Envelope.model_validate(item)
            if envelope.schema_version > event.schema_version:
                raise ValueError(f"schema version {envelope.schema_version} is newer than this code")
            delivered.append((item, Delivered(envelope, event.model_validate(envelope.payload))))
        except (ValidationError, ValueError) as error:
            outcome = _bury(task, service, {"events": [item]}, error)
    if not delivered:
        return outcome
    first, *others = [str(item.get("traceparent") or "") for item, _ in delivered]
    attributes: dict[str, str | int] = {"messaging.batch.message_count": len(delivered)}
    with span(task.name, first, "consumer", others, **attributes), _log_context(delivered):
        try:
            _patiently(task, lambda: function([one for _, one in delivered]), deadline)
            telemetry.handled_events_total.labels(task.name, "done").inc(len(delivered))
            return outcome
        except _GiveUp:
            raise
        except Exception as error:
            if len(delivered) == 1:
                return _bury(task, service, {"events": [delivered[0][0]]}, error)
            log.warning("batch taken apart", size=len(delivered), error=repr(error)[:300])
        for item, one in delivered:
            try:
                _patiently(task, partial(function, [one]), deadline)
                telemetry.handled_events_total.labels(task.name, "done").inc()
            except _GiveUp:
                raise
            except Exception as error:
                outcome = _bury(task, service, {"events": [item]}, error)
    return outcome


def _continued(task: Task) -> AbstractContextManager[object]:
    """A span of the trace in which the message was sent."""
    return span(task.name, str(getattr(task.request, "traceparent", None) or ""), "consumer")


@contextmanager
def _log_context(delivered: list[tuple[EnvelopeFields, Delivered[E_]]]) -> Iterator[None]:
    first = delivered[0][0]
    with bound(event_id=first.get("event_id"), key=first.get("key"), events=len(delivered)):
        yield


def _deadline() -> float:
    """By clock.monotonic(): until when a message that has come just now waits in place for its store."""
    return clock.monotonic() + WAIT_SECONDS


def _patiently(task: Task, work: Callable[[], None], deadline: float) -> None:
    """Do the work; while its store is away, wait and try again, until the message's deadline, then put it back.

    The time that tries take counts too: a store that answers nothing for seconds at a time would else keep the message
    until the watchdog ends the process, and then it would pass for one that kills workers.
    """
    pause = 0.1
    while True:
        try:
            work()
            return
        except Exception as error:
            if not is_away(error):
                raise
            # The exit code of an orderly stop is 0, which is neither None nor False itself.
            stopping = worker_state.should_stop is not None and worker_state.should_stop is not False
            if stopping or clock.monotonic() + pause > deadline:
                _forget_deliveries(task)
                raise _GiveUp(str(error), requeue=True) from error
            log.warning("waiting for a store", error=repr(error)[:300])
            clock.sleep(pause)
            pause = min(2.0, pause * 2)


def _deliveries_key(task: Task) -> str:
    service = str(task.name).partition(".")[0]
    return f"ts:deliveries:{service}:{task.request.id}"


def _delivered_too_often(task: Task) -> bool:
    """Counted before the work, and only for messages that come again: a first delivery costs nothing."""
    if not (task.request.delivery_info or {}).get("redelivered"):
        return False
    try:
        pipe = redis_client().pipeline()
        pipe.incr(_deliveries_key(task))
        pipe.expire(_deliveries_key(task), 86_400)
        return int(pipe.execute()[0]) >= MAX_DELIVERIES
    except redis.RedisError:
        return False


def _forget_deliveries(task: Task) -> None:
    """Waiting for a store is no sign of a message that kills."""
    try:
        redis_client().delete(_deliveries_key(task))
    except redis.RedisError:
        pass


def _bury(task: Task, service: str, message: dict[str, Any], error: Exception) -> str:
    """Its outcome: "dead"."""
    queue = (task.request.delivery_info or {}).get("routing_key") or Queue.dead.value
    log.error("given up", error=repr(error)[:1000], exc_info=error)
    telemetry.dead_lettered_total.labels(service, task.name).inc()
    telemetry.handled_events_total.labels(task.name, "dead").inc(len(message.get("events", [0])))
    if getattr(task, "private", False):
        message = {}
    try:
        bury(task.app, service, task.name, queue, message, error, MAX_DELIVERIES)
    except Exception as failure:
        # The broker is away: keep the message where it is rather than lose it.
        raise _GiveUp(str(failure), requeue=True) from failure
    return "dead"
