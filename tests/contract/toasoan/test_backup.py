"""A house of servers is copied and comes back."""

from pathlib import Path

import psycopg
import pytest

from tests.conftest import forget_settings
from tests.servers import PostgresServer, RedisServer
from toasoan.backup import backup, restore
from toasoan.place import OperatorError


def test_postgresql_is_dumped_and_comes_back(
    postgres_server: PostgresServer,
    postgres: str,
    counters_redis: RedisServer,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    with psycopg.connect(postgres, autocommit=True) as connection:
        for schema in ("ingest", "counter"):
            connection.execute(f"CREATE SCHEMA {schema}")
        connection.execute("CREATE TABLE ingest.articles (id int PRIMARY KEY, title text)")
        connection.execute("INSERT INTO ingest.articles VALUES (1, 'Chợ phiên')")
    manifest = backup(tmp_path / "copy")
    assert {"counter.dump", "ingest.dump"} <= {entry["path"] for entry in manifest["files"]}
    with pytest.raises(OperatorError, match="ingest database is not empty"):
        restore(tmp_path / "copy")

    other = postgres_server.new_database()
    monkeypatch.setenv("TOASOAN_DATABASE_URL", other)
    forget_settings()
    with counters_redis.client() as client:
        client.set("ts:c:delta:1", 1)
        with pytest.raises(OperatorError, match="Redis is not empty"):
            restore(tmp_path / "copy")
        client.flushdb()
    with psycopg.connect(other, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA web")
        connection.execute("CREATE TABLE web.articles (id int PRIMARY KEY)")
        connection.execute("INSERT INTO web.articles VALUES (1)")
        with pytest.raises(OperatorError, match="web database is not empty"):
            restore(tmp_path / "copy")
        connection.execute("DELETE FROM web.articles")
    restore(tmp_path / "copy")
    with psycopg.connect(other) as connection:
        assert connection.execute("SELECT title FROM ingest.articles").fetchall() == [("Chợ phiên",)]
