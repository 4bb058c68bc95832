"""What SQLite's write-ahead log holds that was not read yet.

Both files are read as https://www.sqlite.org/walformat.html describes them: the index (`-shm`) says how many frames are
committed, the log (`-wal`) holds them. Nothing is written to either.
"""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_LOG_HEADER_BYTES = 32
_FRAME_HEADER_BYTES = 24
# Two copies of the index's header, then how far the log was checkpointed.
_INDEX = struct.Struct("=IIIBBHII8s8s8s")
_BACKFILLED = struct.Struct("=I")
# A part of a transaction that is larger is given out before its end, so that memory stays bounded.
_PART_BYTES = 8_000_000
_TRIES = 100


class NotFollowed(Exception):
    """The log is not the one that was read before: what was in between is not known."""


@dataclass(frozen=True)
class Position:
    """So many frames of the log that these salts name."""

    salts: bytes
    frames: int

    def is_next_log(self, later: "Position", number: int) -> bool:
        """SQLite began the log anew once in between: it counts the first salt up by one. A log that nothing was ever
        written to has no salts; the first one's `number` is 0."""
        if self.salts == bytes(8):
            return number == 0
        return int.from_bytes(self.salts[:4]) + 1 & 0xFFFFFFFF == int.from_bytes(later.salts[:4])


@dataclass(frozen=True)
class PageChanges:
    """Pages by number, newest content. `pages_after`: the size of the database in pages when this ends a transaction,
    else 0."""

    pages: dict[int, bytes]
    pages_after: int


class LogIndex:
    """The log's index. It stays open: SQLite's locks lie on this file, and POSIX drops a process' locks on a file when
    it closes any descriptor of it (https://www.sqlite.org/howtocorrupt.html, 2.2)."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(f"{database.name}-shm")
        self._file: int | None = None

    def position(self) -> tuple[Position, int]:
        """(what is committed, the frames of it that are in the database file already). Raises NotFollowed, OSError."""
        file = self._opened()
        for _ in range(_TRIES):
            head = os.pread(file, 2 * _INDEX.size + _BACKFILLED.size, 0)
            first, second = head[: _INDEX.size], head[_INDEX.size : 2 * _INDEX.size]
            if len(head) == 2 * _INDEX.size + _BACKFILLED.size and first == second:
                _, _, _, made, _, _, frames, _, _, salts, _ = _INDEX.unpack(first)
                if made:
                    return Position(salts, frames), _BACKFILLED.unpack_from(head, 2 * _INDEX.size)[0]
        raise NotFollowed(f"{self._path.name} cannot be read")

    def _opened(self) -> int:
        """Anew only when SQLite made another file: nobody has locks on the one before."""
        if self._file is not None and os.fstat(self._file).st_ino != self._path.stat().st_ino:
            os.close(self._file)
            self._file = None
        if self._file is None:
            self._file = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        return self._file


def log_number(database: Path) -> int:
    """How often the log was begun anew since there is its file. Raises OSError."""
    with database.with_name(f"{database.name}-wal").open("rb") as log:
        return int.from_bytes(log.read(_LOG_HEADER_BYTES)[12:16])


def changes(database: Path, after: int, until: Position) -> Iterator[PageChanges]:
    """What frames `after` + 1 to `until` hold, in parts of some MB; the last one ends a transaction.

    Raises NotFollowed when the log was begun anew meanwhile, OSError.
    """
    pages: dict[int, bytes] = {}
    ends = 0
    with database.with_name(f"{database.name}-wal").open("rb") as log:
        page_bytes = int.from_bytes(log.read(_LOG_HEADER_BYTES)[8:12])
        log.seek(_LOG_HEADER_BYTES + after * (_FRAME_HEADER_BYTES + page_bytes))
        for _ in range(until.frames - after):
            head, page = log.read(_FRAME_HEADER_BYTES), log.read(page_bytes)
            if head[8:16] != until.salts or len(page) != page_bytes:
                raise NotFollowed(f"{database.name}'s log was begun anew while it was read")
            pages[int.from_bytes(head[:4])] = page
            ends = int.from_bytes(head[4:8])
            if len(pages) * page_bytes >= _PART_BYTES:
                yield PageChanges(pages, ends)
                pages = {}
    if pages:
        yield PageChanges(pages, ends)
