"""Subtitles as WebVTT: a text whose every cue has a time, kept in the Unicode of the house."""

import re
from typing import BinaryIO

from services.ingest.kit.errors import Invalid
from shared.vietnamese.text import plain

MAX_BYTES = 1_000_000
_MARK = b"\xef\xbb\xbf"
_TIME = r"(?:[0-9]{2,}:)?[0-5][0-9]:[0-5][0-9]\.[0-9]{3}"
_CUE = re.compile(rf"{_TIME}[ \t]+-->[ \t]+{_TIME}(?:[ \t].*)?")


def sniff(head: bytes) -> bool:
    begin = head.removeprefix(_MARK)
    return begin[:6] == b"WEBVTT" and begin[6:7] in (b"", b" ", b"\t", b"\r", b"\n")


def check(file: BinaryIO, size: int) -> str:
    """Raises Invalid for what no player would show, with its line."""
    if size > MAX_BYTES:
        raise Invalid.of("file", f"Phụ đề dài quá {MAX_BYTES // 1_000_000} MB.")
    file.seek(0)
    try:
        text = file.read().removeprefix(_MARK).decode()
    except UnicodeDecodeError:
        raise Invalid.of("file", "Phụ đề phải là chữ Unicode (UTF-8).") from None
    lines = plain(text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    cues = [(number, line) for number, line in enumerate(lines, 1) if "-->" in line]
    wrong = next((number for number, line in cues if not _CUE.fullmatch(line.strip())), 0)
    if wrong or not cues:
        where = f"dòng {wrong}" if wrong else "chưa có dòng nào"
        raise Invalid.of("file", f"Phụ đề WebVTT cần thời gian như 00:01.000 --> 00:04.000; {where}.")
    file.seek(0)
    file.truncate()
    file.write("\n".join(lines).encode())
    file.flush()
    return "text/vtt"
