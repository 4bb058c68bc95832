"""A database as it was at one moment, and a file of everything that it wrote since: any moment after can be made again.

In a database's folder of the copy, a chain is a folder named by the moment it begins (UTC), with `base.db` and
`changes`: records, each a header and zlib-packed pages. A record that ends a transaction is a moment that can be
restored; a torn one at the end, as a machine leaves it that dies, is none.
"""

import os
import shutil
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from toasoan.copying.wal import PageChanges
from toasoan.place import OperatorError

BASE, CHANGES = "base.db", "changes"
_NAMED = "%Y%m%dT%H%M%S.%fZ"
_MAGIC = b"TSc1"
# Magic, checksum of the packed bytes, their number, pages after it (0: the transaction goes on), unix milliseconds,
# and a checksum of all this.
_HEAD = struct.Struct(">4sIIIQ")
_SUM = struct.Struct(">I")
_PAGE_NUMBER = struct.Struct(">I")
# More than a part of some MB can ever pack to: a damaged length must not take the memory.
_MOST_BYTES = 64_000_000


@dataclass(frozen=True)
class Chain:
    """One chain; `began` is the moment of its base."""

    folder: Path
    began: datetime

    @property
    def whole(self) -> bool:
        return (self.folder / BASE).is_file()


def chains(folder: Path) -> list[Chain]:
    """Those of one database, oldest first."""
    found = []
    for one in folder.iterdir() if folder.is_dir() else ():
        try:
            began = datetime.strptime(one.name, _NAMED).replace(tzinfo=UTC)
        except ValueError:
            continue
        found.append(Chain(one, began))
    return sorted(found, key=lambda chain: chain.began)


def new_chain(folder: Path) -> Chain:
    began = datetime.now(UTC)
    chain = Chain(folder / began.strftime(_NAMED), began)
    chain.folder.mkdir(parents=True, mode=0o700)
    return chain


class Writer:
    """Appends to a chain's changes; each transaction is on the disk when `sync` returns."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self._file = (chain.folder / CHANGES).open("xb")
        self.bytes = 0

    def write(self, changes: PageChanges, at: datetime) -> None:
        parts = (_PAGE_NUMBER.pack(number) + page for number, page in sorted(changes.pages.items()))
        packed = zlib.compress(b"".join(parts), 1)
        head = _HEAD.pack(_MAGIC, zlib.crc32(packed), len(packed), changes.pages_after, _milliseconds(at))
        self._file.write(head + _SUM.pack(zlib.crc32(head)) + packed)
        self.bytes += len(head) + _SUM.size + len(packed)

    def sync(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


@dataclass(frozen=True)
class _Record:
    offset: int
    bytes: int
    pages_after: int
    at: int
    """Unix milliseconds."""


def restore(folder: Path, at: datetime | None, target: Path) -> datetime:
    """Make the database whose chains `folder` holds as it was at `at`, or as last copied, in the new file `target`.

    Returns the moment of the last transaction in it. Raises OperatorError.
    """
    whole = [chain for chain in chains(folder) if chain.whole and (at is None or chain.began <= at)]
    if not whole:
        raise OperatorError(f"{folder} holds no copy{f' of {at:%Y-%m-%d %H:%M:%S} UTC or before' if at else ''}")
    chain = whole[-1]
    shutil.copyfile(chain.folder / BASE, target)
    last = chain.began
    log = chain.folder / CHANGES
    if not log.is_file():
        return last
    until = None if at is None else _milliseconds(at)
    with log.open("rb") as file, target.open("r+b") as database:
        records = [record for record in _records(file.fileno()) if until is None or record.at <= until]
        while records and not records[-1].pages_after:
            records.pop()
        for record in records:
            _apply(os.pread(file.fileno(), record.bytes, record.offset), database.fileno())
            if record.pages_after:
                last = datetime.fromtimestamp(record.at / 1000, UTC)
                pages_after = record.pages_after
        if records:
            os.ftruncate(database.fileno(), pages_after * _page_bytes(database.fileno()))
        os.fsync(database.fileno())
    return last


def _records(file: int) -> Iterator[_Record]:
    """The sound ones, up to the first that is not."""
    offset = 0
    while True:
        head = os.pread(file, _HEAD.size + _SUM.size, offset)
        if len(head) < _HEAD.size + _SUM.size or zlib.crc32(head[: _HEAD.size]) != _SUM.unpack(head[_HEAD.size :])[0]:
            return
        magic, checksum, size, pages_after, at = _HEAD.unpack(head[: _HEAD.size])
        offset += len(head)
        if magic != _MAGIC or size > _MOST_BYTES or zlib.crc32(os.pread(file, size, offset)) != checksum:
            return
        yield _Record(offset, size, pages_after, at)
        offset += size


def _apply(packed: bytes, database: int) -> None:
    page_bytes = _page_bytes(database)
    content = zlib.decompress(packed)
    step = _PAGE_NUMBER.size + page_bytes
    for start in range(0, len(content), step):
        (number,) = _PAGE_NUMBER.unpack_from(content, start)
        os.pwrite(database, content[start + _PAGE_NUMBER.size : start + step], (number - 1) * page_bytes)


def _page_bytes(database: int) -> int:
    """As the database's own header says it: 1 stands for 65536."""
    size = int.from_bytes(os.pread(database, 2, 16))
    return 65536 if size == 1 else size


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
