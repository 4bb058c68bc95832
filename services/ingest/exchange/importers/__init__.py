"""Articles from files: `import_paths` walks files and folders and saves what it finds, one result an article.

Formats: the text of a printed page ("text"), our own NDJSON ("ndjson"), WordPress exports ("wxr"), RSS 0.9 to 2.0 and
Atom ("rss"), ninjs 1.x to 3.x ("ninjs"), NewsML-G2 ("newsml") and NewsML 1.2 ("newsml1"), NITF ("nitf"), saved HTML
pages ("html"); a zip archive is a folder of such files. Every reader yields what could be sent to POST /api/articles;
what comes again under the same external id changes nothing, so a cut-off import is simply started again. What others
wrote is mended and told, see docs/importing.md.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from sqlalchemy import Engine

from services.ingest.exchange.importers import archive
from services.ingest.exchange.importers.formats import ARCHIVE, FORMATS, SUFFIXES, format_of, pieces, unknown
from services.ingest.exchange.importers.found import ForeignArticle, LeftOut, Piece
from services.ingest.exchange.importers.saving import IMPORTER, ImportResult, Options, Saver
from services.ingest.kit import bounded
from services.ingest.kit.errors import Refused
from shared.database import engine as service_engine

__all__ = [
    "ARCHIVE",
    "FORMATS",
    "IMPORTER",
    "SUFFIXES",
    "ImportResult",
    "Options",
    "format_of",
    "import_paths",
    "pieces",
]

# One commit for this many, some 20 ms of work: editors who save meanwhile wait that long.
_AT_ONCE = 50
# What is only told, damaged or left out, costs no commit: a file may have a hundred thousand of it.
_TOLD_AT_ONCE = 2000
_UNKNOWN, _OF_THE_SYSTEM = "không phải định dạng nhận được", "của hệ điều hành"
_WITH_ARTICLES = "ảnh, lấy khi có bài dùng"
_PICTURES = frozenset((".jpg", ".jpeg", ".png", ".gif", ".webp", ".heic", ".heif", ".avif", ".tif", ".tiff", ".bmp"))


def import_paths(
    paths: list[Path], options: Options | None = None, engine: Engine | None = None
) -> Iterator[ImportResult]:
    """Save every article in files and folders; one result each, in their order, and one for each kind of thing and
    reason that was left out."""
    chosen, store = options or Options(), engine or service_engine("ingest")
    with archive.unpacked(paths) as sources:
        saver = Saver(store, chosen, [source.path for source in sources if source.path.is_dir()])
        found = (item for source in sources for item in _all_of(source, chosen.format))
        for part in _batches(islice(found, chosen.skip, None)):
            yield from saver.save(part)


def _batches(found: Iterator[tuple[str, Piece]]) -> Iterator[list[tuple[str, Piece]]]:
    """What is saved together; what takes an article back meets what came before it."""
    part: list[tuple[str, Piece]] = []
    articles = 0
    for where, piece in found:
        is_article = isinstance(piece, ForeignArticle)
        is_kill = isinstance(piece, ForeignArticle) and bool(piece.killed)
        if part and (is_kill or articles == _AT_ONCE or len(part) == _TOLD_AT_ONCE):
            yield part
            part, articles = [], 0
        part.append((where, piece))
        articles += is_article
        if is_kill:
            yield part
            part, articles = [], 0
    if part:
        yield part


def _all_of(source: archive.Source, format: str) -> Iterator[tuple[str, Piece]]:
    if source.fault is not None:
        yield source.shown, source.fault
        return
    files = _files(source.path)
    if not files and not source.left:
        yield source.shown, Refused("Không có tệp nào ở trong.")
    for file in files:
        for where, piece in _read(file, format):
            yield where.replace(str(source.path), source.shown, 1), piece
    for left in source.left:
        yield source.shown, left


def _read(file: Path | LeftOut, format: str) -> Iterator[tuple[str, Piece]]:
    if isinstance(file, LeftOut):
        yield file.kind, file
        return
    try:
        kind = format_of(file) if format in ("auto", ARCHIVE) else format
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
    usable = [file for file in files if not archive.is_of_the_system(file.relative_to(path))]
    others = Counter(file.suffix.lower()[:20] or "không đuôi" for file in usable if not _is_read(file))
    reasons = {suffix: _WITH_ARTICLES if suffix in _PICTURES else f"{_UNKNOWN} ({suffix})" for suffix in others}
    left = Counter({_OF_THE_SYSTEM: len(files) - len(usable)})
    for suffix, count in others.items():
        left[reasons[suffix]] += count
    told = [LeftOut("tệp", reason, count) for reason, count in sorted((+left).items())]
    return [*filter(_is_read, usable), *told]


def _is_read(file: Path) -> bool:
    return file.suffix.lower() in SUFFIXES
