"""What readers say of others' comments, and whose comments nobody wants to read for a time.

People are told apart by the visitor keys that web makes; after VISITOR_DAYS nobody knows who it was.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, delete, exists, func, select, update

from services.ingest.comments.tables import BanRow, bans, comments, reports
from services.ingest.kit import audit, rows
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Invalid, NotFound
from shared.contracts.commands import ReportComment
from shared.database import read, upsert, write
from shared.records import records

VISITOR_DAYS = 30
BAN_DAYS = (1, 7, 30)
BAN = "ban"
"""Who decided what a banned reader sent."""
_MAY_BE_REPORTED = (comments.c.status == "approved") & ~comments.c.by_paper


def report(engine: Engine, sent: ReportComment) -> None:
    """Note that a reader reported a comment that is public: once, however often it arrives."""
    visitor = sent.visitor[:64]
    row = {"comment_id": sent.comment_id, "visitor": visitor, "at": sent.at}
    shown = (comments.c.id == sent.comment_id) & _MAY_BE_REPORTED
    with write(engine) as connection:
        known = connection.execute(select(comments.c.id).where(shown).with_for_update()).first()
        if known is None or is_banned(connection, visitor):
            return
        noted = upsert(connection, reports).values(row).on_conflict_do_nothing().returning(reports.c.comment_id)
        if connection.execute(noted).first() is not None:
            one_more = {"reports": comments.c.reports + 1}
            connection.execute(update(comments).where(comments.c.id == sent.comment_id).values(one_more))


def settled(engine: Engine, sent: Sequence[tuple[int, str]]) -> tuple[tuple[int, str], ...]:
    """Those of these reports (comment id, visitor) that are noted, or of which nothing would come: their comments are
    not public any more, or their senders are banned."""
    ids, people = {one for one, _ in sent}, {visitor for _, visitor in sent}
    shown = select(comments.c.id).where(comments.c.id.in_(ids), _MAY_BE_REPORTED)
    noted = select(reports.c.comment_id, reports.c.visitor).where(reports.c.comment_id.in_(ids))
    refused = select(bans.c.visitor).where(bans.c.visitor.in_(people), bans.c.until > datetime.now(UTC))
    with read(engine) as connection:
        public = set(connection.execute(shown).scalars())
        known = {(one, visitor) for one, visitor in connection.execute(noted.where(reports.c.visitor.in_(people)))}
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
    """Who wrote and who reported, after a month, and bans that are over; True when there may be more."""
    until = now - timedelta(days=VISITOR_DAYS)
    written = select(comments.c.id).where(comments.c.visitor != "", comments.c.at < until).limit(rows.STEP)
    old = select(reports.c.comment_id).where(reports.c.at < until).limit(rows.STEP)
    with write(engine) as connection:
        gone = connection.execute(update(comments).where(comments.c.id.in_(written)).values(visitor="")).rowcount
        connection.execute(rows.some(bans, bans.c.until < now))
        more = connection.execute(delete(reports).where(reports.c.comment_id.in_(old), reports.c.at < until)).rowcount
    return gone == rows.STEP or more >= rows.STEP
