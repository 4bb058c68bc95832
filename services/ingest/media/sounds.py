"""Sound as MP3: its frames are followed from the first to the last, and what it says about itself is made empty."""

import mmap
from typing import BinaryIO

from services.ingest.kit.errors import Invalid

MAX_BYTES = 100_000_000
_BITRATES = {
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    0: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""Kilobits a second by the version's number: MPEG 1, 2 and 2.5."""
_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
_ID3_HEAD, _ID3_FOOT = 10, 128
_LEAST_FRAMES = 10
_MOST_FOREIGN = 0.05
"""Of a file: recorders leave some bytes between frames, and older tags stand behind them."""
_BROKEN = "Tệp âm thanh bị hỏng hoặc không phải MP3."


def sniff(head: bytes) -> bool:
    return head[:3] == b"ID3" or _length(head) > 0


def check(file: BinaryIO, size: int) -> str:
    """Raises Invalid for what is not frame after frame of MP3."""
    with mmap.mmap(file.fileno(), 0) as whole:
        at = begin = _forget_words(whole, size)
        frames = foreign = 0
        while at + 4 <= size:
            if length := _length(whole[at : at + 4]):
                frames, at = frames + 1, at + length
                continue
            following = whole.find(b"\xff", at + 1)
            foreign += (following if following > 0 else size) - at
            if foreign > 1000 + (size - begin) * _MOST_FOREIGN:
                raise Invalid.of("file", _BROKEN)
            at = following if following > 0 else size
        if frames < _LEAST_FRAMES:
            raise Invalid.of("file", _BROKEN)
    return "audio/mpeg"


def _forget_words(whole: mmap.mmap, size: int) -> int:
    """Make tags with words and pictures about the sound empty; returns where the sound begins."""
    if size > _ID3_FOOT and whole[size - _ID3_FOOT :][:3] == b"TAG":
        whole[size - _ID3_FOOT + 3 :] = bytes(_ID3_FOOT - 3)
    if whole[:3] != b"ID3" or size < _ID3_HEAD:
        return 0
    length = 0
    for byte in whole[6:10]:
        length = length << 7 | byte & 0x7F
    end = _ID3_HEAD + length
    if end >= size:
        raise Invalid.of("file", _BROKEN)
    whole[5] = 0
    whole[_ID3_HEAD:end] = bytes(length)
    return end


def _length(head: bytes) -> int:
    """Bytes of the frame that begins so; 0 where none does."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return 0
    version, bitrate, rate = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or rate == 3 or not 0 < bitrate < 15:
        return 0
    return (144 if version == 3 else 72) * _BITRATES[version][bitrate] * 1000 // _RATES[version][rate] + (
        head[2] >> 1 & 1
    )
