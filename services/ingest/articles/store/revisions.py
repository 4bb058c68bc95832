"""One new version of an article: the row, the immutable revision, the outbox rows and the audit line, together."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Any, TypeVarTuple

import orjson
from sqlalchemy import Connection, Row, Select, and_, bindparam, insert, select, update

from services.ingest.articles.rules import keeps_approval, says_the_same
from services.ingest.articles.store.pictures import note_uses
from services.ingest.articles.tables import ArticleRow, articles, revisions
from services.ingest.articles.versions import Current, RevisionText, Saved, Version
from services.ingest.authors.store import bylines
from services.ingest.kit import audit
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import NotFound, Stale
from services.ingest.kit.tables import outbox
from shared import clock
from shared import outbox as events
from shared.contracts.addresses import article_path
from shared.contracts.articles import ArticleState, Author
from shared.contracts.events import SUBSCRIBERS, ArticlePublished, ArticleSaved, ArticleWithdrawn, Event
from shared.records import record
from shared.settings import get_settings
from shared.vietnamese.matching import written

Columns = TypeVarTuple("Columns")
# Who began to write more versions ago than this is shown both texts.
_LOOKED_AT = 20
SHOWN, REMOVED, NONE = "shown", "removed", ""
EVENTS: dict[str, type[Event]] = {SHOWN: ArticlePublished, REMOVED: ArticleWithdrawn, NONE: ArticleSaved}
WEBHOOKS, EDGE_CACHE = "webhooks", "edge_cache"
"""Rows of the outbox that ingest itself acts on: what readers see changed, and what they see no more."""
_OWN: dict[str, tuple[str, ...]] = {SHOWN: (WEBHOOKS,), REMOVED: (WEBHOOKS, EDGE_CACHE), NONE: ()}
# Built once: making a statement costs more than running it.
_LOCKED = select(articles).where(articles.c.id == bindparam("article_id")).with_for_update()
_SAID = (revisions.c.state, revisions.c.original, revisions.c.original_format)
_REVISION = select(*_SAID).where(
    revisions.c.article_id == bindparam("article_id"), revisions.c.version == bindparam("version")
)
AT_POINTERS = and_(
    revisions.c.article_id.in_(bindparam("ids", expanding=True)),
    revisions.c.version.in_(bindparam("versions", expanding=True)),
)
"""For statements that `rows_at` carries out. Not (id, version) IN (…): for more than one of them SQLite reads all
revisions that there are."""
_REVISIONS = select(revisions.c.article_id, revisions.c.version, *_SAID).where(AT_POINTERS)
_INSERT_ARTICLE = insert(articles).returning(articles.c.id, sort_by_parameter_order=True)
_UPDATE_ARTICLE = update(articles).where(articles.c.id == bindparam("article_id"))
_INSERT_REVISION = insert(revisions)
# Of `articles`: who approved what, when.
APPROVAL = ("approved_version", "approved_at", "approved_by", "approver_account_id", "approver_key_id")
# What `articles` repeats of the state.
_OF_STATE = ("status", "title", "slug", "dateline", "published_at", "first_published_at", "opening_views")


def current(connection: Connection, article_id: int, if_version: int | None = None) -> Current:
    """Raises NotFound, and Stale when the article is not at `if_version`."""
    row = record(connection.execute(_LOCKED, {"article_id": article_id}), ArticleRow)
    if row is None:
        raise NotFound("Không có bài này.")
    found = with_state(connection, row)
    if if_version is not None and row.version != if_version:
        raise Stale(shown(found))
    return found


def rewritten_by_others(connection: Connection, article_id: int, since: int | None, actor_name: str) -> bool:
    """Whether anybody but the actor changed what an article says since that version; steps change nothing of it."""
    query = (
        select(revisions.c.version, revisions.c.actor, revisions.c.state)
        .where(revisions.c.article_id == article_id, revisions.c.version >= (since or 0))
        .order_by(revisions.c.version)
        .limit(_LOOKED_AT)
    )
    rows = connection.execute(query).all()
    if len(rows) == _LOOKED_AT or not rows or rows[0][0] != since:
        return True
    saved = [(actor, ArticleState.model_validate(state)) for _, actor, state in rows]
    return any(
        actor != actor_name and not says_the_same(before, _fields(after))
        for (_, before), (actor, after) in pairwise(saved)
    )


def rows_at(
    connection: Connection, statement: Select[int, int, *Columns], pointers: Iterable[tuple[int, int]]
) -> list[Row[int, int, *Columns]]:
    """The rows of a statement with AT_POINTERS for these (article id, version), its first columns."""
    wanted = set(pointers)
    asked = {"ids": sorted({id_ for id_, _ in wanted}), "versions": sorted({version for _, version in wanted})}
    return [row for row in connection.execute(statement, asked) if (row[0], row[1]) in wanted]


def is_prepared(row: ArticleRow) -> bool:
    """Whether an article has a prepared next version."""
    return row.prepared_version is not None and row.prepared_version == row.version


def with_state(connection: Connection, row: ArticleRow) -> Current:
    """The revision that a row of `articles` stands at."""
    return with_states(connection, [row])[0]


def with_states(connection: Connection, rows: Sequence[ArticleRow]) -> list[Current]:
    """`with_state` of several rows."""
    if not rows:
        return []
    live = [(row.id, row.public_version) for row in rows if is_prepared(row) and row.public_version]
    found = rows_at(connection, _REVISIONS, [*((row.id, row.version) for row in rows), *live])
    at = {(id_, version): (state, sent, form) for id_, version, state, sent, form in found}
    public = {id_: at[id_, version] for id_, version in live}
    return [
        _current(row, *at[row.id, row.version], public=_current(row, *public[row.id]) if row.id in public else None)
        for row in rows
    ]


def revision_of(connection: Connection, article_id: int, version: int) -> RevisionText:
    """An older version. Raises NotFound."""
    revision = connection.execute(_REVISION, {"article_id": article_id, "version": version}).first()
    if revision is None:
        raise NotFound("Không có phiên bản này.")
    state, original, original_format = revision
    return RevisionText(ArticleState.model_validate(state), original, original_format)


def _fields(state: ArticleState) -> dict[str, Any]:
    return {name: getattr(state, name) for name in ArticleState.model_fields}


def _current(
    row: ArticleRow, state: dict[str, Any], original: str, original_format: str, public: Current | None = None
) -> Current:
    return Current(ArticleState.model_validate(state), original, original_format, row, public)


def write_version(connection: Connection, version: Version) -> Saved:
    """Write the next version of an article, or a new article's first one."""
    return write_versions(connection, [version])[0]


def write_versions(connection: Connection, versions: Sequence[Version], *, bulk: bool = False) -> list[Saved]:
    """Write a version each of different articles, by one statement a table where there is no older version."""
    now = clock.moment()
    effects = [NONE if one.prepares else _effect(one.row, one.fields["status"]) for one in versions]
    ids = _keep_rows(connection, versions, effects, now)
    states = [
        ArticleState(
            id=article_id,
            version=one.row.version + 1 if one.row else 1,
            updated_at=_updated_at(one.row, one.fields, effect, now),
            **one.fields,
        )
        for one, effect, article_id in zip(versions, effects, ids, strict=True)
    ]
    written = list(zip(versions, effects, states, strict=True))
    connection.execute(_INSERT_REVISION, [_revision(one, effect, state, now) for one, effect, state in written])
    signed = []
    for one, _, state in written:
        old, new = _standing(one, state)
        note_uses(connection, state.id, old, new)
        signed.append(bylines.Signed(state.id, _authors(old), _authors(new)))
    bylines.note(connection, signed)
    for effect in dict.fromkeys(effects):
        # What is prepared is told to nobody: every store holds what readers see.
        pointers = [(state.id, state.version) for one, own, state in written if own == effect and not one.prepares]
        queues = SUBSCRIBERS[EVENTS[effect]] + _OWN[effect]
        events.add(connection, outbox, EVENTS[effect], pointers, bulk=bulk, queues=queues)
    audit.append_all(connection, [note for one, _, state in written for note in _notes(one, state)])
    return [saved(state, "updated" if one.before else "created") for one, _, state in written]


def _keep_rows(connection: Connection, versions: Sequence[Version], effects: Sequence[str], now: datetime) -> list[int]:
    """Bring `articles` up to date; returns the ids in the order of the versions."""
    rows = [_row(one, effect, now) for one, effect in zip(versions, effects, strict=True)]
    new = [row for row, one in zip(rows, versions, strict=True) if one.before is None]
    made = iter(connection.execute(_INSERT_ARTICLE, new).scalars().all() if new else ())
    for row, one in zip(rows, versions, strict=True):
        if one.before is not None:
            connection.execute(_UPDATE_ARTICLE, {**row, "article_id": one.before.row.id})
    return [one.row.id if one.row else next(made) for one in versions]


def _standing(one: Version, state: ArticleState) -> tuple[list[ArticleState], list[ArticleState]]:
    """What an article says and what readers see of it, before a version and after it."""
    if one.before is None:
        return [], [state]
    public = one.before.for_readers.state
    return [one.before.state, public], [state, public] if one.prepares else [state]


def _authors(states: Iterable[ArticleState]) -> list[Author]:
    return [author for state in states for author in state.authors]


def _row(one: Version, effect: str, now: datetime) -> dict[str, Any]:
    before, fields = one.row, one.fields
    version = before.version + 1 if before else 1
    if one.prepares and one.before:
        differs = not says_the_same(one.before.for_readers.state, fields)
        return {"version": version, "prepared_version": version if differs else None, "updated_at": now}
    values = {
        "version": version,
        "prepared_version": None,
        "public_version": version if effect else before.public_version if before else None,
        "external_id": one.external_id,
        "input_hash": one.input_hash,
        "section_id": one.section_id,
        "urgent": bool(before and before.urgent) if one.urgent is None else one.urgent,
        "words": one.words,
        "pictures": sum(1 for image in fields["images"] if image.url),
        "title_words": written(fields["title"]),
        "updated_at": now,
        **{name: fields[name] for name in _OF_STATE},
        **_approval(one, version, now),
        **_at_step(before, fields["status"], now),
    }
    return values if before else values | {"created_by": one.actor.name, "created_at": now}


def _at_step(before: ArticleRow | None, status: str, now: datetime) -> dict[str, Any]:
    """Since when the article stands at its step, and who has it in hand: with a step it is free for whoever takes the
    next one."""
    if before is not None and before.status == status:
        return {"step_at": before.step_at, "held_by": before.held_by, "held_at": before.held_at}
    return {"step_at": now, "held_by": None, "held_at": None}


def _approval(one: Version, version: int, now: datetime) -> dict[str, Any]:
    """Who has approved what the version says: its own actor, whoever has before, or nobody."""
    if one.approves:
        account_id = one.actor.account.id if one.actor.account else None
        return dict(zip(APPROVAL, (version, now, one.actor.name, account_id, one.actor.key_id), strict=True))
    kept = keeps_approval(one.before, one.fields)
    return {name: getattr(one.row, name) if kept else None for name in APPROVAL}


def _revision(one: Version, effect: str, state: ArticleState, now: datetime) -> dict[str, Any]:
    return {
        "article_id": state.id,
        "version": state.version,
        "at": now,
        "actor": one.actor.name,
        "action": one.action,
        "effect": effect,
        "reason": one.reason,
        "state": orjson.Fragment(state.model_dump_json()),
        "original": one.original,
        "original_format": one.original_format,
    }


def _notes(one: Version, state: ArticleState) -> list[tuple[str, str, str, dict[str, Any]]]:
    who, subject = one.actor.name, f"article:{state.id}"
    detail = {"version": state.version, "status": state.status, "title": state.title}
    more = {"reason": one.reason} if one.reason else {}
    notes = [(who, f"article.{one.action}", subject, detail | more)]
    if state.opening_views != (one.row.opening_views if one.row else 0):
        notes.append((who, "article.opening_views", subject, {"version": state.version, "views": state.opening_views}))
    return notes


def touched_by_others(connection: Connection, article_id: int, actor: Actor) -> bool:
    """Whether anybody else has written a version of an article."""
    other = (revisions.c.article_id == article_id) & (revisions.c.actor != actor.name)
    return connection.execute(select(revisions.c.version).where(other).limit(1)).first() is not None


def saved(state: ArticleState, result: str) -> Saved:
    return Saved(state.id, state.version, state.status, url(state), result)


def url(state: ArticleState) -> str:
    """The article's address for readers."""
    return get_settings().site_url + article_path(state.section_slug, state.slug, state.id)


def unchanged(found: Current) -> Saved:
    """What became of a call that changes nothing."""
    return replace(saved(found.for_readers.state, "unchanged"), version=found.row.version)


def shown(found: Current) -> dict[str, Any]:
    """An article as editors' programs get it, without what is prepared; it can be changed and sent back with PUT."""
    row, stood = found.row, found.for_readers
    state = stood.state
    fields = state.model_dump(mode="json", exclude={"section_slug", "section_name", "tags"})
    fields["event"] = state.event.name if state.event else ""
    fields["social_image"] = state.social_image.url if state.social_image else ""
    approval = {"version": row.approved_version, "at": row.approved_at, "by": row.approved_by}
    return {
        **fields,
        "version": row.version,
        "prepared": found.public is not None,
        "approval": approval if row.approved_version else None,
        "external_id": row.external_id,
        "section": state.section_slug,
        "section_name": state.section_name,
        "tags": [tag.name for tag in state.tags],
        "body_format": "html",
        "original": stood.original,
        "original_format": stood.original_format,
        "urgent": row.urgent,
        "words": row.words,
        "url": url(state),
    }


def _effect(row: ArticleRow | None, status: str) -> str:
    """What the new version does for readers."""
    if status == "published":
        return SHOWN
    if row is None or row.public_version is None or row.status == status:
        return NONE
    return REMOVED if status in ("unpublished", "withdrawn") else NONE


def _updated_at(row: ArticleRow | None, fields: dict[str, Any], effect: str, now: datetime) -> datetime:
    """For readers an article is as old as its publication, until something changes after it."""
    first_shown = effect == SHOWN and (row is None or row.first_published_at is None)
    return min(now, fields["published_at"]) if first_shown else now
