"""What people change of the counts: totals with a trace, the trending list."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import Connection, Engine, func, select

from services.counter.store import note_drain
from services.counter.tables import articles, corrections, totals, trending_rules
from shared.contracts.envelope import Delivered
from shared.contracts.events import TrendingRulesChanged
from shared.contracts.statistics import ViewCorrection
from shared.database import insert_newer, upsert, write


def correct(source: Engine, article_id: int, delta: int, reason: str, by: str) -> int:
    """Change a total by hand, leaving a trace; hours, days and rankings stay as they were counted.

    Returns the new total. Raises ValueError without a reason, or where the total would fall below zero.
    """
    if not reason.strip():
        raise ValueError("a correction needs a reason")
    with write(source) as connection:
        before = connection.execute(
            select(totals.c.views).where(totals.c.article_id == article_id).with_for_update()
        ).scalar()
        known = connection.execute(select(func.count()).where(articles.c.id == article_id)).scalar_one()
        if before is None and not known:
            raise ValueError(f"article {article_id} is not known")
        if (before or 0) + delta < 0:
            raise ValueError(f"article {article_id} has {before or 0} views: {delta} would make it less than none")
        now = datetime.now(UTC)
        row = {"article_id": article_id, "delta": delta, "views_before": before or 0}
        connection.execute(corrections.insert().values(**row, reason=reason.strip(), by=by, at=now))
        statement = upsert(connection, totals).values(article_id=article_id, views=delta, epoch=1)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["article_id"],
                set_={"views": totals.c.views + delta, "epoch": totals.c.epoch + 1},
            )
        )
        note_drain(connection, f"correction-{uuid4().hex}", now.timestamp(), [article_id])
    return (before or 0) + delta


def corrections_of(
    connection: Connection, article_id: int | None = None, limit: int = 200
) -> tuple[ViewCorrection, ...]:
    """The corrections, newest first."""
    of = corrections.c
    wanted = select(of.at, of.delta, of.reason, of.by).order_by(of.id.desc()).limit(limit)
    if article_id is not None:
        wanted = wanted.where(corrections.c.article_id == article_id)
    return tuple(
        ViewCorrection(at=at, delta=delta, reason=reason, by=by) for at, delta, reason, by in connection.execute(wanted)
    )


def set_rules(source: Engine, events: Sequence[Delivered[TrendingRulesChanged]]) -> bool:
    """What editors pin to the trending list or keep out of it: all of it, as it was said last. True when it is news."""
    rows = [
        {"id": event.payload.id, "version": event.version, "rules": [one.model_dump() for one in event.payload.rules]}
        for event in events
    ]
    with write(source) as connection:
        return bool(insert_newer(connection, trending_rules, rows))
