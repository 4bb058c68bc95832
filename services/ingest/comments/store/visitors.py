"""What readers say of others' comments, what they like, and whose comments nobody wants to read for a time.

People are told apart by the visitor keys that web makes; after VISITOR_DAYS nobody knows who it was.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Table, delete, exists, func, select, update

from services.ingest.comments.tables import BanRow, bans, comments, likes, reports
from services.ingest.kit import audit, rows
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Invalid, NotFound
from services.ingest.kit.tables import outbox
from shared import outbox as events
from shared.contracts.events import CommentPublished
from shared.contracts.from_readers import LikeComment, OfOneComment, ReportComment
from shared.database import read, upsert, write
from shared.records import records

VISITOR_DAYS = 30
BAN_DAYS = (1, 7, 30)
BAN = "ban"
"""Who decided what a banned reader sent."""
_MAY_BE_LIKED = comments.c.status == "approved"
_MAY_BE_REPORTED = _MAY_BE_LIKED & ~comments.c.by_paper


def report(engine: Engine, sent: ReportComment) -> None:
    """Note that a reader reported a comment that is public: once, however often it arrives."""
    with write(engine) as connection:
        if _note(connection, sent, reports, _MAY_BE_REPORTED) is not None:
            one_more = {"reports": comments.c.reports + 1}
            connection.execute(update(comments).where(comments.c.id == sent.comment_id).values(one_more))


def like(engine: Engine, sent: LikeComment) -> None:
    """Count that a reader likes a comment that is public, and tell readers: once, however often it arrives."""
    with write(engine) as connection:
        version = _note(connection, sent, likes, _MAY_BE_LIKED)
        if version is None:
            return
        one_more = {"likes": comments.c.likes + 1, "version": version + 1}
        connection.execute(update(comments).where(comments.c.id == sent.comment_id).values(one_more))
        events.add(connection, outbox, CommentPublished, [(sent.comment_id, version + 1)])
    events.wake("ingest")


def _note(connection: Connection, sent: OfOneComment, noted: Table[Any], may_be: ColumnElement[bool]) -> int | None:
    """The version of the comment, which is locked then, where this is new."""
    visitor = sent.visitor[:64]
    shown = select(comments.c.version).where(comments.c.id == sent.comment_id, may_be).with_for_update()
    version = connection.execute(shown).scalar()
    if version is None or is_banned(connection, visitor):
        return None
    row = {"comment_id": sent.comment_id, "visitor": visitor, "at": sent.at}
    added = upsert(connection, noted).values(row).on_conflict_do_nothing().returning(noted.c.comment_id)
    return None if connection.execute(added).first() is None else version


def settled_reports(engine: Engine, sent: Sequence[tuple[int, str]]) -> tuple[tuple[int, str], ...]:
    """Those of these reports (comment id, visitor) that are noted, or of which nothing would come: their comments are
    not public any more, or their senders are banned."""
    return _settled(engine, sent, reports, _MAY_BE_REPORTED)


def settled_likes(engine: Engine, sent: Sequence[tuple[int, str]]) -> tuple[tuple[int, str], ...]:
    """The same of likes."""
    return _settled(engine, sent, likes, _MAY_BE_LIKED)


def _settled(
    engine: Engine, sent: Sequence[tuple[int, str]], noted: Table[Any], may_be: ColumnElement[bool]
) -> tuple[tuple[int, str], ...]:
    ids, people = {one for one, _ in sent}, {visitor for _, visitor in sent}
    shown = select(comments.c.id).where(comments.c.id.in_(ids), may_be)
    held = select(noted.c.comment_id, noted.c.visitor).where(noted.c.comment_id.in_(ids), noted.c.visitor.in_(people))
    refused = select(bans.c.visitor).where(bans.c.visitor.in_(people), bans.c.until > datetime.now(UTC))
    with read(engine) as connection:
        public = set(connection.execute(shown).scalars())
        known = {(one, visitor) for one, visitor in connection.execute(held)}
        banned = set(connection.execute(refused).scalars())
    return tuple(one for one in sent if one[0] not in public or one in known or one[1] in banned)


def dismiss_reports(connection: Connection, comment_id: int) -> None:
    """A comment was looked at and stays: it is reported again once more readers have newly done so than had before."""
    known = select(func.count()).select_from(reports).where(reports.c.comment_id == comment_id).scalar_subquery()
    connection.execute(update(comments).where(comments.c.id == comment_id).values(reports=-known))


def ban(engine: Engine, comment_id: int, days: int, actor: Actor) -> tuple[datetime, dict[int, int]]:
    """Refuse what the writer of a comment sends, for so many days from now, and what of theirs still waits: until when,
    and the versions of what was refused. Raises NotFound, Invalid."""
    if days not in BAN_DAYS:
        raise Invalid.of("days", "Không có thời hạn này.")
    now = datetime.now(UTC)
    until = now + timedelta(days=days)
    with write(engine) as connection:
        writer = select(comments.c.visitor, comments.c.name).where(comments.c.id == comment_id)
        row = connection.execute(writer).first()
        if row is None:
            raise NotFound("Không có bình luận này.")
        visitor, name = row
        if not visitor:
            raise Invalid.of("days", f"Bình luận cũ quá {VISITOR_DAYS} ngày: không còn biết ai đã gửi.")
        known = connection.execute(select(bans.c.until).where(bans.c.visitor == visitor)).scalar()
        until = max(known or until, until)
        values = {"name": name, "until": until, "by": actor.name, "at": now}
        statement = upsert(connection, bans).values(visitor=visitor, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=["visitor"], set_=values))
        waiting = (comments.c.visitor == visitor) & (comments.c.status == "held")
        refused = {"version": comments.c.version + 1, "status": "rejected", "decided_by": BAN, "decided_at": now}
        statement = update(comments).where(waiting).values(refused).returning(comments.c.id, comments.c.version)
        gone = dict(connection.execute(statement).all())
        told = {"days": days, "refused": len(gone)}
        audit.append(connection, actor.name, "comment.banned", f"comment:{comment_id}", told)
    return until, gone


def lift(engine: Engine, visitor: str, actor: Actor) -> None:
    """Let somebody write again."""
    with write(engine) as connection:
        gone = connection.execute(delete(bans).where(bans.c.visitor == visitor).returning(bans.c.name)).scalar()
        if gone is not None:
            audit.append(connection, actor.name, "comment.ban_lifted", "comments", {"name": gone})


def banned(engine: Engine) -> list[BanRow]:
    """Who is banned now, the ones that end first above."""
    with read(engine) as connection:
        return records(
            connection.execute(select(bans).where(bans.c.until > datetime.now(UTC)).order_by(bans.c.until)), BanRow
        )


def is_banned(connection: Connection, visitor: str) -> bool:
    live = exists().where(bans.c.visitor == visitor, bans.c.until > datetime.now(UTC))
    return bool(visitor) and bool(connection.execute(select(live)).scalar())


def forget_visitors(engine: Engine, now: datetime) -> bool:
    """Who wrote, reported and liked, after a month, and bans that are over; True when there may be more."""
    until = now - timedelta(days=VISITOR_DAYS)
    written = select(comments.c.id).where(comments.c.visitor != "", comments.c.at < until).limit(rows.STEP)
    more = False
    with write(engine) as connection:
        gone = connection.execute(update(comments).where(comments.c.id.in_(written)).values(visitor="")).rowcount
        connection.execute(rows.some(bans, bans.c.until < now))
        for noted in (reports, likes):
            old = select(noted.c.comment_id).where(noted.c.at < until).limit(rows.STEP)
            left = connection.execute(delete(noted).where(noted.c.comment_id.in_(old), noted.c.at < until)).rowcount
            more |= left >= rows.STEP
    return gone == rows.STEP or more
