"""Pictures: what is known of an uploaded file, and the pictures of an article."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, or_, select, update

from services.ingest.article_input import ImageInput
from services.ingest.imaging import Rebuilt
from services.ingest.sanitise import to_text
from services.ingest.store import audit
from services.ingest.store.actors import Actor
from services.ingest.store.errors import Invalid, NotFound
from services.ingest.tables import articles, media, media_uses
from shared.contracts.articles import Image
from shared.database import read, upsert, write
from shared.settings import get_settings
from shared.vietnamese.text import fold, one_line, plain

MEDIA = "/media/"
_FIGURE = re.compile(r"<figure>(?:(?!</figure>).)*</figure>", re.DOTALL)
_SRC = re.compile(r"""<img (?:[^>"]|"[^"]*")*?src="(/media/[^"]*)\"""")
_CAPTION = re.compile(r"<figcaption>(.*?)</figcaption>", re.DOTALL)


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
) -> Any:
    """The row of a picture (or film); the same picture again is the same row, with its first words about it.

    Words that are not given are those that the file had in itself.
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
        return connection.execute(select(media).where(media.c.sha256 == rebuilt.sha256)).one()


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
            if row.type.startswith("image/") or not _row(connection, poster_id).type.startswith("image/"):
                raise Invalid.of("poster_id", "Ảnh đại diện phải là một ảnh, của một video.")
            values["poster_id"] = poster_id
        values["words"] = words_to_find(row.name, caption, credit, alt)
        connection.execute(update(media).where(media.c.id == media_id).values(values))
        audit.append(connection, actor.name, "media.described", f"media:{row.path}", {})


def one(engine: Engine, media_id: int) -> Any:
    """The row of a file. Raises NotFound."""
    with read(engine) as connection:
        return _row(connection, media_id)


def found(
    engine: Engine, *, q: str = "", kind: str = "", before: int | None = None, mine: str = "", limit: int = 48
) -> list[Any]:
    """Rows, the newest first, whose words have all of `q`'s; `kind` is "image" or "video", `mine` an actor's name."""
    query = select(media).order_by(media.c.id.desc()).limit(limit)
    for word in fold(q).split():
        query = query.where(media.c.words.contains(word, autoescape=True))
    if kind:
        query = query.where(media.c.type.startswith(f"{kind}/"))
    if mine:
        query = query.where(media.c.created_by == mine)
    if before is not None:
        query = query.where(media.c.id < before)
    with read(engine) as connection:
        return list(connection.execute(query).all())


def uses(engine: Engine, path: str) -> list[dict[str, Any]]:
    """The articles that show a file as they stand now, the newest first: {"id", "title", "status"}."""
    query = (
        select(articles.c.id, articles.c.title, articles.c.status)
        .join(media_uses, media_uses.c.article_id == articles.c.id)
        .where(media_uses.c.path == path)
        .order_by(articles.c.id.desc())
        .limit(100)
    )
    with read(engine) as connection:
        return [{"id": row.id, "title": row.title, "status": row.status} for row in connection.execute(query)]


def words_to_find(*texts: str) -> str:
    """What a search in the store of pictures looks through."""
    return fold(" ".join(texts))


def _row(connection: Connection, media_id: int) -> Any:
    row = connection.execute(select(media).where(media.c.id == media_id)).first()
    if row is None:
        raise NotFound("Không có tệp này trong kho.")
    return row


def images_of(connection: Connection, sent: Sequence[ImageInput], body: str) -> tuple[Image, ...]:
    """The pictures of an article: those sent, in their order, then those that only stand in the body.

    Raises Invalid for a picture that was not uploaded here.
    """
    in_body = _pictures_in(body)
    if not sent and not in_body:
        return ()
    paths = [_path(image.url) for image in sent]
    ids = [image.media_id for image in sent if image.media_id is not None]
    wanted = [path for path in [*paths, *(url.removeprefix(MEDIA) for url in in_body)] if path]
    known = or_(media.c.id.in_(ids), media.c.path.in_(wanted))
    rows = connection.execute(select(media).where(known)).all() if ids or wanted else []
    by_id, by_path = {row.id: row for row in rows}, {row.path: row for row in rows}
    images = [
        _image(index, image, path, by_id, by_path) for index, (image, path) in enumerate(zip(sent, paths, strict=True))
    ]
    shown = {image.url for image in images}
    for url, caption in in_body.items():
        row = by_path.get(url.removeprefix(MEDIA))
        if row is not None and url not in shown:
            images.append(_from_row(row, caption or row.caption, row.credit, row.alt))
    return tuple(images)


def _image(index: int, sent: ImageInput, path: str | None, by_id: dict[int, Any], by_path: dict[str, Any]) -> Image:
    if sent.media_id is not None:
        row = by_id.get(sent.media_id)
        if row is None or not row.type.startswith("image/"):
            raise Invalid.of(f"images.{index}.media_id", "Không có ảnh này trong kho.")
    elif sent.url:
        row = by_path.get(path or "")
        if row is None:
            raise Invalid.of(
                f"images.{index}.url", "Ảnh này không ở kho của tòa soạn; hãy tải lên bằng POST /api/media trước."
            )
    elif sent.caption:
        # A picture that is not at hand: its caption keeps its place.
        return Image(url="", caption=sent.caption, credit=sent.credit, alt=sent.alt)
    else:
        raise Invalid.of(f"images.{index}", "Ảnh phải có media_id, url hoặc ít nhất là chú thích.")
    return _from_row(row, sent.caption or row.caption, sent.credit or row.credit, sent.alt or row.alt)


def _from_row(row: Any, caption: str, credit: str, alt: str) -> Image:
    return Image(
        url=MEDIA + row.path,
        caption=caption,
        credit=credit,
        alt=alt,
        width=row.width,
        height=row.height,
        renditions=tuple((width, MEDIA + path) for width, path in row.renditions),
    )


def _path(url: str) -> str | None:
    """The path inside our media of an address, None for any other address."""
    own = url.removeprefix(get_settings().site_url)
    return own.removeprefix(MEDIA) if own.startswith(MEDIA) else None


def _pictures_in(body: str) -> dict[str, str]:
    """Our pictures in a clean body: address to caption ("" outside a figure)."""
    if "<img" not in body:
        return {}
    found = dict.fromkeys(_SRC.findall(body), "")
    for figure in _FIGURE.findall(body):
        source, caption = _SRC.search(figure), _CAPTION.search(figure)
        if source and caption:
            found[source[1]] = " ".join(to_text(caption[1]).split())
    return found
