"""What a broker is given, and what happens when it takes nothing."""

import signal
import time

import pytest
from celery import Celery

from shared.celery_factory import make_celery, publish
from shared.contracts.queues import Queue
from tests.servers import RedisServer


def test_only_declared_queues_and_only_json(broker: RedisServer) -> None:
    app = make_celery("tests")
    with pytest.raises(Exception, match="pge"):
        app.send_task("web.x", queue="pge")
    with pytest.raises(Exception, match="surrogates"):
        publish(app, "web.x", Queue.page, {"text": "\ud800"})
    with broker.client() as client:
        assert client.keys("ts:p*") == []


def test_publishing_to_a_frozen_broker_gives_up_soon(broker: RedisServer) -> None:
    """Nobody waits for ever: the outbox keeps what could not be sent."""
    app: Celery = make_celery("tests")
    app.conf.broker_transport_options = {**app.conf.broker_transport_options, "socket_timeout": 1}
    publish(app, "web.x", Queue.page, {})
    broker.signal(signal.SIGSTOP)
    began = time.monotonic()
    try:
        with pytest.raises(Exception, match=r"(?i)timeout|timed out|time"):
            publish(app, "web.x", Queue.page, {})
    finally:
        broker.signal(signal.SIGCONT)
    assert time.monotonic() - began < 60
