"""Which of our pictures an article shows, and which articles show a picture."""

import re
from collections.abc import Sequence, Set
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Text, delete, exists, not_, or_, select, true, type_coerce

from services.ingest.articles.input import ImageInput
from services.ingest.articles.sanitise import to_text
from services.ingest.articles.tables import articles, autosaves, media_uses, revisions
from services.ingest.kit.errors import Invalid
from services.ingest.kit.visibility import Seen
from services.ingest.media.store import MEDIA
from services.ingest.media.tables import MediaRow, media
from shared.contracts.articles import ArticleState, Image
from shared.database import read, upsert
from shared.media_files import NAME, name_of
from shared.records import records
from shared.settings import get_settings

_FIGURE = re.compile(r"<figure>[^<]*+(?:<(?!/?figure>)[^<]*+)*</figure>")
_SRC = re.compile(r"""<img (?:[^<>"]|"[^"]*+")*?src="(/media/[^"]*)\"""")
_LINKED = re.compile(rf' href="/media/({NAME}\.[a-z0-9]{{3,4}})"')
_CAPTION = re.compile(r"<figcaption>([^<]*+(?:<(?!/?figcaption>)[^<]*+)*)</figcaption>")

_BY_ITSELF = media_uses.c.entry_id == 0
"""Not by an entry of its live coverage."""


def visible(seen: Seen) -> ColumnElement[bool]:
    """Which rows of `media` somebody may see: what is their own, what nobody uses yet, and what an article shows that
    they or readers see. A picture of others' drafts alone is as secret as those."""
    if seen.is_all:
        return true()
    used = exists().where(media_uses.c.path == media.c.path)
    shown = used.where(media_uses.c.article_id == articles.c.id, _seen(seen))
    return or_(media.c.created_by == seen.owner, not_(used), shown)


def uses(engine: Engine, seen: Seen, path: str) -> list[dict[str, Any]]:
    """The articles, of those that somebody or readers see, that show a file as they stand now, the newest first:
    {"id", "title", "status"}."""
    query = (
        select(articles.c.id, articles.c.title, articles.c.status)
        .join(media_uses, media_uses.c.article_id == articles.c.id)
        .where(media_uses.c.path == path, _seen(seen))
        .order_by(articles.c.id.desc())
        .distinct()
        .limit(100)
    )
    with read(engine) as connection:
        return [{"id": id_, "title": title, "status": status} for id_, title, status in connection.execute(query)]


def is_used(connection: Connection, path: str) -> bool:
    """Whether an article or an entry of a running live coverage shows a file, or one is being written with it. An
    article that was withdrawn for good needs none."""
    using = (media_uses.c.article_id == articles.c.id) & (media_uses.c.path == path)
    using &= articles.c.status != "withdrawn"
    shown = select(articles.c.id).where(using, _BY_ITSELF)
    written = select(autosaves.c.key).where(type_coerce(autosaves.c.fields, Text).contains(name_of(path)))
    if any(connection.execute(query.limit(1)).first() for query in (shown, written)):
        return True
    standing = or_(revisions.c.version == articles.c.version, revisions.c.version == articles.c.public_version)
    states = select(revisions.c.state).where(using, ~_BY_ITSELF, revisions.c.article_id == articles.c.id, standing)
    return any(state.get("live") for state in connection.execute(states).scalars())


def _seen(seen: Seen) -> ColumnElement[bool]:
    return seen.where(articles.c.section_id, articles.c.created_by, articles.c.status == "published")


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
    rows = records(connection.execute(select(media).where(known)), MediaRow) if ids or wanted else []
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


def _image(
    index: int, sent: ImageInput, path: str | None, by_id: dict[int, MediaRow], by_path: dict[str, MediaRow]
) -> Image:
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
    words = (sent.caption or row.caption, sent.credit or row.credit, sent.alt or row.alt)
    return _from_row(row, *words, sent.focus)


_MIDDLE = (0.5, 0.5)


def _from_row(row: MediaRow, caption: str, credit: str, alt: str, focus: tuple[float, float] | None = None) -> Image:
    chosen = focus or (row.focus_x, row.focus_y)
    return Image(
        url=MEDIA + row.path,
        caption=caption,
        credit=credit,
        alt=alt,
        width=row.width,
        height=row.height,
        renditions=tuple((width, MEDIA + path) for width, path in row.renditions),
        focus=None if chosen == _MIDDLE else chosen,
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


def note_uses(
    connection: Connection, article_id: int, before: Sequence[ArticleState], now: Sequence[ArticleState]
) -> None:
    """Keep `media_uses` as an article has it now: in the version it stands at, and in the one that readers see. Raises
    Invalid for a picture that was removed from the store."""
    old, new = _files_of(before), _files_of(now)
    if old == new:
        return
    needed = {image.url.removeprefix(MEDIA) for state in now for image in state.images if image.url}
    _note(connection, article_id, 0, added=new - old, gone=old - new, needed=needed)


def note_entry(connection: Connection, article_id: int, entry_id: int, images: Sequence[Image], body: str) -> None:
    """The same of an entry of a live coverage, which shows these and what its text leads to."""
    mine = (media_uses.c.article_id == article_id) & (media_uses.c.entry_id == entry_id)
    old = set(connection.execute(select(media_uses.c.path).where(mine)).scalars())
    needed = {image.url.removeprefix(MEDIA) for image in images}
    new = needed | set(_LINKED.findall(body))
    _note(connection, article_id, entry_id, added=new - old, gone=old - new, needed=needed)


def _note(
    connection: Connection, article_id: int, entry_id: int, *, added: Set[str], gone: Set[str], needed: Set[str]
) -> None:
    if gone:
        mine = (media_uses.c.article_id == article_id) & (media_uses.c.entry_id == entry_id)
        connection.execute(delete(media_uses).where(mine, media_uses.c.path.in_(gone)))
    if added:
        # Held until the transaction ends: nobody removes them meanwhile.
        held = select(media.c.path).where(media.c.path.in_(added)).with_for_update(read=True, key_share=True)
        here = set(connection.execute(held).scalars())
        if needed & (added - here):
            raise Invalid.of("images", "Một ảnh của bài không còn trong kho; hãy bỏ ảnh ấy hoặc tải lên lại.")
        rows = [{"path": path, "article_id": article_id, "entry_id": entry_id} for path in sorted(added)]
        connection.execute(upsert(connection, media_uses).values(rows).on_conflict_do_nothing())


def _files_of(states: Sequence[ArticleState]) -> set[str]:
    """Paths inside our media folder of what an article shows: pictures, its film, and what its text leads to (films,
    sound and documents of its blocks)."""
    pictures = [image for state in states for image in (*state.images, state.social_image) if image]
    urls = [*(image.url for image in pictures), *(state.video_url for state in states)]
    linked = {path for state in states for path in _LINKED.findall(state.body)}
    return linked | {url.removeprefix(MEDIA) for url in urls if url.startswith(MEDIA)}
