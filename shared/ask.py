"""Questions with an answer and a deadline, over the same queues as everything else.

The question is a Celery task that expires when nobody waits any more; the answer comes by Redis pub/sub, on a channel
named after the task. Task ids of one asker share a prefix, so one pattern subscription hears every answer: no
connection and no subscription for each question. (Celery's own results do the same, with three more commands for each
and a key that stays behind.)
"""

import asyncio
import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any
from uuid import uuid4

import redis
from celery import Celery
from pydantic import ValidationError

from shared.celery_factory import publish
from shared.contracts.articles import Contract
from shared.contracts.commands import Query
from shared.contracts.queues import CONSUMERS
from shared.hints import counters
from shared.publishing import task_name
from shared.settings import get_settings
from shared.telemetry import log

_CHANNEL = "ts:answer:"


class NoAnswer(Exception):
    """Nobody answered in time, or the broker is away: show an honest page without the answer."""


def reply(task_id: str, answer: Contract | None) -> None:
    """Answer a question; None says that it failed. Raises redis.RedisError when Redis is away."""
    counters().publish(_CHANNEL + task_id, answer.model_dump_json() if answer else b"")


class Asker:
    """One process's line to the services that answer. Thread-safe; `start` once, after any fork."""

    def __init__(self, app: Celery, threads: int = 2) -> None:
        self._app = app
        self._prefix = f"ask-{uuid4().hex[:12]}-"
        self._count = itertools.count()
        self._waiting: dict[str, Future[bytes]] = {}
        self._senders = ThreadPoolExecutor(threads, thread_name_prefix="ask")
        self._subscribed = threading.Event()
        self._closed = threading.Event()
        self._url = get_settings().counters_url

    def start(self) -> "Asker":
        threading.Thread(target=self._listen, name="answers", daemon=True).start()
        return self

    def close(self) -> None:
        """Ask nothing more; the listening thread ends soon."""
        self._closed.set()
        self._senders.shutdown(wait=False)

    async def ask(self, query: Query, timeout: float = 1.5) -> Any:
        """The answer, of type `query.Answer`. Raises NoAnswer after `timeout` seconds at the latest."""
        task_id, future = self._expect()
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                await loop.run_in_executor(self._senders, self._send, query, task_id, timeout)
                return self._read(query, await asyncio.wrap_future(future))
        except (TimeoutError, redis.RedisError, OSError) as error:
            raise NoAnswer(query.kind) from error
        except _broker_errors() as error:
            raise NoAnswer(query.kind) from error
        finally:
            self._waiting.pop(task_id, None)

    def ask_sync(self, query: Query, timeout: float = 5.0) -> Any:
        """`ask` for code without an event loop."""
        task_id, future = self._expect()
        deadline = time.monotonic() + timeout
        try:
            if not self._subscribed.wait(timeout):
                raise NoAnswer(query.kind)
            self._send(query, task_id, timeout)
            return self._read(query, future.result(max(0.0, deadline - time.monotonic())))
        except (FutureTimeout, TimeoutError, redis.RedisError, OSError) as error:
            raise NoAnswer(query.kind) from error
        except _broker_errors() as error:
            raise NoAnswer(query.kind) from error
        finally:
            self._waiting.pop(task_id, None)

    def _expect(self) -> "tuple[str, Future[bytes]]":
        task_id = f"{self._prefix}{next(self._count)}"
        future: Future[bytes] = Future()
        self._waiting[task_id] = future
        return task_id, future

    def _send(self, query: Query, task_id: str, timeout: float) -> None:
        publish(
            self._app,
            task_name(CONSUMERS[query.queue], query.kind),
            query.queue,
            {"message": query.model_dump(mode="json"), "sent_at": time.time(), "within": timeout},
            expires=timeout,
            task_id=task_id,
        )

    @staticmethod
    def _read(query: Query, answer: bytes) -> Contract:
        try:
            return query.Answer.model_validate_json(answer)
        except ValidationError as error:
            raise NoAnswer(query.kind) from error

    def _listen(self) -> None:
        while not self._closed.is_set():
            try:
                client = redis.Redis.from_url(self._url, socket_connect_timeout=2, health_check_interval=15)
                with client.pubsub(ignore_subscribe_messages=False) as subscription:
                    subscription.psubscribe(f"{_CHANNEL}{self._prefix}*")
                    while not self._closed.is_set():
                        self._take(subscription.get_message(timeout=10))
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
        future = self._waiting.get(message["channel"].decode().removeprefix(_CHANNEL))
        if future is not None and not future.done():
            future.set_result(message["data"])


def _broker_errors() -> tuple[type[Exception], ...]:
    from kombu.exceptions import KombuError, OperationalError

    return (OperationalError, KombuError)


AskFunction = Callable[[Query, float], Any]
"""What code that asks takes as a parameter: `Asker.ask_sync`, or a stand-in."""
