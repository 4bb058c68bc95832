"""Servers that take nothing now say so in a way that is understood: the message waits, nothing is lost."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
import sqlalchemy
from celery import Celery

from services.counter import store, tasks
from services.counter.hot import Hot
from shared import handler
from shared.away import is_away
from shared.contracts.commands import CountViews
from shared.database import migrate
from tests.servers import PostgresServer, RedisServer
from tests.wait import until


def out_of_memory(client: "redis.Redis", _folder: Path) -> None:
    client.config_set("maxmemory-policy", "noeviction")
    client.config_set("maxmemory", "1")


def read_only(client: "redis.Redis", _folder: Path) -> None:
    client.replicaof("127.0.0.1", "1")


def no_replicas(client: "redis.Redis", _folder: Path) -> None:
    client.config_set("min-replicas-to-write", "1")


def cannot_save(client: "redis.Redis", folder: Path) -> None:
    client.config_set("save", "3600 1")
    client.config_set("stop-writes-on-bgsave-error", "yes")
    (folder / "counters" / str(client.config_get("dbfilename")["dbfilename"]) / "taken").mkdir(parents=True)
    client.bgsave()
    until(lambda: client.info("persistence")["rdb_last_bgsave_status"] == "err", 20)


HARMS = (out_of_memory, read_only, no_replicas, cannot_save)


def heal(client: "redis.Redis") -> None:
    client.config_set("maxmemory", "0")
    client.replicaof("no", "one")
    client.config_set("min-replicas-to-write", "0")
    client.config_set("stop-writes-on-bgsave-error", "no")


@pytest.fixture
def client(counters_redis: RedisServer) -> Iterator["redis.Redis"]:
    with counters_redis.client() as made:
        yield made


@pytest.mark.parametrize("harm", HARMS, ids=lambda harm: harm.__name__)
def test_a_redis_that_takes_nothing_now_loses_no_view(
    client: "redis.Redis",
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    harm: Callable[["redis.Redis", Path], None],
) -> None:
    """The batch waits, is counted when Redis can write again, and never becomes a dead letter."""
    buried: list[Any] = []
    monkeypatch.setattr(handler, "bury", lambda *arguments: buried.append(arguments))
    migrate("counter")
    app, hot = Celery("test", broker="memory://"), Hot(client)
    tasks.register(app, tasks.Counter(store.engine(), hot, lambda: None))
    count = app.tasks["counter.count_views"]

    def send(number: int) -> threading.Thread:
        views = ((7, f"reader{number:05}", int(time.time()), ""),)
        message = CountViews(batch_id=f"0123456789abcdef-{number}", views=views).model_dump(mode="json")
        waits = threading.Thread(target=count.apply, kwargs={"kwargs": {"message": message}}, daemon=True)
        waits.start()
        return waits

    send(0).join(10)  # the script is known to Redis: what is refused from now on is the batch itself
    harm(client, tmp_path)
    waiting = send(1)
    time.sleep(0.5)
    assert (waiting.is_alive(), buried) == (True, [])
    heal(client)
    waiting.join(20)

    assert not waiting.is_alive()
    assert buried == []
    assert sum(sum(delta.views.values()) for name in hot.close_delta() if (delta := hot.load(name))) == 2


@pytest.mark.postgres
def test_a_postgresql_that_takes_nothing_now_is_away(postgres: str, postgres_server: PostgresServer) -> None:
    made = store.engine()

    def said_to(statement: str, *before: str) -> Exception:
        with pytest.raises(sqlalchemy.exc.DBAPIError) as caught, made.connect() as connection:
            for one in (*before, statement):
                connection.exec_driver_sql(one)
        return caught.value

    read_only_server = said_to("CREATE TABLE t (x int)", "SET transaction_read_only = on")
    too_slow = said_to("SELECT pg_sleep(5)", "SET statement_timeout = 50")
    no_space = said_to(
        "SELECT count(*) FROM (SELECT x, random() FROM generate_series(1, 300000) x ORDER BY 2) y",
        "SET temp_file_limit = '64kB'",
        "SET work_mem = '64kB'",
    )
    ended = said_to("SELECT pg_terminate_backend(pg_backend_pid())")
    wrong = said_to("SELECT nothing FROM nowhere")

    assert [is_away(one) for one in (read_only_server, too_slow, no_space, ended, wrong)] == [True] * 4 + [False]
