"""Our own exchange format: one article a line, with the fields of POST /api/articles."""

from collections.abc import Iterator
from pathlib import Path

from services.ingest.exchange.importers.found import Fields, ForeignArticle, Piece
from services.ingest.kit.errors import Refused
from services.ingest.kit.json_input import read_json


def read(path: Path) -> Iterator[tuple[str, Piece]]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            where = f"{path}:{number}"
            try:
                yield where, ForeignArticle(_known(read_json(line.removeprefix(b"\xef\xbb\xbf"))), is_ours=True)
            except Refused as refused:
                yield where, refused


def _known(fields: Fields) -> Fields:
    """What another house took from its readers comes here as a draft: taking away is for this house's editors."""
    return {**fields, "status": "draft"} if fields.get("status") in ("unpublished", "withdrawn") else fields
