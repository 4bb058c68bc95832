"""The tables of shared/contracts and the workers agree: nothing is sent that nobody handles.

A new kind of event needs its class, a row in SUBSCRIBERS and a handler in each service of that row; these tests fail
while one of them is missing.
"""

import importlib
import inspect
import pkgutil
from typing import Any

import pytest

import shared.contracts
from shared.contracts.commands import COMMANDS
from shared.contracts.events import BY_KIND, SUBSCRIBERS, Event
from shared.contracts.messages import Command, Query
from shared.contracts.queues import CONSUMERS, UNKEPT, Queue
from shared.publishing import task_name
from tests.unit.shared.conftest import Worker


def declared(base: type[Any]) -> set[type[Any]]:
    """The classes with a kind of their own, in any module of the contracts."""
    modules = [
        importlib.import_module(f"shared.contracts.{module.name}")
        for module in pkgutil.iter_modules(shared.contracts.__path__)
    ]
    return {
        one
        for module in modules
        for _, one in inspect.getmembers(module, inspect.isclass)
        if issubclass(one, base) and "kind" in vars(one)
    }


def test_the_broker_forgets_nothing_but_questions() -> None:
    """From an unkept queue a message is gone once it is handed out, whatever becomes of the worker."""
    assert {command for command in COMMANDS if command.queue in UNKEPT and not issubclass(command, Query)} == set()
    assert {event for event, queues in SUBSCRIBERS.items() if UNKEPT & set(queues)} == set()


def test_every_event_has_subscribers() -> None:
    assert declared(Event) == set(SUBSCRIBERS)
    assert all(SUBSCRIBERS.values())


def test_every_command_and_query_is_listed() -> None:
    assert declared(Command) == set(COMMANDS)


def test_kinds_are_unique_and_named_after_their_classes() -> None:
    everything: list[type[Event] | type[Command]] = [*SUBSCRIBERS, *COMMANDS]
    assert len({one.kind for one in everything}) == len(everything)
    for one in everything:
        assert one.kind.replace("_", "") == one.__name__.lower()
    assert {event.kind: event for event in SUBSCRIBERS} == BY_KIND


def test_every_queue_belongs_to_a_service() -> None:
    assert set(CONSUMERS) == set(Queue)
    assert set(CONSUMERS.values()) == {"ingest", "search", "counter", "web"}


def test_every_class_says_what_it_is() -> None:
    for one in [*SUBSCRIBERS, *COMMANDS]:
        if one.__doc__ is None and not issubclass(one, Query):
            pytest.fail(f"{one.__name__} has no docstring")


def wanted() -> dict[Queue, set[str]]:
    """Queue -> names of the tasks that may be sent to it."""
    tasks: dict[Queue, set[str]] = {queue: set() for queue in Queue}
    for event, queues in SUBSCRIBERS.items():
        for queue in queues:
            tasks[queue].add(task_name(CONSUMERS[queue], event.kind))
    for command in COMMANDS:
        tasks[command.queue].add(task_name(CONSUMERS[command.queue], command.kind))
    return tasks


@pytest.mark.parametrize("queue", list(Queue))
def test_the_workers_of_a_queue_handle_all_that_is_sent_to_it(workers: dict[str, Worker], queue: Queue) -> None:
    for worker in workers.values():
        if queue in worker.queues:
            known = {name for name in worker.app.tasks if not name.startswith("celery.")}
            assert wanted()[queue] <= known, f"{worker.role} lacks a handler"


def test_no_worker_has_a_handler_that_nothing_is_sent_to(workers: dict[str, Worker]) -> None:
    sent = set().union(*wanted().values())
    for worker in workers.values():
        known = {name for name in worker.app.tasks if not name.startswith("celery.")}
        assert known <= sent, worker.role


def test_old_code_reads_newer_messages() -> None:
    """Unknown fields are ignored in every payload, nested ones included."""
    for one in [*SUBSCRIBERS, *COMMANDS]:
        assert one.model_config.get("extra") == "ignore"
        assert one.model_config.get("frozen") is True
