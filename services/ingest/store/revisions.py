"""One new version of an article: the row, the immutable revision, the outbox rows and the audit line, together."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from services.ingest.store import audit
from services.ingest.store.actors import Actor
from services.ingest.store.errors import NotFound, Stale
from services.ingest.store.media import MEDIA
from services.ingest.tables import articles, media_uses, outbox, revisions
from shared import outbox as events
from shared.contracts.addresses import article_path
from shared.contracts.articles import ArticleState
from shared.contracts.events import ArticlePublished, ArticleSaved, ArticleWithdrawn, Event
from shared.database import upsert
from shared.settings import get_settings

SHOWN, REMOVED, NONE = "shown", "removed", ""
EVENTS: dict[str, type[Event]] = {SHOWN: ArticlePublished, REMOVED: ArticleWithdrawn, NONE: ArticleSaved}
# Built once: making a statement costs more than running it.
_LOCKED = select(articles).where(articles.c.id == bindparam("article_id")).with_for_update()
_REVISION = select(revisions.c.state, revisions.c.original, revisions.c.original_format).where(
    revisions.c.article_id == bindparam("article_id"), revisions.c.version == bindparam("version")
)
_INSERT_ARTICLE = insert(articles).returning(articles.c.id)
_INSERT_REVISION = insert(revisions)


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a call. `result` is "created", "updated" or "unchanged"."""

    id: int
    version: int
    status: str
    url: str
    result: str


@dataclass(frozen=True, slots=True)
class Current:
    """An article's row and the revision it stands at, locked until the transaction ends."""

    row: Any
    state: ArticleState
    original: str
    original_format: str


def current(connection: Connection, article_id: int, if_version: int | None = None) -> Current:
    """Raises NotFound, and Stale when the article is not at `if_version`."""
    row = connection.execute(_LOCKED, {"article_id": article_id}).first()
    if row is None:
        raise NotFound("Không có bài này.")
    found = with_state(connection, row)
    if if_version is not None and row.version != if_version:
        raise Stale(shown(found))
    return found


def with_state(connection: Connection, row: Any) -> Current:
    """The revision that a row of `articles` stands at."""
    return _read(connection, row, row.id, row.version)


def revision_of(connection: Connection, article_id: int, version: int) -> Current:
    """An older version; its `row` is None. Raises NotFound."""
    return _read(connection, None, article_id, version)


def _read(connection: Connection, row: Any, article_id: int, version: int) -> Current:
    revision = connection.execute(_REVISION, {"article_id": article_id, "version": version}).first()
    if revision is None:
        raise NotFound("Không có phiên bản này.")
    return Current(row, ArticleState.model_validate(revision.state), revision.original, revision.original_format)


def write_version(
    connection: Connection,
    before: Current | None,
    fields: dict[str, Any],
    actor: Actor,
    action: str,
    *,
    section_id: int,
    words: int,
    original: str,
    original_format: str,
    external_id: str | None = None,
    input_hash: str | None = None,
    reason: str = "",
    bulk: bool = False,
) -> Saved:
    """Write the next version. `fields` are those of ArticleState without id, version and updated_at."""
    now = datetime.now(UTC)
    row = before.row if before else None
    version = row.version + 1 if row else 1
    status = fields["status"]
    effect = _effect(row, status)
    values = {
        "version": version,
        "public_version": version if effect else row.public_version if row else None,
        "status": status,
        "external_id": external_id,
        "input_hash": input_hash,
        "title": fields["title"],
        "slug": fields["slug"],
        "section_id": section_id,
        "published_at": fields["published_at"],
        "first_published_at": fields["first_published_at"],
        "opening_views": fields["opening_views"],
        "words": words,
        "updated_at": now,
    }
    if row is None:
        values |= {"created_by": actor.name, "created_at": now}
        article_id = int(connection.execute(_INSERT_ARTICLE, values).scalar_one())
    else:
        article_id = int(row.id)
        connection.execute(update(articles).where(articles.c.id == article_id).values(values))
    state = ArticleState(id=article_id, version=version, updated_at=_updated_at(row, fields, effect, now), **fields)
    connection.execute(
        _INSERT_REVISION,
        {
            "article_id": article_id,
            "version": version,
            "at": now,
            "actor": actor.name,
            "action": action,
            "effect": effect,
            "reason": reason,
            "state": state.model_dump(mode="json"),
            "original": original,
            "original_format": original_format,
        },
    )
    _note_uses(connection, article_id, before.state if before else None, state)
    events.add(connection, outbox, EVENTS[effect], [(article_id, version)], bulk=bulk)
    detail = {"version": version, "status": status, "title": state.title} | ({"reason": reason} if reason else {})
    audit.append(connection, actor.name, f"article.{action}", f"article:{article_id}", detail)
    return saved(state, "updated" if row else "created")


def touched_by_others(connection: Connection, article_id: int, actor: Actor) -> bool:
    """Whether anybody else has written a version of an article."""
    other = (revisions.c.article_id == article_id) & (revisions.c.actor != actor.name)
    return connection.execute(select(revisions.c.version).where(other).limit(1)).first() is not None


def _note_uses(connection: Connection, article_id: int, before: ArticleState | None, state: ArticleState) -> None:
    """Keep `media_uses` as the new version has it."""
    old, new = _files_of(before) if before else set(), _files_of(state)
    if old == new:
        return
    if gone := old - new:
        mine = (media_uses.c.article_id == article_id) & media_uses.c.path.in_(gone)
        connection.execute(delete(media_uses).where(mine))
    if added := new - old:
        rows = [{"path": path, "article_id": article_id} for path in sorted(added)]
        connection.execute(upsert(connection, media_uses).values(rows).on_conflict_do_nothing())


def _files_of(state: ArticleState) -> set[str]:
    """Paths inside our media folder of what an article shows."""
    urls = [image.url for image in state.images] + [state.video_url]
    return {url.removeprefix(MEDIA) for url in urls if url.startswith(MEDIA)}


def saved(state: ArticleState, result: str) -> Saved:
    return Saved(state.id, state.version, state.status, url(state), result)


def url(state: ArticleState) -> str:
    """The article's address for readers."""
    return get_settings().site_url + article_path(state.section_slug, state.slug, state.id)


def shown(found: Current) -> dict[str, Any]:
    """An article as editors' programs get it; it can be changed and sent back with PUT."""
    row, state = found.row, found.state
    fields = state.model_dump(mode="json", exclude={"section_slug", "section_name", "tags"})
    return {
        **fields,
        "external_id": row.external_id,
        "section": state.section_slug,
        "section_name": state.section_name,
        "tags": [tag.name for tag in state.tags],
        "body_format": "html",
        "original": found.original,
        "original_format": found.original_format,
        "words": row.words,
        "url": url(state),
    }


def _effect(row: Any, status: str) -> str:
    """What the new version does for readers."""
    if status == "published":
        return SHOWN
    went_away = status in ("unpublished", "withdrawn") and row is not None and row.status != status
    return REMOVED if went_away and row.public_version is not None else NONE


def _updated_at(row: Any, fields: dict[str, Any], effect: str, now: datetime) -> datetime:
    """For readers an article is as old as its publication, until something changes after it."""
    first_shown = effect == SHOWN and (row is None or row.first_published_at is None)
    return min(now, fields["published_at"]) if first_shown else now
