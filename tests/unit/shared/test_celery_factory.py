"""Every worker runs with the configuration that shared.celery_factory states, whatever it does besides."""

import pytest

from shared.celery_factory import TASK_SECONDS, VISIBILITY_SECONDS, make_celery
from shared.contracts.queues import Queue
from tests.conftest import forget_settings
from tests.unit.shared.conftest import Worker
from toasoan.place import from_settings
from toasoan.roles import Phase, house_roles


@pytest.mark.parametrize("role", ["ingest.worker", "counter.worker", "search.index", "search.query", "web.worker"])
def test_a_worker_runs_with_what_is_stated(workers: dict[str, Worker], role: str) -> None:
    app, stated = workers[role].app, make_celery(role.partition(".")[0])
    own = {"broker_url", "task_queues"}
    told, wanted = app.conf.table(with_defaults=True), stated.conf.table(with_defaults=True)
    assert {name: told[name] for name in wanted.keys() - own} == {name: wanted[name] for name in wanted.keys() - own}
    assert app.conf.broker_transport_options == stated.conf.broker_transport_options
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
