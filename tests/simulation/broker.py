"""The broker, played: queues of messages that it delays, doubles, reorders and loses, acknowledgements too.

It keeps to what the house's Celery configuration asks of a broker (`shared.celery_factory`): which queues forget a
message when it is handed out, when a message is acknowledged, and after how long it goes to somebody else. Publishers
and workers are real Celery apps whose way to the broker leads here.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from celery import Celery
from celery.exceptions import Reject
from kombu.exceptions import OperationalError
from kombu.serialization import dumps, loads

from shared.celery_factory import VISIBILITY_SECONDS
from shared.contracts.queues import Queue
from tests.simulation.world import WATCHDOG_SECONDS, Actor, World


@dataclass(slots=True)
class Message:
    task: str
    queue: str
    body: str
    id: str
    again: bool = False
    """It was handed out before."""


@dataclass
class Broker:
    """`connect` an app to it; `away_until` it answers nobody."""

    world: World
    queues: dict[str, deque[Message]] = field(default_factory=dict)
    unacked: list[tuple[float, Message]] = field(default_factory=list)
    """(since when, message)"""
    away_until: float = -1.0
    tricks: list[str] = field(default_factory=list)
    """What it does with the next messages: "double" or "unsaid" (it takes one and the publisher never hears) when they
    come, "lose" when one is handed out."""
    _count: int = 0

    def clear(self) -> None:
        self.queues = {name: deque() for queue in Queue for name in queue.names}
        self.unacked, self.tricks, self.away_until, self._count = [], [], -1.0, 0

    def connect(self, app: Celery) -> Celery:
        app.send_task = self._send
        app.connection_for_write = self._connection
        return app

    def wipe(self) -> None:
        for waiting in self.queues.values():
            waiting.clear()
        self.unacked.clear()

    def waiting(self, queues: list[Queue]) -> bool:
        self._give_up_waiting()
        return not self._is_away() and any(self.queues[name] for queue in queues for name in queue.names)

    def is_empty(self) -> bool:
        return not self.unacked and not any(self.queues.values())

    def take(self, queues: list[Queue]) -> Message | None:
        for queue in queues:
            for name in queue.names:
                if self.queues[name]:
                    return self.queues[name].popleft()
        return None

    def give_again(self, message: Message) -> None:
        message.again = True
        self.queues[message.queue].appendleft(message)

    def _is_away(self) -> bool:
        return self.world.elapsed < self.away_until

    def _give_up_waiting(self) -> None:
        late = [one for one in self.unacked if self.world.elapsed - one[0] > VISIBILITY_SECONDS]
        for one in late:
            self.unacked.remove(one)
            one[1].again = True
            self.queues[one[1].queue].append(one[1])

    # ------------------------------------------------------------ what Celery's apps ask of it

    def _send(
        self, name: str, *, kwargs: dict[str, Any], queue: str, task_id: str | None = None, **_options: Any
    ) -> None:
        self.world.step()
        if self._is_away():
            raise OperationalError("the broker is away")
        _, _, body = dumps(kwargs, serializer="json")
        self._count += 1
        message = Message(name, queue, body, task_id or f"m{self._count}")
        self.queues[queue].append(message)
        self.world.tell(f"{self.world.who()} sends {name}")
        trick = self.trick("double", "unsaid")
        if trick == "double":
            self._count += 1
            self.queues[queue].append(Message(name, queue, body, f"m{self._count}"))
            self.world.tell("the broker keeps it twice")
        if trick == "unsaid":
            self.world.tell("the broker has it, its answer is lost")
            raise OperationalError("no answer from the broker")

    @contextmanager
    def _connection(self, *_: Any, **__: Any) -> Iterator[Any]:
        if self._is_away():
            raise OperationalError("the broker is away")

        def declare(name: str, passive: bool) -> Any:
            assert passive
            return SimpleNamespace(message_count=len(self.queues[name]))

        @contextmanager
        def channel() -> Iterator[Any]:
            yield SimpleNamespace(queue_declare=declare)

        yield SimpleNamespace(channel=channel, channel_errors=(), connection_errors=(OperationalError,))

    def trick(self, *kinds: str) -> str:
        if self.tricks and self.tricks[0] in kinds:
            return self.tricks.pop(0)
        return ""


class Worker(Actor):
    """A Celery worker's process: takes one message at a time and does with it what Celery would."""

    def __init__(
        self, world: World, broker: Broker, name: str, app: Celery, queues: list[Queue], up: Callable[[], bool]
    ) -> None:
        super().__init__(world, name, self._take)
        self.app = app
        self.limit = WATCHDOG_SECONDS
        self._broker = broker
        self._queues = queues
        self._up = up
        self._held: tuple[float, Message] = (0.0, Message("", "", "", ""))
        self._takes_over = name.endswith("1")
        """Nobody else consumes under its name: it starts with what it left unacknowledged (shared.worker)."""
        self._forgets = {queue.name for queue in app.conf.task_queues if queue.no_ack}

    def kill(self) -> None:
        super().kill()
        if self._takes_over and self._held in self._broker.unacked:
            self._broker.unacked.remove(self._held)
            self._broker.give_again(self._held[1])

    def _take(self) -> Callable[[], None] | None:
        if not self._up() or not self._broker.waiting(self._queues):
            return None
        message = self._broker.take(self._queues)
        assert message is not None
        if self._broker.trick("lose"):
            self.world.tell(f"the broker hands {message.task} to {self.name}, which dies before it has it")
            return None
        return lambda: self._handle(message)

    def _handle(self, message: Message) -> None:
        broker, task = self._broker, self.app.tasks.get(message.task)
        if task is None:
            self.world.wrong(f"{self.name} does not know {message.task}")
            return
        held = (self.world.elapsed, message)
        if message.queue not in self._forgets and task.acks_late:
            self._held = held
            broker.unacked.append(held)
        # It may die as soon as it has the message.
        self.world.step()
        kwargs = loads(message.body, "application/json", "utf-8", accept=["application/json"])
        self.world.tell(f"{self.name} handles {message.task}{' again' if message.again else ''}")
        where = {"routing_key": message.queue, "redelivered": message.again}
        task.push_request(id=message.id, kwargs=kwargs, delivery_info=where, traceparent="")
        back = False
        try:
            task.run(**kwargs)
        except Reject as put_back:
            back = bool(put_back.requeue)
        except Exception as error:
            self.world.wrong(f"{message.task} failed at {self.name}: {error!r}"[:400])
        finally:
            task.pop_request()
        # It may die after the work and before it says so.
        self.world.step()
        if held not in broker.unacked:
            return  # somebody else was given it meanwhile, or the broker has lost everything
        broker.unacked.remove(held)
        if back:
            self.world.tell(f"{self.name} puts {message.task} back")
            broker.give_again(message)
