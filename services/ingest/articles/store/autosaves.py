"""What somebody is writing and has not saved: kept on the server, one a person and article, until it is saved.

No version of the article is made; nobody else sees it.
"""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, delete, select, update
from sqlalchemy.exc import IntegrityError

from services.ingest.articles.store.revisions import rewritten_by_others
from services.ingest.articles.tables import AutosaveRow, articles, autosaves
from services.ingest.kit import rows
from services.ingest.kit.errors import Invalid, WrittenElsewhere
from services.ingest.kit.once import made
from services.ingest.kit.visibility import Seen
from shared.database import read, write
from shared.records import record, records

MAX_NEW = 50
_KEPT = timedelta(days=90)
_FIRST = 1_000_000_000


def keep(
    engine: Engine,
    user_id: int,
    key: str,
    fields: dict[str, Any],
    *,
    article_id: int | None,
    base_version: int | None,
    sequence: int,
    actor_name: str = "",
) -> int:
    """Keep the fields of the form as they are now; the new sequence, which the next call must bring.

    Raises WrittenElsewhere when the same person has written, saved or taken a step elsewhere since.
    """
    row = {"fields": fields, "base_version": base_version, "saved_at": datetime.now(UTC)}
    mine = _mine(user_id, key, article_id)
    with write(engine) as connection:
        if article_id is not None:
            _refuse_behind(connection, article_id, base_version, actor_name)
        elif made(connection, key, user_id) is not None:
            raise WrittenElsewhere
        require_sequence(connection, user_id, key, article_id, sequence)
        changed = update(autosaves).where(mine).values(**row, sequence=autosaves.c.sequence + 1)
        found = connection.execute(changed.returning(autosaves.c.sequence)).scalar()
        if found is not None:
            return int(found)
        if article_id is None:
            _refuse_too_many(connection, user_id)
        # Where a row's count begins nobody can know: what was counted in one that is gone fits no other.
        first = 1 + secrets.randbelow(_FIRST)
        new = row | {"key": key, "user_id": user_id, "article_id": article_id, "sequence": first}
        try:
            with connection.begin_nested():
                connection.execute(autosaves.insert(), new)
        except IntegrityError:
            raise WrittenElsewhere from None
    return first


def require_sequence(connection: Connection, user_id: int, key: str, article_id: int | None, sequence: int) -> None:
    """Raises WrittenElsewhere unless the row is where the asking window knows it to be; 0: there is none."""
    found = connection.execute(
        select(autosaves.c.sequence).where(_mine(user_id, key, article_id)).with_for_update()
    ).scalar()
    if (found or 0) != sequence:
        raise WrittenElsewhere


def sequence_of(engine: Engine, user_id: int, article_id: int) -> int:
    """How far a person's row of an article is, 0 where there is none."""
    with read(engine) as connection:
        found = connection.execute(select(autosaves.c.sequence).where(_mine(user_id, "", article_id))).scalar()
    return int(found or 0)


def settle(connection: Connection, user_id: int, key: str, article_id: int | None, sequence: int | None) -> None:
    """In the transaction that saves what was kept: forget it. Raises WrittenElsewhere when it has gone on
    since `sequence`."""
    if sequence is not None:
        require_sequence(connection, user_id, key, article_id, sequence)
    connection.execute(delete(autosaves).where(_mine(user_id, key, article_id)))


def of_article(engine: Engine, user_id: int, article_id: int) -> AutosaveRow | None:
    """The row of what a person has written on an article, or None."""
    return _one(engine, (autosaves.c.user_id == user_id) & (autosaves.c.article_id == article_id))


def of_key(engine: Engine, user_id: int, key: str) -> AutosaveRow | None:
    """The same by its key: for an article that was never saved."""
    return _one(engine, (autosaves.c.user_id == user_id) & (autosaves.c.key == key))


def made_of_key(engine: Engine, user_id: int, key: str) -> int | None:
    """The article that a person has made of a new article's form."""
    row = of_key(engine, user_id, key)
    if row is not None and row.article_id is not None:
        return row.article_id
    with read(engine) as connection:
        return made(connection, key, user_id)


class ListedAutosave(AutosaveRow):
    article_title: str | None


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
        rows = records(connection.execute(query), ListedAutosave)
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


def is_key(text: str) -> bool:
    return text.isascii() and text.isalnum() and 16 <= len(text) <= 40


def new_key() -> str:
    return secrets.token_hex(16)


def _mine(user_id: int, key: str, article_id: int | None) -> ColumnElement[bool]:
    """One a person and article; of a new article one a key."""
    which = autosaves.c.key == key if article_id is None else autosaves.c.article_id == article_id
    return which & (autosaves.c.user_id == user_id)


def _refuse_behind(connection: Connection, article_id: int, base_version: int | None, actor_name: str) -> None:
    """Under the article's lock, so that nothing is kept beside a version that is being saved."""
    locked = select(articles.c.version).where(articles.c.id == article_id).with_for_update()
    now = connection.execute(locked).scalar_one()
    if now != base_version and not rewritten_by_others(connection, article_id, base_version, actor_name):
        raise WrittenElsewhere


def _one(engine: Engine, which: ColumnElement[bool]) -> AutosaveRow | None:
    with read(engine) as connection:
        return record(connection.execute(select(autosaves).where(which)), AutosaveRow)


def _refuse_too_many(connection: Connection, user_id: int) -> None:
    new = select(autosaves.c.key).where(autosaves.c.user_id == user_id, autosaves.c.article_id.is_(None))
    if len(connection.execute(new.limit(MAX_NEW)).all()) >= MAX_NEW:
        raise Invalid.of("", f"Bạn có {MAX_NEW} bài mới chưa lưu; hãy lưu hoặc bỏ bớt.")
