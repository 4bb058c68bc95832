"""Every worker runs with the configuration that shared.celery_factory states, whatever it does besides."""

from typing import Any

import pytest

from shared.celery_factory import TASK_SECONDS, VISIBILITY_SECONDS, make_celery
from shared.contracts.queues import Queue
from tests.conftest import forget_settings
from tests.unit.shared.conftest import Worker
from toasoan.place import from_settings
from toasoan.roles import Phase, house_roles

EXPECTED: dict[str, Any] = {
    "broker_connection_timeout": 3,
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    "broker_channel_error_retry": True,
    "visibility_timeout": 120,
    "task_serializer": "json",
    "accept_content": ["json"],
    "task_create_missing_queues": False,
    "task_acks_late": True,
    "task_acks_on_failure_or_timeout": True,
    "task_reject_on_worker_lost": None,
    "task_track_started": False,
    "task_ignore_result": True,
    "worker_prefetch_multiplier": 1,
    "worker_cancel_long_running_tasks_on_connection_loss": True,
    "worker_send_task_events": False,
    "task_send_sent_event": False,
    "worker_enable_remote_control": False,
    "task_publish_retry": True,
    "task_publish_retry_policy": {"max_retries": 1, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.2},
    "timezone": "UTC",
    "enable_utc": True,
}
TRANSPORT: dict[str, Any] = {
    "visibility_timeout": 120,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 10,
    "socket_connect_timeout": 3,
    "health_check_interval": 10,
    "retry_on_timeout": True,
    "priority_steps": [0],
    "queue_order_strategy": "round_robin",
    "global_keyprefix": "ts:",
}


@pytest.mark.parametrize("role", ["ingest.worker", "counter.worker", "search.index", "search.query", "web.worker"])
def test_a_worker_runs_with_these_values(workers: dict[str, Worker], role: str) -> None:
    app = workers[role].app
    assert {name: getattr(app.conf, name) for name in EXPECTED} == EXPECTED
    options = dict(app.conf.broker_transport_options)
    assert {name: options[name] for name in TRANSPORT} == TRANSPORT
    assert {queue.name for queue in app.conf.task_queues} == {name for queue in Queue for name in queue.names}
    assert {queue.name for queue in app.conf.task_queues if queue.no_ack} == {"query", "statistics"}


def test_the_caught_workers_are_all_that_the_house_starts(workers: dict[str, Worker]) -> None:
    started = {role.name for role in house_roles(from_settings()) if role.phase is Phase.workers}
    assert started == set(workers)


def test_every_queue_has_one_kind_of_worker(workers: dict[str, Worker]) -> None:
    consumed = [queue for worker in workers.values() for queue in worker.queues]
    assert sorted(consumed) == sorted(Queue)


def test_messages_are_redelivered_only_when_no_handler_can_still_have_them() -> None:
    assert VISIBILITY_SECONDS > TASK_SECONDS + 30


def test_a_sole_consumer_keeps_a_book_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOASOAN_SOLE_CONSUMER", "web.worker")
    options = make_celery("web").conf.broker_transport_options
    assert options["unacked_index_key"] == "unacked_index:web.worker"
    assert options["unacked_key"] == "unacked:web.worker"
    assert options["unacked_mutex_key"] == "unacked_mutex:web.worker"


def test_another_broker_gets_no_options_of_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOASOAN_BROKER_URL", "amqp://house:secret@rabbit/")
    forget_settings()
    app = make_celery("web")
    assert app.conf.broker_url == "amqp://house:secret@rabbit/"
    assert app.conf.broker_transport_options == {}
