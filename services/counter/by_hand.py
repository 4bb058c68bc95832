"""What people change of the counts: totals with a trace, the trending list."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy import Engine, delete, func, select

from services.counter.store import note_drain
from services.counter.tables import articles, corrections, rules, totals
from shared.contracts.commands import SetTrendingRule
from shared.contracts.statistics import ViewCorrection
from shared.database import insert_newer, read, upsert, write

CLOCK_SECONDS = 60
"""Hosts' clocks may differ by so much without anybody noticing."""


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


def corrections_of(source: Engine, article_id: int | None = None, limit: int = 200) -> tuple[ViewCorrection, ...]:
    """The corrections, newest first."""
    of = corrections.c
    wanted = select(of.at, of.delta, of.reason, of.by).order_by(of.id.desc()).limit(limit)
    if article_id is not None:
        wanted = wanted.where(corrections.c.article_id == article_id)
    with read(source) as connection:
        return tuple(
            ViewCorrection(at=at, delta=delta, reason=reason, by=by)
            for at, delta, reason, by in connection.execute(wanted)
        )


def set_rule(source: Engine, rule: SetTrendingRule) -> None:
    """Pin an article to the trending list, keep it out, or leave it to its readers; the latest word counts."""
    row = {
        "article_id": rule.article_id,
        "rule": rule.rule,
        "position": rule.position,
        "by": rule.by,
        "at": rule.at,
    }
    with write(source) as connection:
        # A word from the future was said by a clock that was ahead: it must not outlast what is said after it. Not by
        # this host's clock alone, which may be behind: of two words of one time the later stays.
        ahead = max(datetime.now(UTC), rule.at) + timedelta(seconds=CLOCK_SECONDS)
        connection.execute(delete(rules).where(rules.c.article_id == rule.article_id, rules.c.at > ahead))
        insert_newer(connection, rules, [row], key="article_id", version="at")
