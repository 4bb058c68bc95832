"""Everything out again: articles in NDJSON, ninjs 3, NewsML-G2 or Atom, the other tables as NDJSON, the media files.

What `export_house` writes can be imported by another house (`toasoan import DIR/articles.ndjson --media DIR/media`)
or read by anything that reads JSON: nothing here is locked in. Passwords, keys and secrets stay behind.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import orjson
from sqlalchemy import Engine, select

from services.ingest.accounts.tables import users
from services.ingest.articles.tables import revisions
from services.ingest.comments.tables import comments
from services.ingest.exchange.exporters import FILES, Article, every_article, status_for, writer
from services.ingest.feeds.tables import feeds
from services.ingest.front_page.tables import front_page
from services.ingest.kit.tables import audit
from services.ingest.media.tables import media
from services.ingest.planning.tables import plans
from services.ingest.royalties.tables import royalty_adjustments, royalty_payees, royalty_rates, royalty_sheets
from services.ingest.sections.tables import sections
from shared.database import read
from shared.settings import get_settings

_PAGE = 200
_TABLES = (
    sections,
    revisions,
    media,
    comments,
    front_page,
    users,
    audit,
    plans,
    royalty_rates,
    royalty_adjustments,
    royalty_sheets,
    royalty_payees,
    feeds,
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
        with _whole(folder / FILES[name]) as stream:
            rows[FILES[name]] = _write(stream, name, engine)
    for table in _TABLES:
        with _whole(folder / f"{table.name}.ndjson") as stream:
            rows[f"{table.name}.ndjson"] = _dump(engine, table, stream)
    files, size = _copy_media(folder / "media") if media else (0, 0)
    return Exported(rows, files, size)


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
