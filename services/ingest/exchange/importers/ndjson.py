"""Our own exchange format: one article a line, with the fields of POST /api/articles."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from services.ingest.exchange.importers.found import Fields, ForeignArticle, Piece
from services.ingest.kit import bounded
from services.ingest.kit.errors import Refused
from services.ingest.kit.json_input import read_json

# As much as the API takes of an article.
MAX_LINE_BYTES = 16_000_000


def read(path: Path) -> Iterator[tuple[str, Piece]]:
    with path.open("rb") as lines:
        for number, line in enumerate(_bounded(lines), start=1):
            where = f"{path}:{number}"
            if line is None:
                yield where, Refused(f"Dòng dài quá {MAX_LINE_BYTES // 1_000_000} MB.")
                continue
            if not line.strip():
                continue
            try:
                yield where, ForeignArticle(_known(read_json(line.removeprefix(b"\xef\xbb\xbf"))), is_ours=True)
            except Refused as refused:
                yield where, refused


def _bounded(file: BinaryIO) -> Iterator[bytes | None]:
    """The lines; None for one that is too long, of which no more than that is held in memory."""
    while line := file.readline(MAX_LINE_BYTES):
        is_whole = len(line) < MAX_LINE_BYTES or line.endswith(b"\n")
        yield line if is_whole else None
        while not is_whole:
            bounded.going_on()
            line = file.readline(MAX_LINE_BYTES)
            is_whole = len(line) < MAX_LINE_BYTES or line.endswith(b"\n")


def _known(fields: Fields) -> Fields:
    """What another house took from its readers comes here as a draft: taking away is for this house's editors."""
    return {**fields, "status": "draft"} if fields.get("status") in ("unpublished", "withdrawn") else fields
