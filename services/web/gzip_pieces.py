"""Text that is put together when it is served, plain or gzipped, without packing it again.

Every piece is deflated once, on its own, up to a byte's border (zlib's Z_FULL_FLUSH); a piece that changes all the
time (the number of views) goes in as a stored block. A gzip stream is those blocks one after another, an empty last
block, and the checksum of the whole, which follows from the checksums of the pieces (the idea of zlib's
crc32_combine). Formats: RFC 1951, RFC 1952.
"""

import zlib
from collections.abc import Iterable, Sequence

_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
_LAST_BLOCK = b"\x03\x00"
_ALL_ONES = 0xFFFFFFFF
_LEVEL = 9


class Piece:
    """Bytes with their deflated form."""

    __slots__ = ("_crc", "_deflated", "data")

    def __init__(self, data: bytes, changing: bool = False) -> None:
        """`changing`: short and soon replaced, not worth packing."""
        self.data = data
        self._deflated: bytes | None = _stored(data) if changing else None
        self._crc = zlib.crc32(data) if changing else 0

    def pack(self) -> bytes:
        """The deflated form; made once."""
        if self._deflated is None:
            packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
            self._deflated = packer.compress(self.data) + packer.flush(zlib.Z_FULL_FLUSH)
            self._crc = zlib.crc32(self.data)
        return self._deflated

    def crc_after(self, crc: int) -> int:
        """Checksum of what came before, then this; of a packed piece."""
        if len(self.data) < 512:
            return zlib.crc32(self.data, crc)
        # Moving a checksum over n bytes is linear: what n zeros do to it, then the own checksum on top.
        return zlib.crc32(bytes(len(self.data)), crc ^ _ALL_ONES) ^ _ALL_ONES ^ self._crc


def plain(pieces: Iterable[Piece]) -> bytes:
    return b"".join([piece.data for piece in pieces])


def gzipped(pieces: Sequence[Piece]) -> bytes:
    """The pieces as one gzip member."""
    crc = length = 0
    parts = [_HEAD]
    for piece in pieces:
        parts.append(piece.pack())
        crc = piece.crc_after(crc)
        length += len(piece.data)
    parts += [_LAST_BLOCK, crc.to_bytes(4, "little"), (length & _ALL_ONES).to_bytes(4, "little")]
    return b"".join(parts)


def _stored(data: bytes) -> bytes:
    size = len(data)
    return b"\x00" + size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little") + data
