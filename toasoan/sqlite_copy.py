"""Copying an SQLite database as it is at one moment, while others write."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from toasoan.place import OperatorError

# So much is copied between two words about how far it is (16 MB at SQLite's usual page size).
_STEP_PAGES = 4096

Tell = Callable[[str, int, int], None]
"""Told what is being copied, the bytes that are done and those there are (0: not known)."""


def tell_nobody(_what: str, _done: int, _all: int) -> None:
    pass


def copy_sqlite(source: Path, target: Path, tell: Tell = tell_nobody) -> None:
    """Copy a database as it is at this moment, while others write; takes a time that depends on its size alone.

    Raises OperatorError when the copy is not sound.
    """
    with closing(snapshot(source)) as live:
        copy_snapshot(live, target, source.stem, tell)


def snapshot(source: Path) -> sqlite3.Connection:
    """A connection that sees the database as it is now, whatever others write.

    It holds a read transaction. Without one SQLite begins a copy anew after each commit of another connection. In WAL
    mode it keeps nobody from writing, and only the log from being used again: it grows by what is written meanwhile.
    """
    live = sqlite3.connect(source, isolation_level=None, check_same_thread=False)
    live.execute("BEGIN")
    live.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the moment: reading begins it
    return live


def copy_snapshot(live: sqlite3.Connection, target: Path, name: str, tell: Tell = tell_nobody) -> None:
    """Copy what `snapshot` sees, and end its transaction. Raises OperatorError when the copy is not sound."""
    with closing(sqlite3.connect(target)) as copy:
        (page_bytes,) = live.execute("PRAGMA page_size").fetchone()

        def step(_status: int, remaining: int, total: int) -> None:
            tell(name, (total - remaining) * page_bytes, total * page_bytes)

        live.backup(copy, pages=_STEP_PAGES, progress=step)
        live.execute("ROLLBACK")
        copy.execute("PRAGMA journal_mode=DELETE")
    tell(f"checking {name}", 0, 0)
    check(target, f"the copy of the {name} database")


def check(database: Path, what: str) -> None:
    """Raises OperatorError when `what` is not sound, sqlite3.Error when it is no database."""
    with closing(sqlite3.connect(database)) as one:
        (found,) = one.execute("PRAGMA quick_check").fetchone()
    if found != "ok":
        raise OperatorError(f"{what} is not sound: {found}")
