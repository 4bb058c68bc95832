"""Readers' comments: held until an editor approves them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, Connection, Engine, exists, func, select, update

from services.ingest.articles.tables import articles
from services.ingest.comments.store import visitors
from services.ingest.comments.tables import CommentRow, comments
from services.ingest.kit import audit, rows
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Conflict, NotFound
from services.ingest.kit.finding import fits
from services.ingest.kit.tables import outbox
from services.ingest.kit.visibility import Seen
from services.ingest.sections.tables import sections
from shared import outbox as events
from shared.contracts.events import CommentPublished, CommentRemoved, Event
from shared.contracts.from_readers import SubmitComment
from shared.database import read, upsert, write
from shared.records import Record, record, records
from shared.settings import get_settings
from shared.telemetry import log
from shared.vietnamese.matching import written
from shared.vietnamese.text import one_line, plain

_NAME, _EMAIL, _TEXT = 200, 254, 10_000
MAX_ANSWER = 3_000


def hold(engine: Engine, sent: SubmitComment) -> None:
    """Keep a comment for the moderators, once however often it arrives."""
    with write(engine) as connection:
        known = select(articles.c.id).where(articles.c.id == sent.article_id)
        if connection.execute(known).first() is None:
            log.warning("comment on an unknown article", article_id=sent.article_id)
            return
        name, said = one_line(sent.name)[:_NAME], plain(sent.text).strip()[:_TEXT]
        row = {
            "version": 1,
            "token": sent.token[:64],
            "article_id": sent.article_id,
            "parent_id": _parent(connection, sent),
            "name": name,
            "email": one_line(sent.email)[:_EMAIL],
            "text": said,
            "words": written(f"{name} {said}"),
            "at": sent.at,
            "status": "held",
            "spam_score": sent.spam_score,
            "spam_reasons": list(sent.spam_reasons),
            "decided_by": "",
            "visitor": sent.visitor[:64],
        }
        if visitors.is_banned(connection, sent.visitor[:64]):
            row |= {"status": "rejected", "decided_by": visitors.BAN, "decided_at": datetime.now(UTC)}
        connection.execute(upsert(connection, comments).values(row).on_conflict_do_nothing(index_elements=["token"]))


def held(engine: Engine, tokens: Sequence[str]) -> tuple[str, ...]:
    """Those of these tokens whose comments are here, decided or not."""
    with read(engine) as connection:
        known = select(comments.c.token).where(comments.c.token.in_([token[:64] for token in tokens]))
        return tuple(connection.execute(known).scalars())


def approve(engine: Engine, comment_id: int, actor: Actor, seen: int | None = None) -> int:
    """Show a comment to readers; its state then. `seen` is the state that was decided on (`state_of`), None for any.
    Raises NotFound, Conflict."""
    return _decide(engine, comment_id, actor, "approved", CommentPublished, seen)


def reject(engine: Engine, comment_id: int, actor: Actor, seen: int | None = None) -> int:
    """Keep a held comment from readers, or take a public one away; else as `approve`."""
    return _decide(engine, comment_id, actor, "rejected", CommentRemoved, seen)


def edit(engine: Engine, comment_id: int, text: str, actor: Actor, seen: int | None = None) -> int:
    """Change a comment's words; what its writer wrote is kept, and readers see that the paper did it. `seen` and the
    answer as of `approve`. Raises NotFound, Conflict."""
    with write(engine) as connection:
        row = _locked(connection, comment_id)
        if row.by_paper:
            raise Conflict("Lời của tòa soạn không sửa ở đây: hãy gỡ và trả lời lại.")
        if text == row.text:
            return state_of(row)
        _require_seen(row, seen)
        original = row.text if row.original is None else row.original
        values = {
            "version": row.version + 1,
            "text": text,
            "words": written(f"{row.name} {text}"),
            "original": None if text == original else original,
        }
        connection.execute(update(comments).where(comments.c.id == comment_id).values(values))
        if row.status == "approved":
            events.add(connection, outbox, CommentPublished, [(comment_id, row.version + 1)])
        audit.append(connection, actor.name, "comment.edited", f"comment:{comment_id}", {"article": row.article_id})
    events.wake("ingest")
    return state_of(row) + 1


def answer(engine: Engine, comment_id: int, text: str, key: str, actor: Actor) -> None:
    """Answer a public comment in the paper's name; the same words under the same key are the same answer. Raises
    NotFound, Conflict."""
    name, now = get_settings().site_name[:_NAME], datetime.now(UTC)
    with write(engine) as connection:
        row = _locked(connection, comment_id)
        if row.status != "approved" or not _is_under_public(connection, row):
            raise Conflict("Bình luận này không còn trên trang: hãy duyệt trước khi trả lời.")
        values = {
            "version": 1,
            "token": sha256(f"paper|{comment_id}|{key}|{text}".encode()).hexdigest(),
            "article_id": row.article_id,
            "parent_id": row.parent_id or comment_id,  # readers see one level
            "name": name,
            "email": "",
            "text": text,
            "words": written(f"{name} {text}"),
            "at": now,
            "status": "approved",
            "spam_score": 0,
            "spam_reasons": [],
            "decided_by": actor.name,
            "decided_at": now,
            "by_paper": True,
        }
        statement = upsert(connection, comments).values(values).on_conflict_do_nothing(index_elements=["token"])
        made = connection.execute(statement.returning(comments.c.id)).scalar()
        if made is None:
            return
        events.add(connection, outbox, CommentPublished, [(made, 1)])
        audit.append(connection, actor.name, "comment.answered", f"comment:{comment_id}", {"article": row.article_id})
    events.wake("ingest")


def listed(engine: Engine, status: str = "held", limit: int = 100) -> list[CommentRow]:
    """The comments in a status, the oldest first."""
    query = select(comments).where(comments.c.status == status).order_by(comments.c.at).limit(limit)
    with read(engine) as connection:
        return records(connection.execute(query), CommentRow)


class QueuedRow(CommentRow):
    """With the article that it stands under."""

    title: str
    section_id: int
    created_by: str
    article_status: str
    section_name: str


class StoryRow(Record):
    id: int
    title: str
    number: int


def queue(
    engine: Engine,
    seen: Seen,
    status: str = "held",
    *,
    text: str = "",
    article_id: int = 0,
    after: int = 0,
    limit: int = 50,
) -> list[QueuedRow]:
    """Comments that somebody may see: the held ones oldest first, others
    newest first. "reported" are public ones that readers reported, those with the most reports first.

    `after` is the last id of the page above; of the reported there is one page.
    """
    newest_first = status != "held"
    order = [comments.c.id.desc() if newest_first else comments.c.id]
    if status == "reported":
        order.insert(0, comments.c.reports.desc())
    columns = (
        articles.c.title,
        articles.c.section_id,
        articles.c.created_by,
        articles.c.status.label("article_status"),
    )
    query = (
        select(comments, *columns, sections.c.name.label("section_name"))
        .join(articles, articles.c.id == comments.c.article_id)
        .join(sections, sections.c.id == articles.c.section_id)
        .where(_in(status), seen.where(articles.c.section_id, articles.c.created_by))
        .order_by(*order)
        .limit(limit)
    )
    if text:
        query = query.where(fits(comments.c.words, text))
    if article_id:
        query = query.where(comments.c.article_id == article_id)
    if after:
        query = query.where(comments.c.id < after if newest_first else comments.c.id > after)
    with read(engine) as connection:
        return records(connection.execute(query), QueuedRow)


def counts(engine: Engine, seen: Seen) -> dict[str, int]:
    """How many comments that somebody may see are in each status, and how many of them readers have reported, where
    there are any."""
    query = select(comments.c.status, func.count().label("number")).group_by(comments.c.status)
    reported = select(func.count()).select_from(comments).where(_in("reported"))
    if not seen.is_all:
        mine = seen.where(articles.c.section_id, articles.c.created_by)
        query = query.join(articles, articles.c.id == comments.c.article_id).where(mine)
        reported = reported.join(articles, articles.c.id == comments.c.article_id).where(mine)
    with read(engine) as connection:
        found = dict(connection.execute(query).all())
        number = connection.execute(reported).scalar_one()
    return found | ({"reported": number} if number else {})


def stories(engine: Engine, seen: Seen, status: str, limit: int = 20) -> list[StoryRow]:
    """The articles with the most comments in a status."""
    number = func.count().label("number")
    query = (
        select(articles.c.id, articles.c.title, number)
        .join(comments, comments.c.article_id == articles.c.id)
        .where(_in(status), seen.where(articles.c.section_id, articles.c.created_by))
        .group_by(articles.c.id, articles.c.title)
        .order_by(number.desc(), articles.c.id.desc())
        .limit(limit)
    )
    with read(engine) as connection:
        return records(connection.execute(query), StoryRow)


def forget_rejected(engine: Engine, now: datetime) -> bool:
    """Comments that were rejected long ago, with their writers' addresses; True when there may be more. One that was
    answered stays, without a word of its writer, as long as its answers."""
    until = now - timedelta(days=get_settings().rejected_comment_days)
    old = (comments.c.status == "rejected") & (comments.c.decided_at < until)
    answers = comments.alias()
    answered = exists().where(answers.c.parent_id == comments.c.id)
    said = (comments.c.name != "") | (comments.c.email != "") | (comments.c.text != "")
    some = select(comments.c.id).where(old, answered, said).limit(rows.STEP)
    with write(engine) as connection:
        gone = connection.execute(rows.some(comments, old, ~answered)).rowcount
        emptied = (
            update(comments).where(comments.c.id.in_(some)).values(name="", email="", text="", words="", original=None)
        )
        return rows.STEP in (gone, connection.execute(emptied).rowcount)


def forget_addresses(engine: Engine, now: datetime) -> bool:
    """The e-mail addresses of comments that were decided long ago: nobody asks back any more. True when there may be
    more."""
    until = now - timedelta(days=get_settings().rejected_comment_days)
    some = select(comments.c.id).where(comments.c.email != "", comments.c.decided_at < until).limit(rows.STEP)
    with write(engine) as connection:
        return (
            connection.execute(update(comments).where(comments.c.id.in_(some)).values(email="")).rowcount == rows.STEP
        )


def where(engine: Engine, comment_id: int) -> tuple[int, str]:
    """(section id, maker) of the article that a comment stands under. Raises NotFound."""
    query = (
        select(articles.c.section_id, articles.c.created_by)
        .join(comments, comments.c.article_id == articles.c.id)
        .where(comments.c.id == comment_id)
    )
    with read(engine) as connection:
        row = connection.execute(query).first()
    if row is None:
        raise NotFound("Không có bình luận này.")
    section_id, created_by = row
    return section_id, created_by


def payloads(connection: Connection, kind: type[Event], ids: list[int]) -> dict[int, Event | None]:
    """The comments' events as they are now, by id; None where a decision has been turned round since."""
    rows = records(connection.execute(select(comments).where(comments.c.id.in_(ids))), CommentRow)
    return {row.id: _event(row) if isinstance(_event(row), kind) else None for row in rows}


def _event(row: CommentRow) -> Event:
    if row.status != "approved":
        return CommentRemoved(id=row.id, version=row.version, article_id=row.article_id)
    return CommentPublished(
        id=row.id,
        version=row.version,
        article_id=row.article_id,
        parent_id=row.parent_id,
        name=row.name,
        text=row.text,
        at=row.at,
        edited=row.original is not None,
        by_paper=row.by_paper,
        likes=row.likes,
    )


def _in(status: str) -> ColumnElement[bool]:
    """A row in a status; "reported" is one as well."""
    if status == "reported":
        return (comments.c.reports > 0) & (comments.c.status == "approved")
    return comments.c.status == status


def _locked(connection: Connection, comment_id: int) -> CommentRow:
    row = record(connection.execute(select(comments).where(comments.c.id == comment_id).with_for_update()), CommentRow)
    if row is None:
        raise NotFound("Không có bình luận này.")
    return row


def _parent(connection: Connection, sent: SubmitComment) -> int | None:
    """The comment that is answered, if it is one of the same article; of an answer the one above, since readers see one
    level."""
    same = (comments.c.id == sent.parent_id) & (comments.c.article_id == sent.article_id)
    above = select(func.coalesce(comments.c.parent_id, comments.c.id)).where(same)
    return None if sent.parent_id is None else connection.execute(above).scalar()


def _is_under_public(connection: Connection, row: CommentRow) -> bool:
    """Whether what a comment answers is public, and stays so until the transaction ends."""
    if row.parent_id is None:
        return True
    above = select(comments.c.status).where(comments.c.id == row.parent_id).with_for_update(read=True)
    return bool(connection.execute(above).scalar() == "approved")


def state_of(row: CommentRow) -> int:
    """What of a comment a moderator has read: its version but for likes, which change no word."""
    return row.version - row.likes


def _require_seen(row: CommentRow, seen: int | None) -> None:
    if seen is not None and seen != state_of(row):
        raise Conflict("Người khác vừa sửa hoặc quyết định bình luận này: hãy tải lại trang để đọc lại.")


def _decide(engine: Engine, comment_id: int, actor: Actor, status: str, event: type[Event], seen: int | None) -> int:
    with write(engine) as connection:
        row = _locked(connection, comment_id)
        if row.status == status:
            if row.reports > 0:
                visitors.dismiss_reports(connection, comment_id)
                audit.append(connection, actor.name, "comment.kept", f"comment:{comment_id}", {"reports": row.reports})
            return state_of(row)
        _require_seen(row, seen)
        if status == "approved" and not _is_under_public(connection, row):
            raise Conflict("Bình luận được trả lời chưa được duyệt.")
        values = {
            "version": row.version + 1,
            "status": status,
            "decided_by": actor.name,
            "decided_at": datetime.now(UTC),
            "reports": 0,
        }
        connection.execute(update(comments).where(comments.c.id == comment_id).values(values))
        if status == "approved" or row.status == "approved":
            events.add(connection, outbox, event, [(comment_id, row.version + 1)])
        audit.append(connection, actor.name, f"comment.{status}", f"comment:{comment_id}", {"article": row.article_id})
    events.wake("ingest")
    return state_of(row) + 1
