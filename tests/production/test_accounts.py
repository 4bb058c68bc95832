"""What the accounts of deploy/redis and deploy/postgres must not do: real servers, made by the containers' scripts."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import redis
from celery import Celery
from redis.exceptions import NoPermissionError

from shared.ask import _LINES
from shared.contracts.queues import CONSUMERS, Queue
from tests.production.compose import example_environment
from tests.production.house import Production

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(120)]
SERVICES = ("ingest", "search", "counter", "web")
# Who hands in messages for whom; everybody buries what cannot be handled.
SENDS = {
    "ingest": set(Queue),
    "search": {Queue.index, Queue.query, Queue.page, Queue.dead},
    "counter": {Queue.count, Queue.statistics, Queue.page, Queue.dead},
    "web": {Queue.page, Queue.count, Queue.comments, Queue.query, Queue.statistics, Queue.dead},
    "tools": set(Queue),
}
HARM = (
    *("FLUSHALL", "FLUSHDB", "CONFIG GET *", "CONFIG SET dir /tmp", "KEYS *", "SHUTDOWN", "ACL LIST", "MONITOR"),
    *("REPLICAOF 127.0.0.1 1", "SAVE", "BGREWRITEAOF", "CLIENT LIST", "CLIENT KILL TYPE normal"),
    *("SCRIPT FLUSH", "FUNCTION LIST", "MODULE LIST", "SWAPDB 0 1", "RANDOMKEY", "SET other 1", "GET other"),
)


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    """The stores as the containers start them, and nothing else of the house."""
    made = Production(tmp_path_factory.mktemp("stores"), "http://127.0.0.1:9")
    try:
        made.start_stores()
        yield made
    finally:
        made.close()


def refuses(client: redis.Redis, *command: Any) -> bool:
    try:
        client.execute_command(*command)
    except NoPermissionError:
        return True
    return False


def test_nobody_logs_in_as_nobody(stores: Production) -> None:
    for name in ("broker", "counters"):
        with pytest.raises(redis.exceptions.AuthenticationError):
            stores.redis(name, "default").ping()
        for user in (*SERVICES, "tools", "exporter"):
            assert stores.redis(name, user).ping(), (name, user)
            with pytest.raises(redis.exceptions.AuthenticationError):
                stores.redis(name, user, "guessed").ping()


def test_no_service_harms_the_servers_or_leaves_its_keys(stores: Production) -> None:
    for name in ("broker", "counters"):
        for user in (*SERVICES, "tools"):
            for command in HARM:
                assert refuses(stores.redis(name, user), *command.split()), (name, user, command)
        figures = stores.redis(name, "exporter")
        assert figures.info("memory")["used_memory"] > 0
        for command in (
            "GET ts:x",
            "LRANGE ts:index 0 -1",
            "CONFIG SET dir /tmp",
            "SCAN 0",
            "SUBSCRIBE ts:answer:web-0-x",
        ):
            assert refuses(figures, *command.split()), command


@pytest.mark.parametrize("user", [*SERVICES, "tools"])
def test_a_queue_is_read_by_its_consumer_and_written_by_who_sends_to_it(stores: Production, user: str) -> None:
    """Drafts go through the index queue, readers' addresses through that of comments."""
    client = stores.redis("broker", user)
    for queue in Queue:
        key, own = f"ts:{queue.value}", CONSUMERS[queue] == user
        assert refuses(client, "LRANGE", key, 0, -1) != own, key
        assert refuses(client, "BRPOP", key, 0.01) != own, key
        assert refuses(client, "DEL", key) != own, key
        for command in (("LPUSH", key, "x"), ("LLEN", key)):
            assert refuses(client, *command) != (queue in SENDS[user]), key
    for other in SERVICES:
        # What a worker has in hand stands in a hash until it is done.
        for at in (f"ts:unacked:{other}", f"ts:unacked:{other}.worker"):
            assert refuses(client, "HGETALL", at) != (other == user), at
    assert refuses(client, "HGETALL", "ts:unacked")


def test_nobody_but_the_exporter_commands_workers(stores: Production) -> None:
    """Celery's remote control can end a worker, or have it consume another queue."""
    for user in (*SERVICES, "tools"):
        assert refuses(stores.redis("broker", user), "PUBLISH", "ts:/0.celery.pidbox", "{}"), user
        assert refuses(stores.redis("broker", user), "PSUBSCRIBE", "ts:/0.celeryev/*"), user
    exporter = stores.redis("broker", "celery-exporter")
    assert not refuses(exporter, "PUBLISH", "ts:/0.celery.pidbox", "{}")
    for queue in Queue:
        assert not refuses(exporter, "LLEN", f"ts:{queue.value}")
        assert refuses(exporter, "LRANGE", f"ts:{queue.value}", 0, -1)
        assert refuses(exporter, "LPUSH", f"ts:{queue.value}", "x")


def test_the_exporter_hears_events_and_asks_workers(stores: Production) -> None:
    """As celery-exporter does it, with the transport options of its command line."""
    client = stores.redis("broker", "celery-exporter").connection_pool.connection_kwargs
    url = f"redis://celery-exporter:{client['password']}@{client['host']}:{client['port']}/0"
    app = Celery(broker=url, set_as_current=False)
    app.conf.broker_transport_options = {"global_keyprefix": "ts:", "sep": ":"}
    with app.connection_for_read() as connection:
        receiver = app.events.Receiver(connection, handlers={"*": lambda event: None})
        receiver.capture(limit=1, timeout=1, wakeup=True)
        assert app.control.inspect(timeout=0.5, connection=connection).active_queues() is None


def test_answers_are_heard_by_who_asked(stores: Production) -> None:
    """An answer to the desk's search holds drafts."""
    for user in (*SERVICES, "tools"):
        own = {"tools": "ingest"}.get(user, user)
        for asker in ("ingest", "web"):
            for line in range(_LINES):
                pattern = f"ts:answer:{asker}-{line:x}-*"
                subscriber = stores.redis("counters", user).pubsub()
                if asker == own:
                    subscriber.psubscribe(pattern)
                    assert subscriber.get_message(timeout=5), (user, pattern)
                else:
                    assert refuses(stores.redis("counters", user), "PSUBSCRIBE", pattern), (user, pattern)
        assert refuses(stores.redis("counters", user), "PSUBSCRIBE", "ts:answer:*"), user
        assert refuses(stores.redis("counters", user), "PSUBSCRIBE", "*"), user


def test_counts_limits_and_visitors_secrets_have_their_owners(stores: Production) -> None:
    owners = {
        "ts:c:delta": {"counter"},
        "ts:limit:x": {"ingest", "web"},
        "ts:visitor-secret:1": {"web"},
        "ts:ops:history": {"ingest"},
        "ts:desk:here:x": {"ingest"},
        **{f"ts:deliveries:{service}:x": {service} for service in SERVICES},
    }
    for key, own in owners.items():
        for user in (*SERVICES, "tools"):
            client = stores.redis("counters", user)
            for command in (("TYPE", key), ("DEL", key), ("EVAL", f"return redis.call('EXISTS', '{key}')", 0)):
                assert refused_or_denied(client, *command) != (user in own), (user, command)


def refused_or_denied(client: redis.Redis, *command: Any) -> bool:
    """A script is let run, and its calls are refused."""
    try:
        return refuses(client, *command)
    except redis.exceptions.ResponseError as error:
        # As Redis 7.2 and later say it, and as 7.0 does.
        return "ACL failure" in str(error) or "user executing the script can't" in str(error)


# ---------------------------------------------------------------- PostgreSQL


def connect(stores: Production, user: str, database: str) -> psycopg.Connection[Any]:
    names = (f"{user.upper()}_DATABASE_PASSWORD", f"{user.upper()}_PASSWORD")
    environment = example_environment()
    password = next(environment[name] for name in names if name in environment)
    return psycopg.connect(
        host="127.0.0.1", port=stores.postgres.port, user=user, password=password, dbname=database, autocommit=True
    )


def test_a_role_enters_the_databases_that_are_its_own(stores: Production) -> None:
    enters = {
        "ingest": {"ingest"},
        "counter": {"counter"},
        "web": {"web"},
        "tools": {"ingest", "counter", "web"},
        "backup": {"ingest", "counter", "web"},
        "exporter": {"postgres"},
    }
    for user, own in enters.items():
        for database in ("ingest", "counter", "web", "postgres", "template1"):
            if database in own:
                connect(stores, user, database).close()
                continue
            with pytest.raises(psycopg.OperationalError, match="permission denied"):
                connect(stores, user, database)


def test_no_role_rules_the_server(stores: Production) -> None:
    for user, database in (("ingest", "ingest"), ("tools", "web"), ("backup", "ingest"), ("exporter", "postgres")):
        with connect(stores, user, database) as connection:
            for statement in (
                "CREATE ROLE more SUPERUSER",
                "ALTER ROLE toasoan PASSWORD 'x'",
                "ALTER SYSTEM SET log_statement = 'all'",
                "CREATE DATABASE more",
                "COPY (SELECT 1) TO PROGRAM 'true'",
                "SELECT pg_read_file('/etc/passwd')",
                "SET ROLE toasoan",
                "SELECT rolpassword FROM pg_authid",
            ):
                with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)):
                    connection.execute(statement)


def test_copying_writes_nothing_and_figures_read_no_article(stores: Production) -> None:
    with connect(stores, "ingest", "ingest") as owner:
        owner.execute("CREATE SCHEMA ingest CREATE TABLE drafts (title text)")
        owner.execute("INSERT INTO ingest.drafts VALUES ('Chưa công bố')")
    with connect(stores, "backup", "ingest") as copying:
        assert copying.execute("SELECT title FROM ingest.drafts").fetchone() == ("Chưa công bố",)
        copying.execute("SET default_transaction_read_only = off")  # a wish of its own, that gives no right
        for statement in ("DELETE FROM ingest.drafts", "DROP TABLE ingest.drafts", "CREATE SCHEMA more"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                copying.execute(statement)
    with connect(stores, "tools", "ingest") as tools:
        tools.execute("CREATE TABLE ingest.restored (x int)")
        assert tools.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'restored'").fetchone() == ("ingest",)


def test_accounts_can_be_made_again_with_new_passwords(stores: Production) -> None:
    """The script that made them adds what is missing and changes passwords: an update, a rotation."""
    stores.make_databases({"WEB_DATABASE_PASSWORD": "f3a91c07be5d2468" * 2})
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(stores, "web", "web")
    stores.make_databases()
    connect(stores, "web", "web").close()
