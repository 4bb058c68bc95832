"""Pictures: what is known of an uploaded file, and the pictures of an article."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, delete, select, true, update

from services.ingest.kit import audit
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Conflict, Invalid, NotFound
from services.ingest.kit.finding import fits
from services.ingest.media import unchanged
from services.ingest.media.imaging import Rebuilt
from services.ingest.media.tables import MediaRow, media
from shared.database import read, upsert, write
from shared.media_files import name_of
from shared.records import record, records
from shared.settings import get_settings
from shared.vietnamese.matching import written
from shared.vietnamese.text import one_line, plain

MEDIA = "/media/"
_BROUGHT_WITHIN = timedelta(days=1)
_SUFFIXES = ("jpg", "png", "webp", *unchanged.SUFFIXES.values())
_NOT_HERE = "Không có tệp này trong kho."


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a file comes from: its name at its sender's, the picture it was cut from, a film's poster."""

    name: str = ""
    derived_from: int | None = None
    poster_id: int | None = None


_NO_ORIGIN = Origin()


def keep(
    engine: Engine,
    rebuilt: Rebuilt,
    actor: Actor,
    origin: Origin = _NO_ORIGIN,
    /,
    *,
    caption: str = "",
    credit: str = "",
    alt: str = "",
) -> MediaRow:
    """The row of a picture (or film); the same picture again is the same row, with its first words about it.

    Words that are not given are those that the file had in itself. Raises Conflict for one removed just now.
    """
    caption, credit = caption or plain(rebuilt.caption).strip(), credit or one_line(rebuilt.credit)
    row = {
        "name": origin.name[:200],
        "words": words_to_find(origin.name, caption, credit, alt),
        "derived_from": origin.derived_from,
        "poster_id": origin.poster_id,
        "sha256": rebuilt.sha256,
        "path": rebuilt.path,
        "type": rebuilt.type,
        "width": rebuilt.width,
        "height": rebuilt.height,
        "bytes": rebuilt.bytes,
        "renditions": [list(rendition) for rendition in rebuilt.renditions],
        "caption": caption,
        "credit": credit,
        "alt": alt,
        "created_by": actor.name,
        "created_at": datetime.now(UTC),
    }
    with write(engine) as connection:
        statement = upsert(connection, media).values(row).on_conflict_do_nothing(index_elements=["sha256"])
        if connection.execute(statement.returning(media.c.id)).first() is not None:
            audit.append(connection, actor.name, "media.kept", f"media:{rebuilt.path}", {"bytes": rebuilt.bytes})
        kept = record(
            connection.execute(select(media).where(media.c.sha256 == rebuilt.sha256).with_for_update()), MediaRow
        )
        # `remove` may have taken the row away, and with it the file that this upload had brought.
        if kept is None or not (get_settings().media_dir / kept.path).is_file():
            raise Conflict("Tệp này vừa bị xóa khỏi kho; hãy tải lên lại.")
        return kept


def remove(engine: Engine, media_id: int, actor: Actor, is_used: Callable[[Connection, str], bool]) -> None:
    """Take a file and its sizes out of the store for good, if `is_used(connection, path)` says that nothing needs it.

    Raises NotFound, Conflict.
    """
    with write(engine) as connection:
        # An article that is just being saved with it holds the row (pictures.images_of).
        row = record(connection.execute(select(media).where(media.c.id == media_id).with_for_update()), MediaRow)
        if row is None:
            raise NotFound(_NOT_HERE)
        if is_used(connection, row.path):
            raise Conflict("Còn bài, giao diện hoặc chân dung dùng tệp này nên không xóa được.")
        connection.execute(update(media).where(media.c.poster_id == media_id).values(poster_id=None))
        connection.execute(delete(media).where(media.c.id == media_id))
        audit.append(connection, actor.name, "media.removed", f"media:{row.path}", {"bytes": row.bytes})
        # Before the end of the transaction: whoever keeps the same file again waits for it.
        for path in (row.path, *(path for _, path in row.renditions)):
            (get_settings().media_dir / path).unlink(missing_ok=True)


def describe(
    engine: Engine,
    media_id: int,
    actor: Actor,
    *,
    caption: str,
    credit: str,
    alt: str,
    focus: tuple[float, float] | None = None,
    poster_id: int | None = None,
) -> None:
    """Change what is known of a file. Articles that show it keep their own words. Raises NotFound, Invalid."""
    values: dict[str, Any] = {"caption": caption, "credit": credit, "alt": alt}
    if focus is not None:
        values |= {"focus_x": focus[0], "focus_y": focus[1]}
    with write(engine) as connection:
        row = _row(connection, media_id)
        if poster_id is not None:
            if not row.type.startswith("video/") or not _row(connection, poster_id).type.startswith("image/"):
                raise Invalid.of("poster_id", "Ảnh đại diện phải là một ảnh, của một video.")
            values["poster_id"] = poster_id
        values["words"] = words_to_find(row.name, caption, credit, alt)
        connection.execute(update(media).where(media.c.id == media_id).values(values))
        audit.append(connection, actor.name, "media.described", f"media:{row.path}", {})


def one(engine: Engine, media_id: int, only: ColumnElement[bool] | None = None) -> MediaRow:
    """The row of a file, among those for which `only` holds. Raises NotFound."""
    with read(engine) as connection:
        return _row(connection, media_id, only)


def forget_nameless(engine: Engine, now: datetime) -> bool:
    """Files that no row speaks of, because whoever brought them was ended before the end: in one of the 256 folders,
    each hour in the next. False: that was all."""
    folder = get_settings().media_dir / f"{int(now.timestamp() / 3600) % 256:02x}"
    oldest = (now - _BROUGHT_WITHIN).timestamp()
    old = [file for file in folder.iterdir() if file.stat().st_mtime < oldest] if folder.is_dir() else []
    with read(engine) as connection:
        paths = connection.execute(select(media.c.path).where(media.c.path.startswith(f"{folder.name}/")))
        names = {name_of(path) for path in paths.scalars()} if old else set()
    for file in old:
        # Looked at once more: somebody may have brought it again.
        if name_of(f"{folder.name}/{file.name}") not in names and file.stat().st_mtime < oldest:
            file.unlink(missing_ok=True)
    return False


def of_name(engine: Engine, name: str, only: ColumnElement[bool] | None = None) -> MediaRow:
    """The row whose file, or one of its sizes, has this name (shared.media_files). Raises NotFound."""
    paths = [f"{name}.{suffix}" for suffix in _SUFFIXES]
    query = select(media).where(media.c.path.in_(paths), true() if only is None else only)
    with read(engine) as connection:
        row = record(connection.execute(query), MediaRow)
    if row is None:
        raise NotFound(_NOT_HERE)
    return row


def is_kept(engine: Engine, path: str) -> bool:
    """Whether there is a file at this path inside our media."""
    with read(engine) as connection:
        return connection.execute(select(media.c.id).where(media.c.path == path)).first() is not None


def found(
    engine: Engine,
    *,
    q: str = "",
    kind: str = "",
    before: int | None = None,
    only: ColumnElement[bool] | None = None,
    limit: int = 48,
) -> list[MediaRow]:
    """Rows for which `only` holds, the newest first, whose words have all of `q`'s; `kind` is how their types begin
    ("image")."""
    query = select(media).where(true() if only is None else only).order_by(media.c.id.desc()).limit(limit)
    query = query.where(fits(media.c.words, q))
    if kind:
        query = query.where(media.c.type.startswith(f"{kind}/"))
    if before is not None:
        query = query.where(media.c.id < before)
    with read(engine) as connection:
        return records(connection.execute(query), MediaRow)


def posters(engine: Engine, rows: Sequence[MediaRow]) -> dict[int, MediaRow]:
    """The pictures that stand for these files, by their ids."""
    ids = {row.poster_id for row in rows if row.poster_id}
    if not ids:
        return {}
    with read(engine) as connection:
        found = records(connection.execute(select(media).where(media.c.id.in_(ids))), MediaRow)
    return {row.id: row for row in found}


def words_to_find(*texts: str) -> str:
    """What a search in the store of pictures looks through."""
    return written(" ".join(texts))


def _row(connection: Connection, media_id: int, only: ColumnElement[bool] | None = None) -> MediaRow:
    query = select(media).where(media.c.id == media_id, true() if only is None else only)
    row = record(connection.execute(query), MediaRow)
    if row is None:
        raise NotFound(_NOT_HERE)
    return row
