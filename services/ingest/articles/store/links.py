"""What an article leads to beside its text, from what was sent to rows that there are."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, select

from services.ingest.articles.content import Content
from services.ingest.articles.input import MOST_RELATED, ImageInput
from services.ingest.articles.store.pictures import images_of
from services.ingest.articles.tables import articles
from services.ingest.kit.errors import Invalid
from services.ingest.kit.visibility import Seen
from shared.contracts.articles import Image
from shared.database import read


def links_of(
    connection: Connection, content: Content, section_slug: str, article_id: int | None, find: Callable[[str], str]
) -> dict[str, Any]:
    """The fields second_section, related and social_image of ArticleState; `find` gives the slug of a section. Raises
    Invalid."""
    second = _second(content.second_section, find) if content.second_section else ""
    return {
        "second_section": "" if second == section_slug else second,
        "related": _related(connection, content, article_id),
        "social_image": _social_image(connection, content.social_image),
    }


def _second(wanted: str, find: Callable[[str], str]) -> str:
    try:
        return find(wanted)
    except Invalid as invalid:
        raise Invalid.of("second_section", invalid.detail) from None


def titles_of(engine: Engine, seen: Seen, ids: Sequence[int]) -> list[tuple[int, str]]:
    """(id, title) of those of these articles that somebody or readers see, in this order."""
    shown = seen.where(articles.c.section_id, articles.c.created_by, articles.c.status == "published")
    with read(engine) as connection:
        query = select(articles.c.id, articles.c.title).where(articles.c.id.in_(ids), shown)
        found = dict(connection.execute(query).all()) if ids else {}
    return [(one, found[one]) for one in ids if one in found]


def _related(connection: Connection, content: Content, article_id: int | None) -> tuple[int, ...]:
    if not content.related and not content.related_external_ids:
        return ()
    ids = select(articles.c.id).where(articles.c.id.in_(content.related))
    here = set(connection.execute(ids).scalars())
    if missing := [one for one in content.related if one not in here]:
        raise Invalid.of("related", f"Không có bài số {missing[0]}.")
    named = select(articles.c.external_id, articles.c.id).where(
        articles.c.external_id.in_(content.related_external_ids)
    )
    known = dict(connection.execute(named).all())
    found = [*content.related, *(known[one] for one in content.related_external_ids if one in known)]
    return tuple(one for one in dict.fromkeys(found) if one != article_id)[:MOST_RELATED]


def _social_image(connection: Connection, url: str) -> Image | None:
    if not url:
        return None
    try:
        return images_of(connection, [ImageInput(url=url)], "")[0]
    except Invalid:
        raise Invalid.of("social_image", "Ảnh này không ở kho của tòa soạn.") from None
