"""An article on its way through the newsroom: steps forward and back, notes, an embargo, an older version restored."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from services.ingest.articles.becoming import require_text
from services.ingest.articles.rules import (
    UNFINISHED,
    outcome,
    require,
    require_move,
    require_write,
    says_the_same,
    stands,
)
from services.ingest.articles.store.approvals import place_of
from services.ingest.articles.store.articles import committed, next_version
from services.ingest.articles.store.revisions import current, revision_of, unchanged
from services.ingest.articles.tables import ArticleNoteRow, article_notes, articles
from services.ingest.articles.versions import Saved
from services.ingest.kit import audit
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Conflict, Invalid
from services.ingest.kit.once import Sent, making
from services.ingest.kit.rights import Action
from shared.database import read, write
from shared.records import records

_TEXT_FIELDS = """kind title kicker card_title search_title slug summary body second_section tags event dateline byline
    authors images video_url social_image related source print_page language comments_closed""".split()


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

    `to` is draft, submitted, edited or approved; the last is the actor's approval of what the article says. Raises
    Forbidden, Conflict for an article that is public, scheduled or withdrawn, Invalid for a step back without a note.
    """

    def work(connection: Connection) -> Saved:
        before = current(connection, article_id, if_version)
        status, at = before.state.status, place_of(connection, before)
        if status == "scheduled":
            raise Conflict("Bài đang hẹn giờ; hãy bỏ hẹn giờ trước.")
        require_move(actor, at, to)
        if status == to and (to != "approved" or at.is_approved):
            return unchanged(before)
        goes_back = status != "unpublished" and UNFINISHED.index(to) < UNFINISHED.index(status)
        if goes_back and before.row.created_by != actor.name and not note:
            raise Invalid.of("note", "Trả lại bài thì cần ghi rõ lý do.")
        if to != "draft":
            require_text(before.state.body, len(before.state.images), before.state.video_url)
        action = "sent_back" if goes_back else to
        approves = to == "approved"
        return next_version(connection, before, {"status": to}, actor, action, reason=note, approves=approves)

    return committed(engine, work)


def restore(engine: Engine, article_id: int, version: int, actor: Actor, *, if_version: int | None = None) -> Saved:
    """Give an article the text, pictures and names of an older version, as a new version; its status stays, but
    for an approval that ends by it. Of a live article it is the prepared next version.

    Raises Forbidden, NotFound for a version that never was.
    """

    def work(connection: Connection) -> Saved:
        before = current(connection, article_id, if_version)
        if before.state.status == "withdrawn":
            raise Conflict("Bài đã rút, không sửa được.")
        at = place_of(connection, before)
        require_write(actor, at)
        old = revision_of(connection, article_id, version)
        changes = {name: getattr(old.state, name) for name in _TEXT_FIELDS}
        changed = not says_the_same(before.state, before.state.model_dump() | changes)
        prepares = before.state.status == "published"
        at = replace(at, is_approved=at.is_approved and not changed)
        decided = outcome(actor, at, None, changed=changed, prepares=prepares)
        if decided.status not in ("published", before.state.status):
            changes["status"] = decided.status
        text: dict[str, Any] = {"original": old.original, "original_format": old.original_format}
        reason = f"Bản {version}"
        return next_version(
            connection,
            before,
            changes,
            actor,
            "restored",
            reason=reason,
            approves=decided.approves,
            prepares=prepares,
            **text,
        )

    return committed(engine, work)


def set_embargo(engine: Engine, article_id: int, until: datetime | None, actor: Actor) -> None:
    """Keep an article from readers until a time, whoever publishes it; None lifts that.

    Raises Conflict for what readers see already or would see before then.
    """
    with write(engine) as connection:
        before = current(connection, article_id)
        require(actor, Action.publish, stands(before))
        if until is not None and before.state.status == "published":
            raise Conflict("Bài đang xuất bản: muốn giữ lại, hãy gỡ bài trước.")
        at = before.state.published_at
        if until is not None and before.state.status == "scheduled" and at is not None and at < until:
            raise Conflict("Bài đã hẹn giờ sớm hơn; hãy bỏ hẹn giờ trước.")
        connection.execute(update(articles).where(articles.c.id == article_id).values(embargo_until=until))
        detail = {"until": until.astimezone(UTC).isoformat() if until else None}
        audit.append(connection, actor.name, "article.embargo", f"article:{article_id}", detail)


# ---------------------------------------------------------------- notes


def add_note(
    engine: Engine, article_id: int, text: str, actor: Actor, sent: Sent | None = None, mentioned: Sequence[int] = ()
) -> int:
    """Say something about an article to the newsroom, to the accounts `mentioned` above all; the note's id. Raises
    Invalid for nothing."""
    return _note(engine, article_id, text, actor, sent, "noted", {"mentioned": list(mentioned)} if mentioned else {})


def ask_correction(engine: Engine, article_id: int, text: str, actor: Actor, sent: Sent | None = None) -> int:
    """Say to those who may correct a live article what is wrong in it; the note's id. Raises Invalid, Conflict."""
    with read(engine) as connection:
        status = connection.execute(select(articles.c.status).where(articles.c.id == article_id)).scalar()
    if status != "published":
        raise Conflict("Chỉ đề nghị cải chính được bài đang xuất bản.")
    said = f"Đề nghị cải chính: {text}" if text else ""
    return _note(engine, article_id, said, actor, sent, "correction_asked", {})


def _note(
    engine: Engine, article_id: int, text: str, actor: Actor, sent: Sent | None, action: str, detail: dict[str, Any]
) -> int:
    if not text:
        raise Invalid.of("text", "Ghi chú trống.")
    row = {"article_id": article_id, "at": datetime.now(UTC), "actor": actor.name, "text": text}

    def work(connection: Connection) -> int:
        made = int(connection.execute(insert(article_notes).values(row).returning(article_notes.c.id)).scalar_one())
        audit.append(connection, actor.name, f"article.{action}", f"article:{article_id}", {"note": made, **detail})
        return made

    return making(engine, sent, work)


def texts_of(connection: Connection, note_ids: Iterable[int]) -> dict[int, str]:
    """What these notes say."""
    query = select(article_notes.c.id, article_notes.c.text).where(article_notes.c.id.in_(list(note_ids)))
    return dict(connection.execute(query).all())


def notes(engine: Engine, article_id: int) -> list[ArticleNoteRow]:
    """The notes on an article, the newest first."""
    query = select(article_notes).where(article_notes.c.article_id == article_id).order_by(article_notes.c.id.desc())
    with read(engine) as connection:
        return records(connection.execute(query), ArticleNoteRow)
