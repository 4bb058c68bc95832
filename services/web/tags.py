"""Tags that are others now: articles keep the ones that were typed, readers get the others."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from services.web import listings, model
from services.web.tables import articles, entries, names, tag_merges
from shared.contracts.articles import ArticleState, Tag
from shared.contracts.events import TagMerge
from shared.database import upsert

Merged = Mapping[str, Tag]
"""The slug of a merged tag, and the tag that it is now."""
_READ_AT_ONCE = 500
_MERGES = select(tag_merges.c.merges)
_PUT = update(articles).where(articles.c.id == bindparam("article"))


def merged(connection: Connection) -> Merged:
    found = (TagMerge(**one) for one in connection.execute(_MERGES).scalar() or ())
    return {one.slug: Tag(slug=one.into_slug, name=one.into_name) for one in found}


def now(state: ArticleState, merges: Merged) -> ArticleState:
    """An article with its tags as they are now."""
    if merges.keys().isdisjoint(tag.slug for tag in (*state.tags, state.event) if tag):
        return state
    tags = {tag.slug: tag for tag in (merges.get(one.slug, one) for one in state.tags)}
    event = state.event and merges.get(state.event.slug, state.event)
    return state.model_copy(update={"tags": tuple(tags.values()), "event": event})


def move(connection: Connection, before: Merged, after: Merged) -> set[str]:
    """Bring articles from the lists of what their tags were to those of what they are; returns which lists changed."""
    changed = {one for one in {*before, *after} if before.get(one) != after.get(one)}
    lists = {model.of_tag(tag.slug) for slug in changed for tag in (_of(slug, before), _of(slug, after))}
    written = {model.of_tag(after[slug].slug): after[slug].name for slug in changed & after.keys()}
    for name, how in sorted(written.items()):
        statement = upsert(connection, names).values(list=name, name=how)
        connection.execute(statement.on_conflict_do_update(index_elements=["list"], set_={"name": how}))
    found = select(entries.c.article_id).where(entries.c.list.in_(lists)).distinct().order_by(entries.c.article_id)
    ids = list(connection.execute(found).scalars()) if lists else []
    for first in range(0, len(ids), _READ_AT_ONCE):
        _move(connection, ids[first : first + _READ_AT_ONCE], after)
    return lists


def _of(slug: str, merges: Merged) -> Tag:
    return merges.get(slug) or Tag(slug=slug, name="")


def _move(connection: Connection, ids: list[int], after: Merged) -> None:
    query = select(articles.c.id, articles.c.published_at, articles.c.lists, articles.c.state)
    put: list[dict[str, Any]] = []
    gone: list[dict[str, Any]] = []
    come: list[dict[str, Any]] = []
    own: dict[str, str] = {}
    for article_id, at, held, state in connection.execute(query.where(articles.c.id.in_(ids), articles.c.public)):
        said = [*state["tags"], *([state["event"]] if state.get("event") else [])]
        lists = _lists(held, [tag["slug"] for tag in said], after)
        own |= {model.of_tag(tag["slug"]): tag["name"] for tag in said if tag["slug"] not in after}
        put.append({"article": article_id, "lists": lists})
        gone += [{"name": one, "at": at, "id": article_id} for one in held if one not in lists]
        come += [{"list": one, "published_at": at, "article_id": article_id} for one in lists if one not in held]
    if put:
        connection.execute(_PUT.values(lists=bindparam("lists")), put)
    if gone:
        connection.execute(listings.TAKE_OUT, gone)
    if come:
        connection.execute(upsert(connection, entries).on_conflict_do_nothing(), come)
    if own:
        # A tag that is one again may have had no article of its own before.
        rows = [{"list": one, "name": name} for one, name in sorted(own.items())]
        connection.execute(upsert(connection, names).on_conflict_do_nothing(), rows)


def _lists(held: Iterable[str], slugs: Iterable[str], after: Merged) -> list[str]:
    tags = (model.of_tag(_of(slug, after).slug) for slug in slugs)
    return list(dict.fromkeys([*(one for one in held if not one.startswith(model.of_tag(""))), *tags]))
