"""What a store says decides whether a message waits ("away") or is given up ("wrong"): every store's own answers."""

import errno
import sqlite3
from pathlib import Path

import psycopg
import pytest
import redis
import sqlalchemy
from elastic_transport import ApiResponseMeta, ConnectionTimeout, HttpHeaders, NodeConfig
from elasticsearch import ApiError
from kombu.exceptions import OperationalError as BrokerAway
from redis._parsers.base import BaseParser

from shared.away import Unavailable, is_away, is_away_status
from shared.database import make_engine

NODE = NodeConfig("http", "localhost", 9200)


def wrapped(orig: Exception) -> Exception:
    """As SQLAlchemy hands a driver's error on."""
    base = psycopg.Error if isinstance(orig, psycopg.Error) else sqlite3.Error
    return sqlalchemy.exc.DBAPIError.instance("SELECT 1", {}, orig, base)


def postgres_error(sqlstate: str) -> Exception:
    return wrapped(psycopg.errors.lookup(sqlstate)("said"))


def sqlite_error(kind: type[sqlite3.Error], code: int, text: str = "said") -> Exception:
    error = kind(text)
    error.sqlite_errorcode = code
    return wrapped(error)


def redis_error(line: str, in_pipeline: bool = False) -> Exception:
    error: Exception = BaseParser.parse_error(line)
    if in_pipeline:
        redis.Redis().pipeline().annotate_exception(error, 1, ("SET", "MISCONF", "OOM"))
    return error


def elasticsearch_error(status: int, kind: str) -> Exception:
    meta = ApiResponseMeta(status, "1.1", HttpHeaders(), 0.1, NODE)
    return ApiError(kind, meta, {"error": {"type": kind}})


AWAY: dict[str, Exception] = {
    "said so by a store": Unavailable("away"),
    "refused": ConnectionRefusedError(),
    "no answer": TimeoutError(),
    "no name": __import__("socket").gaierror(-3, "Temporary failure in name resolution"),
    "no route": OSError(errno.EHOSTUNREACH, "no route"),
    "disk full": OSError(errno.ENOSPC, "full"),
    "quota": OSError(errno.EDQUOT, "quota"),
    "disk read-only": OSError(errno.EROFS, "read-only"),
    "disk broken": OSError(errno.EIO, "broken"),
    "too many files": OSError(errno.EMFILE, "files"),
    "broker": BrokerAway("away"),
    "redis gone": redis.ConnectionError(),
    "redis silent": redis.TimeoutError(),
    "redis pool": redis.exceptions.MaxConnectionsError(),
    "redis garbled": redis.exceptions.InvalidResponse(),
    **{
        f"redis {line}{' in a pipeline' if piped else ''}": redis_error(line, piped)
        for piped in (False, True)
        for line in (
            "OOM command not allowed when used memory > 'maxmemory'.",
            "READONLY You can't write against a read only replica.",
            "MISCONF Redis is configured to save RDB snapshots, but it is unable to persist on disk.",
            "NOREPLICAS Not enough good replicas to write.",
            "LOADING Redis is loading the dataset in memory",
            "CLUSTERDOWN The cluster is down",
            "MASTERDOWN Link with MASTER is down",
            "TRYAGAIN Multiple keys request during rehashing of slot",
            "BUSY Redis is busy running a script.",
            "NOAUTH Authentication required.",
            "WRONGPASS invalid username-password pair or user is disabled.",
            "NOPERM this user has no permissions to run the 'eval' command",
            "ERR max number of clients reached",
            "ERR Error running script (call to f_1): @user_script:1: @user_script: 1: -OOM command not allowed",
        )
    },
    **{
        f"postgresql {state}": postgres_error(state)
        for state in (
            *("08006", "28P01", "28000", "3D000", "42501"),
            *("40001", "40P01", "25006", "25P03", "55006", "55P03"),
            *("53000", "53100", "53200", "53300", "53400"),
            *("57014", "57P01", "57P02", "57P03", "57P04", "57P05"),
            *("58000", "58030", "XX001", "XX002"),
        )
    },
    "postgresql gone": wrapped(psycopg.OperationalError("server closed the connection unexpectedly")),
    "postgresql closed": wrapped(psycopg.InterfaceError("the connection is closed")),
    "sql pool": sqlalchemy.exc.TimeoutError("QueuePool limit"),
    "sqlite full": sqlite_error(sqlite3.OperationalError, sqlite3.SQLITE_FULL),
    "sqlite read-only": sqlite_error(sqlite3.OperationalError, sqlite3.SQLITE_READONLY),
    "sqlite read-only file": sqlite_error(sqlite3.OperationalError, sqlite3.SQLITE_READONLY_DBMOVED),
    "sqlite busy": sqlite_error(sqlite3.OperationalError, sqlite3.SQLITE_BUSY),
    "sqlite busy snapshot": sqlite_error(sqlite3.OperationalError, sqlite3.SQLITE_BUSY_SNAPSHOT),
    "sqlite locked": sqlite_error(sqlite3.OperationalError, sqlite3.SQLITE_LOCKED),
    "sqlite i/o": sqlite_error(sqlite3.OperationalError, sqlite3.SQLITE_IOERR_FSYNC),
    "sqlite cannot open": sqlite_error(sqlite3.OperationalError, sqlite3.SQLITE_CANTOPEN),
    "sqlite broken file": sqlite_error(sqlite3.DatabaseError, sqlite3.SQLITE_CORRUPT),
    "sqlite no database": sqlite_error(sqlite3.DatabaseError, sqlite3.SQLITE_NOTADB),
    "elasticsearch busy": elasticsearch_error(429, "es_rejected_execution_exception"),
    "elasticsearch flooded": elasticsearch_error(429, "cluster_block_exception"),
    "elasticsearch read-only": elasticsearch_error(403, "cluster_block_exception"),
    "elasticsearch no space": elasticsearch_error(507, "insufficient_storage"),
    "elasticsearch no master": elasticsearch_error(503, "master_not_discovered_exception"),
    "elasticsearch password": elasticsearch_error(401, "security_exception"),
    "elasticsearch silent": ConnectionTimeout("silent"),
}
WRONG: dict[str, Exception] = {
    "value": ValueError("OOM (os error 28) database is locked READONLY"),
    "key": KeyError("x"),
    "memory": MemoryError(),
    "no file": FileNotFoundError(),
    "redis wrong type": redis_error("WRONGTYPE Operation against a key holding the wrong kind of value"),
    "redis unknown": redis_error("ERR unknown command 'OOM'"),
    "redis script": redis_error("ERR user_script:7: attempt to compare nil with number, said 'x: -OOM no'"),
    "redis data named like it": redis_error("WRONGTYPE Operation", in_pipeline=True),
    "redis no script": redis_error("NOSCRIPT No matching script."),
    "redis data": redis.DataError("Invalid input"),
    **{
        f"postgresql {state}": postgres_error(state)
        for state in ("22001", "22003", "22021", "23502", "23505", "42601", "42703", "42P01", "0A000", "54001")
    },
    "sqlite no table": sqlite_error(sqlite3.OperationalError, sqlite3.SQLITE_ERROR, "no such table: locked"),
    "sqlite grammar": sqlite_error(sqlite3.OperationalError, sqlite3.SQLITE_ERROR, 'near "full": syntax error'),
    "sqlite constraint": sqlite_error(sqlite3.IntegrityError, sqlite3.SQLITE_CONSTRAINT_UNIQUE),
    "sqlite too big": sqlite_error(sqlite3.DataError, sqlite3.SQLITE_TOOBIG),
    "elasticsearch refused": elasticsearch_error(400, "document_parsing_exception"),
    "elasticsearch conflict": elasticsearch_error(409, "version_conflict_engine_exception"),
    "elasticsearch too large": elasticsearch_error(413, "content_too_long_exception"),
}


@pytest.mark.parametrize("case", AWAY)
def test_a_store_that_cannot_now_is_away(case: str) -> None:
    assert is_away(AWAY[case])


@pytest.mark.parametrize("case", WRONG)
def test_what_no_waiting_heals_is_wrong(case: str) -> None:
    assert not is_away(WRONG[case])


def test_a_refused_document_of_a_batch_is_judged_like_a_refused_request() -> None:
    assert [is_away_status(status) for status in (200, 201, 400, 404, 409, 413)] == [False] * 6
    assert [is_away_status(status) for status in (401, 403, 408, 429, 500, 503, 507)] == [True] * 7


def test_a_sqlite_that_takes_nothing_now_is_away(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    made = make_engine(f"sqlite:///{path}", "counter")
    with made.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (x TEXT)")

    with pytest.raises(sqlalchemy.exc.DBAPIError) as full, made.begin() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 4")
        connection.exec_driver_sql("INSERT INTO t VALUES (randomblob(100000))")
    read_only_engine = make_engine(f"sqlite:///file:{path}?mode=ro&uri=true", "counter")
    with pytest.raises(sqlalchemy.exc.DBAPIError) as refused, read_only_engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO t VALUES ('x')")
    with pytest.raises(sqlalchemy.exc.DBAPIError) as missing, made.begin() as connection:
        connection.exec_driver_sql("INSERT INTO nowhere VALUES ('x')")
    with pytest.raises(sqlalchemy.exc.DBAPIError) as broken:
        (tmp_path / "broken.db").write_bytes(b"not a database" * 1000)
        make_engine(f"sqlite:///{tmp_path / 'broken.db'}", "counter").connect()

    assert [is_away(one.value) for one in (full, refused, missing, broken)] == [True, True, False, True]
