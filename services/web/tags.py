"""Tags that are others now: articles keep the ones that were typed, readers get the others."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from services.web import listings, model
from services.web.tables import names, tag_merges
from shared.contracts.articles import ArticleState, Tag
from shared.contracts.events import TagMerge
from shared.database import upsert

Merged = Mapping[str, Tag]
"""The slug of a merged tag, and the tag that it is now."""
_MERGES = select(tag_merges.c.merges)


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

    def stands(state: dict[str, Any]) -> dict[str, str]:
        said = [*state["tags"], *([state["event"]] if state.get("event") else [])]
        return {model.of_tag(_of(tag["slug"], after).slug): "" if tag["slug"] in after else tag["name"] for tag in said}

    listings.rearrange(connection, lists, model.of_tag(""), stands)
    return lists


def _of(slug: str, merges: Merged) -> Tag:
    return merges.get(slug) or Tag(slug=slug, name="")
