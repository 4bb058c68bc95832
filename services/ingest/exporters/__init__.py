"""Everything out again: articles in NDJSON, ninjs 3, NewsML-G2 or Atom, the other tables as NDJSON, the media files.

What `export_house` writes can be imported by another house (`toasoan import DIR/articles.ndjson --media DIR/media`)
or read by anything that reads JSON: nothing here is locked in. Passwords, keys and secrets stay behind.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO, Any

import orjson
from sqlalchemy import Engine, select

from services.ingest import newsroom_tables as newsroom
from services.ingest import tables
from services.ingest.store.revisions import shown, with_state
from services.ingest.tables import articles
from shared.database import read
from shared.settings import get_settings

Article = dict[str, Any]
"""An article as `store.reading.article` gives it."""
Writer = Callable[[Iterator[Article]], Iterator[bytes]]
"""write(articles) -> the parts of the file, one after another."""

_PAGE = 200
_MODULES = {"ndjson": "ndjson", "ninjs": "ninjs", "newsml": "newsml", "atom": "atom"}
_FILES = {
    "ndjson": "articles.ndjson",
    "ninjs": "articles.ninjs.json",
    "newsml": "articles.newsml.xml",
    "atom": "articles.atom",
}
FORMATS = tuple(_MODULES)
_TABLES = (
    tables.sections,
    tables.revisions,
    tables.media,
    tables.comments,
    tables.front_page,
    tables.users,
    tables.audit,
    newsroom.plans,
    newsroom.royalty_rates,
    newsroom.royalty_adjustments,
    newsroom.royalty_sheets,
    newsroom.feeds,
)
_SECRET = frozenset({"password_hash", "totp_secret", "totp_step", "recovery"})


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: rows by file, media files, bytes of media."""

    rows: dict[str, int]
    media_files: int
    media_bytes: int


def export_house(engine: Engine, folder: Path, formats: tuple[str, ...] = ("ndjson",), media: bool = True) -> Exported:
    """Write everything into a folder, each file whole or not at all. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = {}
    for name in formats:
        with _whole(folder / _FILES[name]) as stream:
            rows[_FILES[name]] = _write(stream, name, engine)
    for table in _TABLES:
        with _whole(folder / f"{table.name}.ndjson") as stream:
            rows[f"{table.name}.ndjson"] = _dump(engine, table, stream)
    files, size = _copy_media(folder / "media") if media else (0, 0)
    return Exported(rows, files, size)


def status_for(format: str) -> str:
    """Which articles a format can hold: a feed has no word for what is not published."""
    return "published" if format == "atom" else ""


def writer(format: str) -> Writer:
    """What writes a format."""
    found: Writer = import_module(f"services.ingest.exporters.{_MODULES[format]}").write
    return found


def every_article(engine: Engine, status: str = "", section: int | None = None) -> Iterator[Article]:
    """Every article in the order of ids, a page in memory at a time; of one status or section if asked."""
    after = 0
    while True:
        query = select(articles).where(articles.c.id > after).order_by(articles.c.id).limit(_PAGE)
        query = query.where(articles.c.status == status) if status else query
        query = query.where(articles.c.section_id == section) if section is not None else query
        with read(engine) as connection:
            rows = connection.execute(query).all()
            found = [shown(with_state(connection, row)) for row in rows]
        if not rows:
            return
        yield from found
        after = rows[-1].id


def _write(stream: IO[bytes], format: str, engine: Engine) -> int:
    """Write every article; returns how many."""
    written = 0

    def counted() -> Iterator[Article]:
        nonlocal written
        for article in every_article(engine, status_for(format)):
            written += 1
            yield article

    stream.writelines(writer(format)(counted()))
    return written


def _dump(engine: Engine, table: Any, stream: IO[bytes]) -> int:
    """A table as it is, a row a line, in the order of its key."""
    written = 0
    columns = [column for column in table.columns if column.name not in _SECRET]
    with read(engine) as connection:
        result = connection.execution_options(yield_per=_PAGE).execute(
            select(*columns).order_by(*table.primary_key.columns)
        )
        for row in result:
            stream.write(orjson.dumps({f"{name}": value for name, value in row._mapping.items()}) + b"\n")
            written += 1
    return written


def _copy_media(target: Path) -> tuple[int, int]:
    """Copy the files that are not there yet: names are made of contents, so a file never changes."""
    source, files, size = get_settings().media_dir, 0, 0
    if not source.is_dir():
        return 0, 0
    for file in source.rglob("*"):
        name = file.relative_to(source)
        if not file.is_file() or any(part.startswith(".") for part in name.parts):
            continue
        copy = target / name
        if not copy.exists() or copy.stat().st_size != file.stat().st_size:
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
        files, size = files + 1, size + file.stat().st_size
    return files, size


@contextmanager
def _whole(path: Path) -> Iterator[IO[bytes]]:
    """A file that appears under its name when it is finished."""
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as stream:
            yield stream
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
