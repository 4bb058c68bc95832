"""SQL for every service: SQLite files in WAL mode, or one schema a service in PostgreSQL.

A service's tables are SQLAlchemy Core tables; a change to stored state is one `write()` block.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import IntEnum
from functools import lru_cache
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import (
    Connection,
    DateTime,
    Engine,
    Table,
    Text,
    TypeDecorator,
    create_engine,
    event,
    text,
)
from sqlalchemy.engine import Dialect, make_url

from shared import tls
from shared.settings import get_settings
from shared.versions import newest

# SQLite writers wait for each other this long before they give up.
_BUSY_SECONDS = 10
# Pages after which SQLite writes its log back into the database. Where the house is copied all the while the copier
# does that, as soon as it has read the log; the bound is for when it does not run.
_LOG_PAGES, _COPIED_LOG_PAGES = 1_000, 32_000
# A statement that PostgreSQL has not finished by then is cancelled: no endless waits.
_STATEMENT_SECONDS = 30
# A server, or a cable, that says nothing at all cancels nothing: then the connection is given up.
_patience: ContextVar[float] = ContextVar("patience", default=_STATEMENT_SECONDS + 5.0)
_PING_SECONDS = 3.0
# The kernel gives up what nobody acknowledges, and asks whether an idle connection's other end is still there.
_TCP = {
    "tcp_user_timeout": 5000,  # ms
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
}


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes in UTC, on both databases. SQLite has no zone of its own, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a zone cannot be stored")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """Lists and dicts as JSON text (orjson): read as often as written, never searched inside."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str | None:
        return None if value is None else orjson.dumps(value).decode()

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Any:
        return None if value is None else orjson.loads(value)


def database_url(service: str) -> str:
    """Address of a service's database: `{service}` in TOASOAN_DATABASE_URL stands for its name."""
    settings = get_settings()
    if settings.database_url is None:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        return f"sqlite:///{settings.data_dir / service}.db"
    url = make_url(settings.database_url.replace("{service}", service))
    if url.get_backend_name() in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    return url.render_as_string(hide_password=False)


@lru_cache(maxsize=8)
def engine(service: str) -> Engine:
    """The process's engine for a service's store. Made after a fork, never before it."""
    return make_engine(database_url(service), service)


def make_engine(url: str, service: str) -> Engine:
    """An engine for any address; `service` names the schema in PostgreSQL."""
    if url.startswith("sqlite"):
        return _sqlite_engine(url)
    return _postgresql_engine(url, service)


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Within this block PostgreSQL must answer each statement in `seconds`; else the connection is closed, and an
    OperationalError raised as for any that broke. (SQLite answers from this machine's disk.)"""
    before = _patience.set(seconds)
    try:
        yield
    finally:
        _patience.reset(before)


def _postgresql_engine(url: str, service: str) -> Engine:
    from psycopg import Connection as Link
    from psycopg import DatabaseError, OperationalError
    from psycopg.abc import RV, PQGen

    class Bounded(Link[Any]):
        def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
            limit = _patience.get() if timeout is None else timeout
            began = time.monotonic()
            try:
                return super().wait(gen, interval, limit)
            except DatabaseError as error:
                # The line of detail quotes the row.
                error.args = (str(error).partition("\nDETAIL:")[0],)
                if not isinstance(error, OperationalError) or time.monotonic() - began < limit:
                    raise
                self.close()
                raise OperationalError(f"PostgreSQL did not answer within {limit:g} s") from error

    # A server that asks for no password, by whose mistake ever, gets nothing of ours.
    proof = {"require_auth": "scram-sha-256"} if get_settings().production and "require_auth" not in url else {}
    made = create_engine(
        url,
        pool_size=5,
        max_overflow=10,
        pool_timeout=5,
        pool_pre_ping=True,
        pool_recycle=1800,
        hide_parameters=True,
        connect_args={
            "connect_timeout": 3,
            "options": f"-csearch_path={service} -cstatement_timeout={_STATEMENT_SECONDS * 1000}",
            **_TCP,
            **proof,
            **tls.for_postgresql(url),
        },
    )

    @event.listens_for(made, "do_connect")
    def _connect(_dialect: Dialect, _record: Any, arguments: Any, named: Any) -> Any:
        return Bounded.connect(*arguments, **named)

    ping = made.dialect.do_ping

    def impatiently(connection: Any) -> bool:
        with patience(_PING_SECONDS):
            return ping(connection)

    made.dialect.do_ping = impatiently  # type: ignore[method-assign, assignment]
    return made


def _sqlite_engine(url: str) -> Engine:
    made = create_engine(
        url,
        connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
        pool_size=8,
        hide_parameters=True,  # errors are logged, and a row's texts are for fewer people
    )

    @event.listens_for(made, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # The driver's own BEGINs are switched off: SQLAlchemy's begin event below says which kind.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "foreign_keys=ON",
            "cache_size=-8000",
            "temp_store=MEMORY",
            "journal_size_limit=67108864",
            f"wal_autocheckpoint={_COPIED_LOG_PAGES if get_settings().copy_dir else _LOG_PAGES}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(made, "begin")
    def _begin(connection: Connection) -> None:
        # A writer takes its lock at the start: a read that turns into a write can fail where waiting would not help.
        immediate = connection.get_execution_options().get("write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return made


@contextmanager
def write(source: Engine) -> Iterator[Connection]:
    """One write transaction: all of it, or after an exception nothing."""
    with source.connect().execution_options(write=True) as connection, connection.begin():
        yield connection


@contextmanager
def read(source: Engine, within: float | None = None) -> Iterator[Connection]:
    """One consistent view for reading. `within` so many seconds: a statement that takes longer raises DBAPIError."""
    with source.connect() as connection, connection.begin(), _deadline(connection, within):
        yield connection


@contextmanager
def _deadline(connection: Connection, seconds: float | None) -> Iterator[None]:
    if seconds is None:
        yield
        return
    ends = time.monotonic() + seconds
    if connection.dialect.name == "sqlite":
        driver = connection.connection.driver_connection
        assert driver is not None
        # Asked every so many steps of SQLite's machine: some milliseconds.
        driver.set_progress_handler(lambda: time.monotonic() > ends, 100_000)
        try:
            yield
        finally:
            driver.set_progress_handler(None, 0)
        return

    def limit(_connection: Any, cursor: Any, *_: Any) -> None:
        cursor.execute(f"SET LOCAL statement_timeout = {max(1, int((ends - time.monotonic()) * 1000))}")

    event.listen(connection, "before_cursor_execute", limit)
    try:
        yield
    finally:
        event.remove(connection, "before_cursor_execute", limit)


class AdvisoryLock(IntEnum):
    """PostgreSQL's advisory locks, all numbers in one place: two kinds of work with one number would wait in vain."""

    migrations = 7_305_118
    audit = 7_305_119
    web_changes = 7_305_120
    royalties = 7_305_121
    front_page = 7_305_122
    generations = 7_305_123
    admins = 7_305_124
    address_rules = 7_305_125
    search_words = 7_305_126
    appearance = 7_305_127
    tag_merges = 7_305_128
    trending_rules = 7_305_129
    authors = 7_305_130
    portraits = 7_305_131
    figures = 7_305_132


def take_lock(connection: Connection, lock: AdvisoryLock) -> None:
    """Wait until nobody else has the lock, and keep it until the transaction ends. SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": int(lock)})


def upsert(connection: Connection, table: Table) -> Any:
    """The dialect's INSERT that knows ON CONFLICT."""
    return _insert(connection.dialect.name, table)


def _insert(dialect: str, table: Table) -> Any:
    # Each dialect takes 2 MB; a process needs one.
    if dialect == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)


def insert_newer(
    connection: Connection,
    table: Table,
    rows: Sequence[dict[str, Any]],
    key: str = "id",
    version: str = "version",
) -> set[Any]:
    """Insert rows or replace older ones: a higher version wins, in whatever order and however often they come.

    All rows must have the same columns. Returns the keys of the rows that were written.
    """
    if not rows:
        return set()
    latest = newest(rows, itemgetter(key), itemgetter(version))
    statement = _newer(connection.dialect.name, table, key, version, tuple(rows[0]))
    return set(connection.execute(statement, latest).scalars())


@lru_cache(maxsize=64)
def _newer(dialect: str, table: Table, key: str, version: str, columns: tuple[str, ...]) -> Any:
    """Built once, for any number of rows: making a statement costs more than running it."""
    statement = _insert(dialect, table)
    return statement.on_conflict_do_update(
        index_elements=[key],
        set_={name: statement.excluded[name] for name in columns if name != key},
        where=table.c[version] < statement.excluded[version],
    ).returning(table.c[key])


def migrate(service: str) -> None:
    """Bring a service's database to its newest schema; several processes may call it at once."""
    from shared.migrations import upgrade

    upgrade(service)
