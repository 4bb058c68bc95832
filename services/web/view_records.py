"""How batches of views stand in a file of their journal, one after another: `lengths, crc32, name, bytes`."""

import re
import struct
from zlib import crc32

from shared.views.batches import parse

_HEAD = struct.Struct("<IIH")  # bytes of the record, crc32 of name and record, bytes of the name
# Where a record may begin: the length of its name (the last field of its head), and a batch's name.
_BEGINNING = re.compile(rb"[\x0a-\x26]\0(?=[0-9a-f]{8,32}-[0-9])")

Record = tuple[str, int, int]
"""(name, where the batch's bytes begin, how many they are)"""


def framed(name: str, record: bytes) -> tuple[bytes, int]:
    """A batch as it stands in a file, and where in it its own bytes begin."""
    encoded = name.encode()
    head = _HEAD.pack(len(record), crc32(record, crc32(encoded)), len(encoded)) + encoded
    return head + record, len(head)


def bytes_before(name: str) -> int:
    """How many stand before those of a batch of this name."""
    return _HEAD.size + len(name)


def split(data: bytes) -> tuple[list[Record], list[bytes]]:
    """The whole records of a segment, and the pieces between them that are none."""
    records: list[Record] = []
    damaged: list[bytes] = []
    position = 0
    while position < len(data):
        record = record_at(data, position)
        if record is not None:
            records.append(record)
            position = record[1] + record[2]
            continue
        following = _next_beginning(data, position + 1)
        damaged.append(data[position:following])
        position = following
    return records, damaged


def record_at(data: bytes, position: int) -> Record | None:
    """The whole record that begins there, None where there is none."""
    if position + _HEAD.size > len(data):
        return None
    length, check, name_length = _HEAD.unpack_from(data, position)
    start = position + _HEAD.size + name_length
    encoded, record = data[start - name_length : start], data[start : start + length]
    if len(record) < length or crc32(record, crc32(encoded)) != check:
        return None
    try:
        # A page of zeros has a right checksum, too: of no name and no bytes.
        name = encoded.decode()
        parse(name)
    except ValueError:
        return None
    return name, start, length


def _next_beginning(data: bytes, position: int) -> int:
    """Where the first whole record from `position` on begins; the end where there is none."""
    head_before = _HEAD.size - 2
    for match in _BEGINNING.finditer(data, position + head_before):
        begin = match.start() - head_before
        if record_at(data, begin) is not None:
            return begin
    return len(data)


def whole(data: bytes, record: Record) -> bytes:
    """Its bytes, head and name included."""
    name, start, length = record
    return data[start - len(name) - _HEAD.size : start + length]
