"""Takes one database to its chains: every look appends what was written since the last one.

The copier alone begins the log anew, and only when it has read all of it: the house's own connections leave that to it
(`shared.database`), as Litestream (https://litestream.io/how-it-works/) does it. Where the log is another one than
expected all the same, a new chain begins, so that a copy is never made of two that do not fit.
"""

import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from toasoan.copying.chain import BASE, Chain, Writer, chains, new_chain
from toasoan.copying.wal import LogIndex, NotFollowed, Position, changes, log_number
from toasoan.sqlite_copy import copy_snapshot, snapshot

# Frames after which the log is written back into the database, as SQLite does by itself.
_LOG_FRAMES = 1000
_BUSY_SECONDS = 5.0
# A new base once a day, and when what was written since the last one is twice its size.
_BASE_HOURS, _BASE_RATIO, _BASE_BYTES = 24, 2, 64_000_000
# However often it has to begin anew.
_MOST_CHAINS = 12


class Follower:
    """One database. `look` is called by one thread; `beside` is told before a record is written (files that it names
    are to be copied first)."""

    def __init__(self, database: Path, folder: Path, keep: timedelta, beside: Callable[[], None]) -> None:
        self.name = database.stem
        self._database, self._folder, self._keep, self._beside = database, folder, keep, beside
        self._index = LogIndex(database)
        self._at = Position(b"", 0)
        self._sealed = False
        """All of the log was read and is in the database file: the next log follows it."""
        self._current: Writer | None = None
        self._coming: Writer | None = None
        """Its base is still being made."""
        self._base: threading.Thread | None = None
        self._failure: BaseException | None = None
        self._connection: sqlite3.Connection | None = None

    def look(self) -> None:
        """Append what is new. Raises NotFollowed, sqlite3.Error, OSError, OperatorError; then the next look begins a
        new chain."""
        try:
            if self._coming is None and self._wants_base():
                self._begin_chain()
            else:
                self._follow()
            self._finish_chain()
        except BaseException:
            self.close()
            raise

    @property
    def whole(self) -> bool:
        """There is a base, and everything since, up to the last look."""
        return self._current is not None

    def close(self) -> None:
        """Take nothing more; what is on the disk is whole."""
        if self._base is not None:
            self._base.join()
        for writer in self._writers():
            writer.close()
        if self._connection is not None:
            self._connection.close()
        self._current = self._coming = self._base = self._connection = self._failure = None

    def _writers(self) -> list[Writer]:
        return [writer for writer in (self._current, self._coming) if writer is not None]

    def _wants_base(self) -> bool:
        if self._current is None:
            return True
        base = (self._current.chain.folder / BASE).stat().st_size
        grown = self._current.bytes > max(_BASE_BYTES, _BASE_RATIO * base)
        return grown or datetime.now(UTC) - self._current.chain.began > timedelta(hours=_BASE_HOURS)

    def _follow(self) -> None:
        now, _ = self._index.position()
        if now.frames - (self._at.frames if now.salts == self._at.salts else 0) > 0:
            self._take(now)
        if now.frames > _LOG_FRAMES and not self._sealed:
            with self._locked():
                self._empty_log()

    def _take(self, until: Position) -> None:
        """Append the frames up to `until` to every open chain."""
        after = self._at.frames
        if until.salts != self._at.salts:
            if not (self._sealed and self._at.is_next_log(until, log_number(self._database))):
                raise NotFollowed(f"{self.name}'s log was begun anew by somebody else")
            after = 0
        at = datetime.now(UTC)
        writers = self._writers()
        parts = changes(self._database, after, until)
        part = next(parts, None)
        self._beside()
        while part is not None:
            for writer in writers:
                writer.write(part, at)
            part = next(parts, None)
        for writer in writers:
            writer.sync()
        self._at, self._sealed = until, False

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Nobody else writes meanwhile: some milliseconds."""
        if self._connection is None:
            self._connection = sqlite3.connect(self._database, timeout=_BUSY_SECONDS, isolation_level=None)
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            self._connection.execute("ROLLBACK")

    def _empty_log(self) -> None:
        """With nobody else writing: read the rest of the log, then let SQLite take it into the database. The next
        writer begins the log anew, unless somebody reads an older state."""
        now, _ = self._index.position()
        if self._writers() and now != self._at:
            self._take(now)
        with closing(sqlite3.connect(self._database, isolation_level=None)) as other:
            other.execute("PRAGMA wal_checkpoint(PASSIVE)")
        now, backfilled = self._index.position()
        self._at, self._sealed = now, now.frames == backfilled

    def _begin_chain(self) -> None:
        """From here on everything goes into a new chain too; its base is made beside."""
        drop_old(self._folder, self._keep)
        chain = new_chain(self._folder)
        with self._locked():
            self._empty_log()
            live = snapshot(self._database)
        self._coming = Writer(chain)
        self._base = threading.Thread(target=self._make_base, args=(live, chain), name=f"base {self.name}", daemon=True)
        self._base.start()

    def _make_base(self, live: sqlite3.Connection, chain: Chain) -> None:
        part = chain.folder / f"{BASE}.part"
        try:
            with closing(live):
                copy_snapshot(live, part, self.name)
            with part.open("rb") as file:
                os.fsync(file.fileno())
            part.rename(chain.folder / BASE)
        except BaseException as error:  # told by the next look
            self._failure = error

    def _finish_chain(self) -> None:
        if self._base is None or self._base.is_alive():
            return
        self._base = None
        if self._failure is not None:
            raise self._failure
        if self._current is not None:
            self._current.close()
        self._current, self._coming = self._coming, None


def drop_old(folder: Path, keep: timedelta) -> None:
    """Delete chains without a base, and those that nobody needs who goes back by `keep`."""
    now = datetime.now(UTC)
    there = chains(folder)
    whole = [chain for chain in there if chain.whole]
    old = [one for one, next_one in pairwise(whole) if now - next_one.began > keep]
    for chain in [*(one for one in there if not one.whole), *old, *whole[: -_MOST_CHAINS + 1]]:
        shutil.rmtree(chain.folder, ignore_errors=True)
