"""What stands in a person's inbox. Titles are those of now, and of what the person may still see."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Engine,
    Select,
    String,
    and_,
    cast,
    delete,
    false,
    func,
    literal,
    or_,
    select,
    update,
)

from services.ingest.articles.tables import articles
from services.ingest.inbox.tables import inbox_deliveries, inbox_entries
from services.ingest.kit import rows
from services.ingest.kit.actors import Account
from services.ingest.kit.errors import NotFound
from services.ingest.kit.rights import Action, may
from services.ingest.kit.visibility import seen_by
from services.ingest.planning.tables import plans
from services.ingest.sections.tables import sections
from services.ingest.tips.tables import tips
from shared.database import read, write

SHOWN = 50
_KEPT = timedelta(days=90)
# Not a word of it: notices leave the house by e-mail, and whoever confides in a paper does not mean that.
_TIP_TITLE = literal("Tin bạn đọc gửi, số ") + cast(tips.c.id, String)


def listed(engine: Engine, who: Account, *, unread: bool = False, before: int | None = None) -> list[Any]:
    """A person's entries, the newest first, one more than SHOWN where there are more; `before` is the last id above."""
    query = _entries(who).order_by(inbox_entries.c.id.desc()).limit(SHOWN + 1)
    if unread:
        query = query.where(inbox_entries.c.read_at.is_(None))
    if before is not None:
        query = query.where(inbox_entries.c.id < before)
    with read(engine) as connection:
        return list(connection.execute(query))


def some(engine: Engine, who: Account, ids: list[int]) -> list[Any]:
    """Those of these entries that the person sees, in their order."""
    with read(engine) as connection:
        return list(connection.execute(_entries(who).where(inbox_entries.c.id.in_(ids)).order_by(inbox_entries.c.id)))


def unread(engine: Engine, who: Account) -> int:
    """How many entries a person has not read."""
    mine = _entries(who).where(inbox_entries.c.read_at.is_(None)).subquery()
    with read(engine) as connection:
        return int(connection.execute(select(func.count()).select_from(mine)).scalar_one())


def marks(engine: Engine, user_ids: set[int]) -> dict[int, tuple[int, int]]:
    """What changes with each person's unread entries: how many there are, and the last of them."""
    query = (
        select(inbox_entries.c.user_id, func.count(), func.max(inbox_entries.c.id))
        .where(inbox_entries.c.user_id.in_(user_ids), inbox_entries.c.read_at.is_(None))
        .group_by(inbox_entries.c.user_id)
    )
    with read(engine) as connection:
        return {user_id: (number, last) for user_id, number, last in connection.execute(query)}


def one(engine: Engine, who: Account, entry_id: int) -> Any:
    """Raises NotFound."""
    found = some(engine, who, [entry_id])
    if not found:
        raise NotFound("Không có mục này.")
    return found[0]


def read_one(engine: Engine, who: Account, entry_id: int, now: datetime) -> None:
    """An entry is read from now on. Raises NotFound."""
    one(engine, who, entry_id)
    _read(engine, who.id, inbox_entries.c.id == entry_id, now)


def read_up_to(engine: Engine, who: Account, entry_id: int, now: datetime) -> None:
    """Mark what a person has been shown: what came since then stays unread."""
    _read(engine, who.id, inbox_entries.c.id <= entry_id, now)


def forget_old(engine: Engine, now: datetime) -> bool:
    """Entries of long ago, with what became of their deliveries; True when there may be more."""
    old = inbox_entries.c.at < now - _KEPT
    with write(engine) as connection:
        ids = select(inbox_entries.c.id).where(old).order_by(inbox_entries.c.id).limit(rows.STEP)
        found = list(connection.execute(ids).scalars())
        connection.execute(delete(inbox_deliveries).where(inbox_deliveries.c.entry_id.in_(found)))
        connection.execute(delete(inbox_entries).where(inbox_entries.c.id.in_(found)))
        return len(found) == rows.STEP


def _read(engine: Engine, user_id: int, which: ColumnElement[bool], now: datetime) -> None:
    mine = (inbox_entries.c.user_id == user_id) & inbox_entries.c.read_at.is_(None)
    with write(engine) as connection:
        connection.execute(update(inbox_entries).where(mine, which).values(read_at=now))


def _entries(who: Account) -> Select[Any]:
    seen = seen_by(who)
    is_out = and_(inbox_entries.c.kind == "published", articles.c.status == "published")
    article_seen = seen.where(articles.c.section_id, articles.c.created_by, is_out)
    plan_seen = seen.where(
        plans.c.section_id, plans.c.created_by, plans.c.section_id.is_(None), plans.c.assignee_id == who.id
    )
    columns = (
        inbox_entries,
        func.coalesce(articles.c.title, plans.c.title, _TIP_TITLE).label("title"),
        articles.c.slug,
        articles.c.section_id,
        articles.c.created_by,
        sections.c.slug.label("section_slug"),
        sections.c.name.label("section"),
        plans.c.day,
        plans.c.hour,
        plans.c.state,
        plans.c.assignee_id,
        plans.c.article_id.label("plan_article_id"),
        plans.c.note.label("plan_note"),
    )
    return (
        select(*columns)
        .outerjoin(articles, articles.c.id == inbox_entries.c.article_id)
        .outerjoin(plans, plans.c.id == inbox_entries.c.plan_id)
        .outerjoin(tips, tips.c.id == inbox_entries.c.tip_id)
        .outerjoin(sections, sections.c.id == func.coalesce(articles.c.section_id, plans.c.section_id))
        .where(inbox_entries.c.user_id == who.id)
        .where(
            or_(
                and_(articles.c.id.is_not(None), article_seen),
                and_(plans.c.id.is_not(None), plan_seen),
                tips.c.id.is_not(None) if may(who, Action.tips) else false(),
            )
        )
    )
