"""Articles from files: `import_paths` walks files and folders and saves what it finds, one result an article.

Formats: the text of a printed page ("text"), our own NDJSON ("ndjson"), WordPress exports ("wxr"), RSS 0.9 to 2.0 and
Atom ("rss"), ninjs 1.x to 3.x ("ninjs"), NewsML-G2 ("newsml") and NewsML 1.2 ("newsml1"), NITF ("nitf"), saved HTML
pages ("html"). Every reader yields what could be sent to POST /api/articles; what comes again under the same external
id changes nothing, so a cut-off import is simply started again. What others wrote is mended and told, see
docs/importing.md.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from sqlalchemy import Engine

from services.ingest.exchange.importers.formats import FORMATS, SUFFIXES, format_of, pieces, unknown
from services.ingest.exchange.importers.found import ForeignArticle, LeftOut, Piece
from services.ingest.exchange.importers.saving import IMPORTER, ImportResult, Options, Saver
from services.ingest.kit import bounded
from services.ingest.kit.errors import Refused
from shared.database import engine as service_engine

__all__ = ["FORMATS", "IMPORTER", "SUFFIXES", "ImportResult", "Options", "format_of", "import_paths", "pieces"]

# One commit for this many, some 20 ms of work: editors who save meanwhile wait that long.
_AT_ONCE = 50


def import_paths(
    paths: list[Path], options: Options | None = None, engine: Engine | None = None
) -> Iterator[ImportResult]:
    """Save every article in files and folders; one result each, in their order, and one for each kind of thing and
    reason that was left out."""
    chosen, store = options or Options(), engine or service_engine("ingest")
    saver = Saver(store, chosen, [path for path in paths if path.is_dir()])
    found = (item for path in paths for file in _files(path) for item in _read(file, chosen.format))
    for part in _batches(islice(found, chosen.skip, None)):
        yield from saver.save(part)


def _batches(found: Iterator[tuple[str, Piece]]) -> Iterator[list[tuple[str, Piece]]]:
    """What is saved together; what takes an article back meets what came before it."""
    part: list[tuple[str, Piece]] = []
    for where, piece in found:
        is_kill = isinstance(piece, ForeignArticle) and bool(piece.killed)
        if part and (is_kill or len(part) == _AT_ONCE):
            yield part
            part = []
        part.append((where, piece))
        if is_kill:
            yield part
            part = []
    if part:
        yield part


def _read(file: Path | LeftOut, format: str) -> Iterator[tuple[str, Piece]]:
    if isinstance(file, LeftOut):
        yield file.kind, file
        return
    try:
        kind = format_of(file) if format == "auto" else format
        if kind is None:
            yield str(file), unknown(file)
            return
        is_empty = True
        for item in pieces(file, kind):
            bounded.going_on()
            is_empty = False
            yield item
        if is_empty:
            yield str(file), Refused("Không có bài nào trong tệp.")
    except OSError as error:
        yield str(file), Refused(f"Không đọc được tệp: {error}"[:300])


def _files(path: Path) -> list[Path | LeftOut]:
    """The file itself, or every file of ours in a folder, in the order of their names, and how many others there
    are."""
    if not path.is_dir():
        return [path]
    files = sorted(file for file in path.rglob("*") if file.is_file())
    others = Counter(file.suffix.lower()[:20] or "không đuôi" for file in files if file.suffix.lower() not in SUFFIXES)
    left = [
        LeftOut("tệp", f"không phải định dạng nhận được ({suffix})", count) for suffix, count in sorted(others.items())
    ]
    return [*(file for file in files if file.suffix.lower() in SUFFIXES), *left]
