"""A small task through each queue: it shows that the queue's workers work, and that what was sent before it was taken.

A queue is first in, first out, so whoever sees their own canary again knows that everything published before it has
been handled (with several workers: at least begun).
"""

from uuid import uuid4

import redis
from celery import Celery
from redis.utils import str_if_bytes

from shared import clock
from shared.celery_factory import publish
from shared.contracts.queues import CONSUMERS, Queue
from shared.publishing import task_name
from shared.redis_client import redis_client

_KIND = "canary"
_RAN = "ts:canary:ran"
_SEEN = "ts:canary:seen:"
_SEEN_SECONDS = 120
# A canary that nobody took by then is worth nothing any more; another one has been sent since.
_EXPIRES_SECONDS = 60.0
_AGAIN_SECONDS = 5.0


def register(app: Celery, service: str) -> None:
    """Give a worker's app the task that its queues' canaries call."""

    @app.task(name=task_name(service, _KIND), shared=False)
    def canary(queue: str, token: str, sent_at: float = 0.0) -> None:
        if sent_at and clock.now() > sent_at + _EXPIRES_SECONDS:
            return
        try:
            pipe = redis_client().pipeline(transaction=False)
            pipe.hset(_RAN, queue, clock.now())
            pipe.set(_SEEN + token, 1, ex=_SEEN_SECONDS)
            pipe.execute()
        except redis.RedisError:
            pass  # its age tells


def send(app: Celery, queue: Queue) -> str:
    """Send one through a queue; returns its token. Raises kombu.exceptions.OperationalError without a broker."""
    token = uuid4().hex
    task = task_name(CONSUMERS[queue], _KIND)
    publish(app, task, queue, {"queue": queue.value, "token": token, "sent_at": clock.now()})
    return token


def pass_through(app: Celery, queue: Queue, within_s: float) -> bool:
    """Wait until everything that is in the queue now has been taken; False when that lasts longer than `within_s`.

    Raises kombu.exceptions.OperationalError without a broker, redis.RedisError without the counters' Redis.
    """
    give_up = clock.monotonic() + within_s
    tokens: list[str] = []
    send_at, pause = 0.0, 0.01
    while clock.monotonic() < give_up:
        if clock.monotonic() >= send_at:  # the first may have been lost with the queue
            tokens.append(send(app, queue))
            send_at = clock.monotonic() + _AGAIN_SECONDS
        if redis_client().exists(*(_SEEN + token for token in tokens)):
            return True
        clock.sleep(pause)
        pause = min(0.2, pause * 2)
    return False


def ran_at() -> dict[str, float]:
    """Queue -> when its last canary ran (unix seconds). Raises redis.RedisError."""
    return {str_if_bytes(queue): float(at) for queue, at in redis_client().hgetall(_RAN).items()}
