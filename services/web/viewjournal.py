"""Views on disk until they are counted: what web was told to hold it holds, whatever becomes of the broker.

A batch is written here before it goes to the broker, and stays until the counter says that it has applied it. What
the broker could not take waits here; what the broker lost (Celery's Redis transport takes a message off its queue a
moment before it notes who has it) is sent again. The counter knows batches by their names, so twice is once.

Records (view_records.py) stand one after another in numbered segments. A segment whose records are all
counted is deleted. Several web processes on one data dir have a folder each, held by a file lock; whoever starts
takes over what nobody holds.

What is no whole record (torn, zeroed, rotten) is put aside in a `.damaged` file, said once in the log and counted in
`views_damaged_bytes_total`; the records before and after it stay.
"""

import errno
import fcntl
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from services.web import view_records
from services.web.synced_files import sync_folder, write_whole
from shared import telemetry
from shared.telemetry import log

LIMIT_BYTES = 256 * 1024 * 1024
"""On disk at most, for each web process: about five million views."""
LIMIT_BATCHES = 200_000
"""In memory a batch costs some 300 bytes."""
SEGMENT_BYTES = 4 * 1024 * 1024
DAMAGED_KEPT = 20
"""Files with damaged pieces, for each web process; the oldest go."""

# A file that is gone or unreadable will not get better; any other error (too many open files) may.
_LOST = frozenset({errno.ENOENT, errno.EIO})


class JournalFull(Exception):
    """The bound is reached (or the disk is): what was not written is not held."""


@dataclass(slots=True)
class _Entry:
    segment: "_Segment"
    offset: int
    length: int
    sent_at: float
    """When the broker took it (any clock of the caller's); 0.0: not yet."""


class _Segment:
    __slots__ = ("path", "pending", "size")

    def __init__(self, path: Path) -> None:
        self.path = path
        self.pending = 0
        self.size = 0


class Journal:
    """Batches by name, in the order they came. Not thread-safe: callers hold a lock."""

    def __init__(
        self, folder: Path, now: float, limit_bytes: int = LIMIT_BYTES, segment_bytes: int = SEGMENT_BYTES
    ) -> None:
        """What earlier processes left counts as sent at `now`: it is asked after like everything else."""
        self._limit = limit_bytes
        self._segment_bytes = segment_bytes
        self._folder, self._lock = _take_folder(folder)
        self._entries: dict[str, _Entry] = {}
        self._unsent: dict[str, None] = {}
        self._writer: BinaryIO | None = None
        self._current: _Segment | None = None
        self._size = 0
        self._number = 0
        for path in _segments(self._folder):
            self._number = int(path.stem)
            self._load(path, now)

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return self._size

    def __len__(self) -> int:
        return len(self._entries)

    def append(self, name: str, record: bytes) -> None:
        """Write a batch, which from then on survives this process and a power cut. Raises JournalFull."""
        framed, before = view_records.framed(name, record)
        if self._size + len(framed) > self._limit or len(self._entries) >= LIMIT_BATCHES:
            raise JournalFull(f"{self._size} bytes in {len(self._entries)} batches wait already")
        try:
            writer, segment = self._open()
            try:
                writer.write(framed)
                writer.flush()
                os.fdatasync(writer.fileno())
            except OSError:
                self._cut_back(segment)
                raise
        except OSError as error:
            raise JournalFull(f"cannot write: {error}") from error
        self._entries[name] = _Entry(segment, segment.size + before, len(record), 0.0)
        self._unsent[name] = None
        segment.pending += 1
        segment.size += len(framed)
        self._size += len(framed)
        if segment.size >= self._segment_bytes:
            self._close_writer()

    def sent(self, name: str, now: float) -> None:
        """The broker took it (again)."""
        self._unsent.pop(name, None)
        entry = self._entries.get(name)
        if entry is not None:
            entry.sent_at = now

    def first_unsent(self) -> str | None:
        return next(iter(self._unsent), None)

    def sent_before(self, moment: float, limit: int) -> list[str]:
        """Batches that the broker took before `moment` and that nobody has counted yet, as far as we know."""
        found = []
        for name, entry in self._entries.items():
            if 0.0 < entry.sent_at < moment:
                found.append(name)
                if len(found) >= limit:
                    break
        return found

    def asked(self, name: str) -> None:
        """It is known and not yet held for good: the others are asked after first."""
        entry = self._entries.pop(name, None)
        if entry is not None:
            self._entries[name] = entry

    def read(self, name: str) -> bytes | None:
        """A batch's record; None when it is counted already, or is damaged and now put aside."""
        entry = self._entries.get(name)
        if entry is None:
            return None
        before = view_records.bytes_before(name)
        framed = _read_part(entry.segment.path, entry.offset - before, before + entry.length)
        if view_records.record_at(framed, 0) == (name, before, entry.length):
            return framed[before:]
        self._put_aside(entry.segment, [framed])
        self.counted(name)
        return None

    def counted(self, name: str) -> None:
        """The counter has it: it need not stay here."""
        entry = self._entries.pop(name, None)
        self._unsent.pop(name, None)
        if entry is None:
            return
        segment = entry.segment
        segment.pending -= 1
        if segment.pending == 0 and (segment is not self._current or not self._entries):
            self._delete(segment)

    def close(self) -> None:
        """Stop using the folder; what waits stays for the next process."""
        self._close_writer()
        os.close(self._lock)

    # ---------------------------------------------------------------- files

    def _open(self) -> tuple[BinaryIO, _Segment]:
        if self._writer is None or self._current is None:
            self._number += 1
            self._current = _Segment(self._folder / f"{self._number:010d}.views")
            self._writer = self._current.path.open("ab")
            sync_folder(self._folder)
        return self._writer, self._current

    def _close_writer(self) -> None:
        if self._writer is not None:
            self._writer.close()
        closed, self._writer, self._current = self._current, None, None
        if closed is not None and closed.pending == 0:
            self._delete(closed)

    def _delete(self, segment: _Segment) -> None:
        if segment is self._current:
            assert self._writer is not None
            self._writer.close()
            self._writer = self._current = None
        segment.path.unlink(missing_ok=True)
        self._size -= segment.size

    def _cut_back(self, segment: _Segment) -> None:
        """A record that is half there (disk full) must not stand before later ones."""
        writer, self._writer, self._current = self._writer, None, None
        assert writer is not None
        try:
            writer.close()
        except OSError:
            pass  # what could not be flushed is what is cut off here
        os.truncate(segment.path, segment.size)
        if segment.pending == 0:
            self._delete(segment)

    def _load(self, path: Path, now: float) -> None:
        segment = _Segment(path)
        try:
            data = path.read_bytes()
        except OSError as error:
            log.error("journal of views cannot be read", file=str(path), error=str(error))
            return
        records, damaged = view_records.split(data)
        if damaged and self._put_aside(segment, damaged):
            data = b"".join(view_records.whole(data, record) for record in records)
            # Whatever stays in the file was told already; the next start tries again.
            with suppress(OSError):
                write_whole(path, data)
                records, _none = view_records.split(data)
        segment.size = path.stat().st_size
        for name, offset, length in records:
            if name not in self._entries:
                self._entries[name] = _Entry(segment, offset, length, now)
                segment.pending += 1
        self._size += segment.size
        if segment.pending == 0:
            self._delete(segment)

    def _put_aside(self, segment: _Segment, pieces: list[bytes]) -> bool:
        """Keep damaged bytes for whoever wants to look; whether they are kept."""
        number = sum(map(len, pieces))
        telemetry.views_damaged_bytes_total.inc(number)
        aside = self._folder / f"{time.time_ns()}.damaged"
        try:
            aside.write_bytes(b"".join(pieces))
            for old in sorted(self._folder.glob("*.damaged"))[:-DAMAGED_KEPT]:
                old.unlink()
        except OSError as error:
            log.error("journal of views is damaged", segment=segment.path.name, bytes=number, error=str(error))
            return False
        log.error(
            "journal of views is damaged", segment=segment.path.name, bytes=number, pieces=len(pieces), file=aside.name
        )
        return True


def _read_part(path: Path, offset: int, length: int) -> bytes:
    """As much as is there to read."""
    try:
        with path.open("rb") as reader:
            reader.seek(offset)
            return reader.read(length)
    except OSError as error:
        if error.errno in _LOST:
            return b""
        raise


def _segments(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.views") if path.stem.isdecimal())


def _take_folder(root: Path) -> tuple[Path, int]:
    """A folder of our own under `root`, with what processes that are gone left behind. Returns it and its lock."""
    root.mkdir(parents=True, exist_ok=True)
    slot = 0
    while (lock := _lock(root / str(slot))) is None:
        slot += 1
    own = root / str(slot)
    number = max((int(path.stem) for path in _segments(own)), default=0)
    for other in sorted(root.iterdir()):
        if other == own or not other.is_dir() or (held := _lock(other)) is None:
            continue
        for segment in _segments(other):
            number += 1
            segment.rename(own / f"{number:010d}.views")
        os.close(held)
    sync_folder(own)
    return own, lock


def _lock(folder: Path) -> int | None:
    folder.mkdir(exist_ok=True)
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
