"""An article on its way through the newsroom: steps forward and back, notes, an embargo, an older version restored."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from services.ingest.articles.rules import UNFINISHED, require, require_text
from services.ingest.articles.store.articles import committed, next_version
from services.ingest.articles.store.revisions import current, revision_of, saved
from services.ingest.articles.tables import article_notes, articles
from services.ingest.articles.versions import Saved
from services.ingest.kit import audit
from services.ingest.kit.actors import Actor, Scope
from services.ingest.kit.errors import Conflict, Invalid
from shared.database import read, write

_TEXT_FIELDS = "kind title slug summary body tags dateline byline authors images video_url".split()


def move(
    engine: Engine,
    article_id: int,
    to: str,
    actor: Actor,
    *,
    note: str = "",
    if_version: int | None = None,
) -> Saved:
    """Take an article one or more steps on towards readers, or back; the note is kept with the version.

    `to` is draft, submitted, edited or approved. Who may do that is the caller's to know. Raises Conflict for an
    article that is public, scheduled or withdrawn, Invalid for a step back without a note.
    """
    require(actor, Scope.draft)
    if to not in UNFINISHED:
        raise Invalid.of("to", "Không có bước này.")

    def work(connection: Connection) -> Saved:
        before = current(connection, article_id, if_version)
        status = before.state.status
        if status == to:
            return saved(before.state, "unchanged")
        if status not in (*UNFINISHED, "unpublished"):
            raise Conflict("Bài đang xuất bản, hẹn giờ hoặc đã rút: không chuyển bước được.")
        goes_back = status != "unpublished" and UNFINISHED.index(to) < UNFINISHED.index(status)
        if goes_back and before.row.created_by != actor.name and not note:
            raise Invalid.of("note", "Trả lại bài thì cần ghi rõ lý do.")
        if to != "draft":
            require_text(before.state.body, len(before.state.images), before.state.video_url)
        return next_version(connection, before, {"status": to}, actor, "sent_back" if goes_back else to, reason=note)

    return committed(engine, work)


def restore(engine: Engine, article_id: int, version: int, actor: Actor, *, if_version: int | None = None) -> Saved:
    """Give an article the text, pictures and names of an older version, as a new version; its status stays.

    Raises NotFound for a version that never was.
    """
    require(actor, Scope.draft)

    def work(connection: Connection) -> Saved:
        before = current(connection, article_id, if_version)
        if before.state.status == "withdrawn":
            raise Conflict("Bài đã rút, không sửa được.")
        if before.state.status in ("published", "scheduled"):
            require(actor, Scope.publish)
        old = revision_of(connection, article_id, version)
        changes = {name: getattr(old.state, name) for name in _TEXT_FIELDS}
        text = {"original": old.original, "original_format": old.original_format}
        return next_version(connection, before, changes, actor, "restored", reason=f"Bản {version}", **text)

    return committed(engine, work)


def set_embargo(engine: Engine, article_id: int, until: datetime | None, actor: Actor) -> None:
    """Keep an article from readers until a time, whoever publishes it; None lifts that.

    Raises Conflict for what readers see already or would see before then.
    """
    require(actor, Scope.publish)
    with write(engine) as connection:
        before = current(connection, article_id)
        if until is not None and before.state.status == "published":
            raise Conflict("Bài đang xuất bản: muốn giữ lại, hãy gỡ bài trước.")
        at = before.state.published_at
        if until is not None and before.state.status == "scheduled" and at is not None and at < until:
            raise Conflict("Bài đã hẹn giờ sớm hơn; hãy bỏ hẹn giờ trước.")
        connection.execute(update(articles).where(articles.c.id == article_id).values(embargo_until=until))
        detail = {"until": until.astimezone(UTC).isoformat() if until else None}
        audit.append(connection, actor.name, "article.embargo", f"article:{article_id}", detail)


# ---------------------------------------------------------------- rules of a section


# ---------------------------------------------------------------- notes


def add_note(engine: Engine, article_id: int, text: str, actor: Actor) -> None:
    """Say something about an article to the newsroom. Raises Invalid for nothing."""
    if not text:
        raise Invalid.of("text", "Ghi chú trống.")
    row = {"article_id": article_id, "at": datetime.now(UTC), "actor": actor.name, "text": text}
    with write(engine) as connection:
        connection.execute(insert(article_notes), row)
        audit.append(connection, actor.name, "article.noted", f"article:{article_id}", {})


def notes(engine: Engine, article_id: int) -> list[dict[str, Any]]:
    """The notes on an article, the newest first."""
    query = select(article_notes).where(article_notes.c.article_id == article_id).order_by(article_notes.c.id.desc())
    with read(engine) as connection:
        return [{f"{name}": value for name, value in row._mapping.items()} for row in connection.execute(query)]
