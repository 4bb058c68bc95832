"""Questions with an answer and a deadline, over the same queues as everything else.

A message carries one question, or, when a service asks faster than it is answered, all of a kind that have gathered
while earlier ones were on their way: a message costs the same whatever is in it. It expires when nobody waits any more.
Each answer comes by Redis pub/sub, on a channel named after its question. The questions of one asker share a prefix, so
one pattern subscription hears every answer: no connection and no subscription for each. (Celery's own results do the
same, with three more commands for each and a key that stays behind.) Redis lets an account subscribe to patterns only
that its list holds word for word (deploy/redis), so that a pattern is one of a few of the asker's service: some other
askers' answers come too, and are dropped.
"""

import asyncio
import itertools
import random
import threading
import time
from collections import Counter
from concurrent.futures import Future, InvalidStateError
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from uuid import uuid4

import redis
from celery import Celery
from pydantic import ValidationError

from shared import clock
from shared.celery_factory import BROKER_ERRORS, publish
from shared.contracts.articles import Contract
from shared.contracts.messages import AskedQuestion, Query, QuestionsMessage
from shared.contracts.queues import CONSUMERS
from shared.publishing import task_name
from shared.redis_client import heard, redis_client, subscriber
from shared.telemetry import log
from shared.tracing import current_traceparent

A = TypeVar("A", bound=Contract)

_CHANNEL = "ts:answer:"
_LINES = 16
"""Patterns that a service's askers share out among them by lot; deploy/redis/start.sh names them."""
# Messages of one kind that an asker has on their way before further questions gather for the next one, and the most
# that go in one. More messages keep more workers busy, fewer gather more: four threads are what a worker has.
_MESSAGES = 4
_TOGETHER = 16


class NoAnswer(Exception):
    """Nobody answered in time, or the broker is away: show an honest page without the answer."""


def reply(question_id: str, answer: Contract | None) -> None:
    """Answer a question; None says that it failed. Raises redis.RedisError when Redis is away."""
    redis_client().publish(_CHANNEL + question_id, answer.model_dump_json() if answer else b"")


@dataclass(slots=True)
class _Message:
    """What went to the broker in one, with the number of its questions that somebody still waits for."""

    kind: type[Query[Any]]
    left: int


@dataclass(slots=True, eq=False)
class _Question:
    id: str
    query: Query[Any]
    deadline: float
    """By time.monotonic()."""
    traceparent: str
    answer: "Future[bytes]"
    message: _Message | None = None


class Asker:
    """One process's line to the services that answer. Thread-safe; `start` once, after any fork."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        service = str(app.main).rpartition(".")[2]
        self._line = f"{service}-{random.randrange(_LINES):x}-"
        self._prefix = f"{self._line}{uuid4().hex[:12]}-"
        self._count = itertools.count()
        self._waiting: dict[str, _Question] = {}
        self._unsent: list[_Question] = []
        self._on_their_way: Counter[type[Query[Any]]] = Counter()
        self._changed = threading.Condition()
        self._subscribed = threading.Event()
        self._closed = threading.Event()

    def start(self) -> "Asker":
        for name, work in (("answers", self._listen), ("questions", self._send)):
            threading.Thread(target=work, name=name, daemon=True).start()
        return self

    def close(self) -> None:
        """Ask nothing more; the threads end soon."""
        with self._changed:
            self._closed.set()
            self._changed.notify()

    async def ask(self, query: Query[A], timeout: float = 1.5, again_after: float | None = None) -> A:
        """The answer. Raises NoAnswer after `timeout` seconds at the latest.

        Asked once more after `again_after` seconds, and the first answer is taken: a worker that was killed takes a
        question with it, and another could have answered (a hedged request: Dean, Barroso, The Tail at Scale, 2013).
        """
        return self._read(query, await self.ask_json(query, timeout, again_after))

    async def ask_json(self, query: Query[Any], timeout: float = 1.5, again_after: float | None = None) -> bytes:
        """The answer as the JSON that came, for whoever only hands it on. Raises NoAnswer as `ask` does."""
        asked = [self._put(query, timeout)]
        coming = asyncio.wrap_future(asked[0].answer)
        try:
            async with asyncio.timeout(timeout):
                if again_after and not (await asyncio.wait([coming], timeout=again_after))[0]:
                    asked.append(self._put(query, timeout - again_after, asked[0].answer))
                answer = await coming
        except TimeoutError as error:
            raise NoAnswer(query.kind) from error
        finally:
            for question in asked:
                self._settle(question)
        if not answer:
            raise NoAnswer(query.kind)
        return answer

    def ask_sync(self, query: Query[A], timeout: float = 5.0) -> A:
        """`ask` for code without an event loop."""
        question = self._put(query, timeout)
        try:
            return self._read(query, question.answer.result(timeout))
        except (FutureTimeout, TimeoutError) as error:
            raise NoAnswer(query.kind) from error
        finally:
            self._settle(question)

    def _put(self, query: Query[Any], timeout: float, answer: "Future[bytes] | None" = None) -> _Question:
        if self._closed.is_set():
            raise NoAnswer(query.kind)
        number = next(self._count)
        deadline = time.monotonic() + timeout
        question = _Question(f"{self._prefix}{number}", query, deadline, current_traceparent(), answer or Future())
        with self._changed:
            self._waiting[question.id] = question
            self._unsent.append(question)
            self._changed.notify()
        return question

    def _settle(self, question: _Question) -> None:
        """Nobody waits for it any more: it was answered, or is too late."""
        with self._changed:
            self._waiting.pop(question.id, None)
            message = question.message
            if message is None:
                self._unsent.remove(question)
            else:
                message.left -= 1
                if not message.left:
                    self._on_their_way[message.kind] -= 1
                    self._changed.notify()

    # ------------------------------------------------------------ the way there

    def _send(self) -> None:
        while not self._closed.is_set():
            # What is published before answers are heard would be answered to nobody.
            if not self._subscribed.wait(0.5):
                continue
            with self._changed:
                questions = self._gathered()
                if not questions:
                    self._changed.wait(10)
                    continue
            try:
                self._publish(questions)
            except Exception as error:
                if not isinstance(error, BROKER_ERRORS):
                    log.exception("questions not sent")
                for question in questions:
                    _fail(question, error)

    def _gathered(self) -> list[_Question]:
        """Questions of one kind for the next message, oldest first; none while enough messages are on their way."""
        for kind in dict.fromkeys(type(question.query) for question in self._unsent):
            if self._on_their_way[kind] < _MESSAGES:
                found = [question for question in self._unsent if type(question.query) is kind][:_TOGETHER]
                message = _Message(kind, len(found))
                for question in found:
                    question.message = message
                self._unsent = [question for question in self._unsent if question.message is None]
                self._on_their_way[kind] += 1
                return found
        return []

    def _publish(self, questions: list[_Question]) -> None:
        now = time.monotonic()
        kind = type(questions[0].query)
        asked: list[AskedQuestion] = [
            {
                "id": question.id,
                "message": question.query.model_dump(mode="json"),
                "within": question.deadline - now,
                "traceparent": question.traceparent,
            }
            for question in questions
        ]
        arguments: QuestionsMessage = {"questions": asked, "sent_at": clock.now()}
        publish(self._app, task_name(CONSUMERS[kind.queue], kind.kind), kind.queue, arguments)

    @staticmethod
    def _read(query: Query[A], answer: bytes) -> A:
        try:
            read: A = query.Answer.model_validate_json(answer)
            return read
        except ValidationError as error:
            raise NoAnswer(query.kind) from error

    def _listen(self) -> None:
        while not self._closed.is_set():
            try:
                with subscriber().pubsub(ignore_subscribe_messages=False) as subscription:
                    subscription.psubscribe(f"{_CHANNEL}{self._line}*")
                    while not self._closed.is_set():
                        self._take(heard(subscription))
            except (redis.RedisError, OSError) as error:
                self._subscribed.clear()
                if not self._closed.is_set():
                    log.warning("answers interrupted", error=str(error))
                self._closed.wait(0.5)

    def _take(self, message: dict[str, Any] | None) -> None:
        if message is None:
            return
        if message["type"] == "psubscribe":
            self._subscribed.set()
        if message["type"] != "pmessage":
            return
        question = self._waiting.get(message["channel"].decode().removeprefix(_CHANNEL))
        if question is not None:
            # Its asker may give up at this very moment.
            with suppress(InvalidStateError):
                question.answer.set_result(message["data"])


def _fail(question: _Question, error: Exception) -> None:
    failure = NoAnswer(question.query.kind)
    failure.__cause__ = error
    with suppress(InvalidStateError):
        question.answer.set_exception(failure)


class AskFunction(Protocol):
    """What code that asks takes as a parameter: `Asker.ask_sync`, or a stand-in."""

    def __call__(self, query: Query[A], timeout: float, /) -> A: ...
