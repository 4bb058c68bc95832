"""Real SQLite files whose connections fail as they are told: busy, full, slow, committed late."""

import shutil
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from tests.simulation.world import World

REFUSED = "điều không kho nào nhận"
"""A database that `refuses` takes no row with these words: as PostgreSQL a text that is too long."""
BUSY_SECONDS, SLOW_SECONDS = 10.0, 25.0


@dataclass
class Database:
    """One service's. `fault` is what befalls the next transactions, until `fails_until`."""

    world: World
    name: str
    file: Path
    engine: Engine
    fault: str = ""
    fails_until: float = -1.0
    refuses: bool = False
    open_writes: int = 0
    _links: list["_Link"] = field(default_factory=list)

    def __post_init__(self) -> None:
        @event.listens_for(self.engine, "do_connect")
        def connect(_dialect: Any, _record: Any, cargs: Any, cparams: Any) -> Any:
            link = sqlite3.connect(*cargs, **cparams, factory=_Link)
            link.database = self
            return link

    def heal(self) -> None:
        self.fault, self.fails_until, self.refuses = "", -1.0, False

    def copy_to(self, path: Path) -> None:
        """What is committed now, in a file of its own."""
        with sqlite3.connect(self.file) as ours, sqlite3.connect(path) as theirs:
            ours.backup(theirs)
        ours.close()
        theirs.close()

    def put_back(self, path: Path) -> None:
        """Another file in its place: an older state, or an empty one."""
        self.engine.dispose()
        for end in ("-wal", "-shm"):
            Path(f"{self.file}{end}").unlink(missing_ok=True)
        shutil.copyfile(path, self.file)

    def before(self, writes: bool) -> None:
        """A transaction begins."""
        if not self.open_writes:
            self.world.step()
        if not self.world.someone_acts or self.world.elapsed >= self.fails_until:
            return
        if self.fault == "busy":
            self._fail(sqlite3.SQLITE_BUSY, "database is locked", BUSY_SECONDS)
        if self.fault == "slow":
            self._fail(sqlite3.SQLITE_INTERRUPT, "interrupted", SLOW_SECONDS)
        if self.fault == "full" and writes:
            self._fail(sqlite3.SQLITE_FULL, "database or disk is full", 0.0)

    def committed(self) -> None:
        """A commit is done; its answer may get lost."""
        if self.fault == "late" and self.world.someone_acts and self.world.elapsed < self.fails_until:
            self.fault = ""
            self._fail(sqlite3.SQLITE_IOERR, "disk I/O error", 0.0)

    def _fail(self, code: int, text: str, seconds: float) -> None:
        self.world.tell(f"{self.world.who()}: {self.name}'s database says “{text}”")
        self.world.pass_time(seconds)
        error = sqlite3.OperationalError(text)
        error.sqlite_errorcode = code
        raise error


class _Link(sqlite3.Connection):
    database: Database
    writes = False

    def cursor(self, *_: Any, **__: Any) -> sqlite3.Cursor:  # type: ignore[override]
        return super().cursor(_Cursor)

    def commit(self) -> None:
        wrote = self.writes
        self._over()
        super().commit()
        if wrote:
            self.database.committed()

    def rollback(self) -> None:
        self._over()
        super().rollback()

    def _over(self) -> None:
        if self.writes:
            self.writes = False
            self.database.open_writes -= 1


class _Cursor(sqlite3.Cursor):
    connection: _Link

    def execute(self, sql: str, parameters: Any = ()) -> "_Cursor":
        if sql.startswith("BEGIN"):
            writes = sql == "BEGIN IMMEDIATE"
            self.connection.database.before(writes)
            super().execute(sql)
            if writes:
                self.connection.writes = True
                self.connection.database.open_writes += 1
            return self
        self._refuse([parameters])
        return super().execute(sql, parameters)

    def executemany(self, sql: str, rows: Any) -> "_Cursor":
        self._refuse(rows)
        return super().executemany(sql, rows)

    def _refuse(self, rows: Any) -> None:
        database = getattr(self.connection, "database", None)
        if database is not None and database.refuses and any(REFUSED in str(row) for row in rows):
            raise sqlite3.DataError(f"{database.name} takes no such text")
