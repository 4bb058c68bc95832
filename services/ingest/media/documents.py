"""Documents as PDF, kept as they came: readers are given them to keep (shared.media_files), nothing of them is run."""

import re
from typing import BinaryIO

from services.ingest.kit.errors import Invalid

MAX_BYTES = 50_000_000
_END_WITHIN = 2048
_HEAD = re.compile(rb"%PDF-[12]\.[0-9]")
_END = re.compile(rb"startxref\s+[0-9]{1,10}\s+%%EOF")


def sniff(head: bytes) -> bool:
    return _HEAD.match(head) is not None


def check(file: BinaryIO, size: int) -> str:
    """Raises Invalid for a file that has lost its end, or has something else behind it."""
    file.seek(max(0, size - _END_WITHIN))
    tail = file.read()
    found = list(_END.finditer(tail))
    if not found or tail[found[-1].end() :].strip(b"\0\r\n\t "):
        raise Invalid.of("file", "Tệp PDF bị hỏng hoặc thiếu phần cuối.")
    return "application/pdf"
