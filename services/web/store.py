"""Writing the read model: each function applies the events of one message in one transaction and notes, in the same
transaction, the keys of the pages they touch (services.web.keys): the one place that says what a change affects.

A higher version wins (the event's, which counts the generations of ingest too); what comes twice or late changes
nothing.
"""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import Engine, Text, and_, delete, or_, select, type_coerce

from services.web import coverages, keys, listings, media_uses, model, people, tags
from services.web.tables import (
    REMOVED,
    articles,
    comments,
    entries,
    rankings,
    related,
    sections,
    totals,
)
from services.web.writing import writing
from shared.contracts.articles import ArticleState
from shared.contracts.envelope import Delivered
from shared.contracts.events import (
    ArticlePublished,
    ArticleWithdrawn,
    CommentPublished,
    CommentRemoved,
    RankingChanged,
    RelatedArticlesChanged,
    SectionRemoved,
    SectionSaved,
    ViewTotalsChanged,
)
from shared.database import insert_newer, upsert
from shared.media_files import names_in
from shared.versions import newest
from shared.vietnamese.dates import vietnam_day

REMOVED_KEPT_SECONDS = 30 * 86_400
"""A comment's tombstone stands for so long: no late event brings the comment back after that."""
_FORGOTTEN_AT_ONCE = 500


def publish(engine: Engine, events: Sequence[Delivered[ArticlePublished]]) -> None:
    """Show new versions of articles."""
    states = {(event.payload.article.id, event.version): event.payload.article for event in events}
    texts = {at: state.model_dump_json() for at, state in states.items()}
    with writing(engine) as (connection, changed):
        merges, signing = tags.merged(connection), people.signing(connection)
        states = {at: signing.now(tags.now(state, merges)) for at, state in states.items()}
        rows = [_row(state, version, texts[state.id, version]) for (_, version), state in states.items()]
        before = listings.places(connection, [row["id"] for row in rows])
        newer = insert_newer(connection, articles, rows)
        places = [(row["id"], row["version"]) for row in _newest(rows) if row["id"] in newer]
        final = [states[place] for place in places]
        changed.keys |= media_uses.note(connection, {place[0]: names_in(texts[place]) for place in places})
        changed.keys |= coverages.note_media(connection, newer)
        parents = listings.section_parents(connection)
        listings.take_out(connection, before, newer, parents)
        listings.put_in(connection, final, parents)
        for state in final:
            was, now = before.get(state.id), (listings.lists_of(state), listings.time_of(state))
            changed.keys |= _keys_of(state.id, was, parents) | _keys_of(state.id, now, parents)
            if was != now:
                changed.keys |= listings.neighbours(connection, state.id, was, now)
        changed.since(event.occurred_at.timestamp() for event in events if event.payload.article.id in newer)


def withdraw(engine: Engine, events: Sequence[Delivered[ArticleWithdrawn]]) -> None:
    """Take articles from readers: tombstones with the version that took them away."""
    rows = [_tombstone(event.payload, event.version) for event in events]
    with writing(engine) as (connection, changed):
        before = listings.places(connection, [row["id"] for row in rows])
        gone = insert_newer(connection, articles, rows)
        changed.keys |= media_uses.note(connection, dict.fromkeys(gone, frozenset()))
        changed.keys |= coverages.note_media(connection, gone)
        parents = listings.section_parents(connection)
        for article_id in gone:
            was = before.get(article_id)
            changed.keys |= _keys_of(article_id, was, parents)
            changed.keys |= listings.neighbours(connection, article_id, was, None)
        listings.take_out(connection, before, gone, parents)
        changed.since(event.occurred_at.timestamp() for event in events if event.payload.article_id in gone)


def note_media_of_the_newest(engine: Engine, number: int = 500) -> None:
    """Note once more what the newest articles show. While an update goes through, a worker of the release before may
    have published some of them and noted nothing."""
    newest_ids = select(entries.c.article_id).where(entries.c.list == model.ALL)
    newest_ids = newest_ids.order_by(entries.c.published_at.desc(), entries.c.article_id.desc()).limit(number)
    query = select(articles.c.id, type_coerce(articles.c.state, Text).label("text"))
    with writing(engine) as (connection, changed):
        rows = connection.execute(query.where(articles.c.id.in_(newest_ids), articles.c.public))
        changed.keys |= media_uses.note(connection, {article_id: names_in(text) for article_id, text in rows})


def save_sections(engine: Engine, events: Sequence[Delivered[SectionSaved]]) -> None:
    """Make, rename, move or reorder sections. A moved one brings its articles to its new parent's list."""
    rows = [{**event.payload.model_dump(), "version": event.version} for event in events]
    with writing(engine) as (connection, changed):
        parents = listings.section_parents(connection)
        newer = insert_newer(connection, sections, rows)
        for row in _newest(rows):
            if row["id"] not in newer:
                continue
            # One that was made again after ingest had forgotten it has another id.
            namesakes = (sections.c.slug == row["slug"]) & (sections.c.id != row["id"])
            connection.execute(delete(sections).where(namesakes, sections.c.version < row["version"]))
            moved = listings.move_section(connection, parents, row["slug"], row["parent_slug"])
            changed.keys |= {keys.SECTIONS, *map(keys.listing, moved)}


def remove_sections(engine: Engine, events: Sequence[Delivered[SectionRemoved]]) -> None:
    """Forget sections that ingest does not know."""
    with writing(engine) as (connection, changed):
        parents = listings.section_parents(connection)
        for event in events:
            known = (sections.c.id == event.payload.id) & (sections.c.version < event.version)
            slug = connection.execute(delete(sections).where(known).returning(sections.c.slug)).scalar()
            if slug is not None:
                moved = listings.move_section(connection, parents, slug, "")
                changed.keys |= {keys.SECTIONS, *map(keys.listing, moved)}


def save_comments(engine: Engine, events: Sequence[Delivered[CommentPublished] | Delivered[CommentRemoved]]) -> None:
    """Show approved comments, or take removed ones away."""
    rows = [_comment(event.payload, event.version) for event in events]
    with writing(engine) as (connection, changed):
        # A removal may know nothing but the comment's id.
        query = select(comments.c.id, comments.c.article_id).where(comments.c.id.in_([row["id"] for row in rows]))
        before = connection.execute(query).all()
        newer = insert_newer(connection, comments, rows)
        old = select(comments.c.id).where(REMOVED, comments.c.at < int(time.time()) - REMOVED_KEPT_SECONDS)
        connection.execute(delete(comments).where(comments.c.id.in_(old.limit(_FORGOTTEN_AT_ONCE))))
        places = [*before, *((row["id"], row["article_id"]) for row in rows)]
        changed.keys |= {keys.comments(article_id) for comment_id, article_id in places if comment_id in newer}


def save_live_entries(engine: Engine, events: Sequence[coverages.Told]) -> None:
    """Show entries of live coverages, or take withdrawn ones away."""
    with writing(engine) as (connection, changed):
        changed.keys |= coverages.save(connection, events)
        changed.since(event.occurred_at.timestamp() for event in events)


def set_totals(engine: Engine, events: Sequence[Delivered[ViewTotalsChanged]]) -> None:
    """New view totals. Within an epoch a total only grows; a correction by hand begins a new one."""
    best: dict[int, tuple[int, int]] = {}
    for event in events:
        for article_id, views in event.payload.totals.items():
            best[article_id] = max(best.get(article_id, (-1, 0)), (event.payload.epoch, views))
    rows = [{"article_id": key, "epoch": epoch, "views": views} for key, (epoch, views) in sorted(best.items())]
    with writing(engine, "totals") as (connection, changed):
        for start in range(0, len(rows), 1000):
            statement = upsert(connection, totals).values(rows[start : start + 1000])
            new, old = statement.excluded, totals.c
            grows = or_(old.epoch < new.epoch, and_(old.epoch == new.epoch, old.views < new.views))
            statement = statement.on_conflict_do_update(
                index_elements=["article_id"], set_={"epoch": new.epoch, "views": new.views}, where=grows
            ).returning(old.article_id, old.views)
            changed.totals += [(article_id, views) for article_id, views in connection.execute(statement)]
        changed.since(event.occurred_at.timestamp() for event in events)


def set_rankings(engine: Engine, events: Sequence[Delivered[RankingChanged]]) -> None:
    rows = [
        {
            "name": f"{event.payload.window}:{event.payload.section_slug}",
            "version": event.payload.version,
            "entries": [[entry.id, entry.views] for entry in event.payload.entries],
        }
        for event in events
    ]
    with writing(engine) as (connection, changed):
        wanted = select(rankings.c.name, rankings.c.entries).where(rankings.c.name.in_([row["name"] for row in rows]))
        before = dict(connection.execute(wanted).all())
        newer = insert_newer(connection, rankings, rows, key="name")
        # The counter repeats its lists now and then: what is the same makes no page anew.
        same = {row["name"] for row in _newest(rows, "name") if before.get(row["name"]) == row["entries"]}
        changed.keys |= {keys.ranking(name) for name in newer - same}


def set_related(engine: Engine, events: Sequence[Delivered[RelatedArticlesChanged]]) -> None:
    rows = [
        {"article_id": event.payload.article_id, "version": event.payload.version, "ids": list(event.payload.related)}
        for event in events
    ]
    with writing(engine) as (connection, changed):
        ids = [row["article_id"] for row in rows]
        held = connection.execute(select(related.c.article_id, related.c.ids).where(related.c.article_id.in_(ids)))
        before = dict(held.all())
        newer = insert_newer(connection, related, rows, key="article_id")
        # A rebuild tells all of them again: what is the same makes no page anew.
        latest = _newest(rows, "article_id")
        same = {row["article_id"] for row in latest if before.get(row["article_id"]) == row["ids"]}
        changed.keys |= {keys.related(article_id) for article_id in newer - same}


# ---------------------------------------------------------------- the log of changes


# ---------------------------------------------------------------- rows and keys


def _row(state: ArticleState, version: int, text: str) -> dict[str, Any]:
    return {
        "id": state.id,
        "version": version,
        "public": True,
        "reason_kind": "",
        "published_at": listings.time_of(state),
        "lists": list(listings.lists_of(state)),
        "card": model.Card.of(state).stored(),
        "state": orjson.Fragment(text),
    }


def _tombstone(event: ArticleWithdrawn, version: int) -> dict[str, Any]:
    return {
        "id": event.article_id,
        "version": version,
        "public": False,
        "reason_kind": event.reason_kind,
        "published_at": 0,
        "lists": [],
        "card": None,
        "state": None,
    }


def _keys_of(article_id: int, place: listings.Where | None, parents: dict[str, str]) -> set[str]:
    """Pages that show the article itself, its card, or a list it stands in."""
    made = {keys.article(article_id), keys.card(article_id), keys.block(article_id // model.BLOCK)}
    if place is not None:
        lists, at = place
        made |= {keys.listing(name) for name in listings.with_parents(lists, parents)}
        made.add(keys.day(_day(at)))
    return made


def _day(at: int) -> str:
    return vietnam_day(datetime.fromtimestamp(at, UTC)).isoformat()


def _comment(event: CommentPublished | CommentRemoved, version: int) -> dict[str, Any]:
    shown = isinstance(event, CommentPublished)
    return {
        "id": event.id,
        "version": version,
        "public": shown,
        "article_id": event.article_id,
        "parent_id": event.parent_id if isinstance(event, CommentPublished) else None,
        "name": event.name if isinstance(event, CommentPublished) else "",
        "text": event.text if isinstance(event, CommentPublished) else "",
        "at": int(event.at.timestamp() if isinstance(event, CommentPublished) else time.time()),
        "edited": isinstance(event, CommentPublished) and event.edited,
        "by_paper": isinstance(event, CommentPublished) and event.by_paper,
        "likes": event.likes if isinstance(event, CommentPublished) else 0,
    }


def _newest(rows: list[dict[str, Any]], key: str = "id") -> list[dict[str, Any]]:
    return newest(rows, itemgetter(key), itemgetter("version"))
