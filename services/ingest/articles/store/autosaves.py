"""What somebody is writing and has not saved: kept on the server, one a person and article, until it is saved.

No version of the article is made; nobody else sees it.
"""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, delete, select, update
from sqlalchemy.exc import IntegrityError

from services.ingest.articles.tables import articles, autosaves
from services.ingest.kit import rows
from services.ingest.kit.errors import Conflict, Invalid
from services.ingest.kit.visibility import Seen
from shared.database import read, write

MAX_NEW = 50
_KEPT = timedelta(days=90)


def keep(
    engine: Engine,
    user_id: int,
    key: str,
    fields: dict[str, Any],
    *,
    article_id: int | None,
    base_version: int | None,
    sequence: int,
) -> int:
    """Keep the fields of the form as they are now; the new sequence, which the next call must bring.

    Raises Conflict when another window of the same person has written meanwhile.
    """
    row = {"fields": fields, "base_version": base_version, "saved_at": datetime.now(UTC), "sequence": sequence + 1}
    mine = (autosaves.c.key == key) & (autosaves.c.user_id == user_id)
    with write(engine) as connection:
        changed = update(autosaves).where(mine, autosaves.c.sequence == sequence).values(**row)
        if connection.execute(changed).rowcount:
            return sequence + 1
        if sequence or connection.execute(select(autosaves.c.key).where(autosaves.c.key == key)).first() is not None:
            raise Conflict("Bài này đang được bạn sửa ở một cửa sổ hoặc máy khác.")
        if article_id is None:
            _refuse_too_many(connection, user_id)
        new = row | {"key": key, "user_id": user_id, "article_id": article_id}
        try:
            with connection.begin_nested():
                connection.execute(autosaves.insert(), new)
        except IntegrityError:
            raise Conflict("Bài này đang được bạn sửa ở một cửa sổ hoặc máy khác.") from None
    return 1


def of_article(engine: Engine, user_id: int, article_id: int) -> Any:
    """The row of what a person has written on an article, or None."""
    return _one(engine, (autosaves.c.user_id == user_id) & (autosaves.c.article_id == article_id))


def of_key(engine: Engine, user_id: int, key: str) -> Any:
    """The same by its key: for an article that was never saved."""
    return _one(engine, (autosaves.c.user_id == user_id) & (autosaves.c.key == key))


def listed(engine: Engine, user_id: int, seen: Seen) -> list[dict[str, Any]]:
    """All that a person has not saved, the newest first: {"key", "article_id", "title", "saved_at"}."""
    mine = seen.where(articles.c.section_id, articles.c.created_by)
    query = (
        select(autosaves, articles.c.title.label("article_title"))
        .outerjoin(articles, (articles.c.id == autosaves.c.article_id) & mine)
        .where(autosaves.c.user_id == user_id)
        .order_by(autosaves.c.saved_at.desc())
    )
    with read(engine) as connection:
        rows = connection.execute(query).all()
    return [
        {
            "key": row.key,
            "article_id": row.article_id,
            "title": row.fields.get("title") or row.article_title or "",
            "saved_at": row.saved_at,
        }
        for row in rows
    ]


def drop(engine: Engine, user_id: int, *, key: str = "", article_id: int | None = None) -> None:
    """Forget it: it was saved, or its writer does not want it."""
    which = autosaves.c.key == key if key else autosaves.c.article_id == article_id
    with write(engine) as connection:
        connection.execute(delete(autosaves).where(which, autosaves.c.user_id == user_id))


def forget_abandoned(engine: Engine, now: datetime) -> bool:
    """What nobody has gone on with for long; True when there may be more."""
    with write(engine) as connection:
        return connection.execute(rows.some(autosaves, autosaves.c.saved_at < now - _KEPT)).rowcount == rows.STEP


def new_key() -> str:
    return secrets.token_hex(16)


def _one(engine: Engine, which: Any) -> Any:
    with read(engine) as connection:
        return connection.execute(select(autosaves).where(which)).first()


def _refuse_too_many(connection: Any, user_id: int) -> None:
    new = select(autosaves.c.key).where(autosaves.c.user_id == user_id, autosaves.c.article_id.is_(None))
    if len(connection.execute(new.limit(MAX_NEW)).all()) >= MAX_NEW:
        raise Invalid.of("", f"Bạn có {MAX_NEW} bài mới chưa lưu; hãy lưu hoặc bỏ bớt.")
