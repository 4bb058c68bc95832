"""Ways of narrowing the list of articles that a person keeps under names of their own."""

from datetime import UTC, datetime

from sqlalchemy import Engine, delete, func, select

from services.ingest.articles.tables import SavedFilterRow, saved_filters
from services.ingest.kit.errors import Invalid, NotFound
from shared.database import read, upsert, write
from shared.records import records
from shared.vietnamese.text import sort_key

MAX_NAME, MOST = 40, 20


def keep(engine: Engine, user_id: int, name: str, fields: dict[str, str]) -> None:
    """Keep what a filter says; the same name again takes its place. Raises Invalid."""
    if not name or len(name) > MAX_NAME:
        raise Invalid.of("name", f"Bộ lọc cần tên, dài nhất {MAX_NAME} ký tự.")
    if not fields:
        raise Invalid.of("name", "Chưa lọc gì để giữ.")
    with write(engine) as connection:
        others = select(func.count()).where(saved_filters.c.user_id == user_id, saved_filters.c.name != name)
        if connection.execute(others).scalar_one() >= MOST:
            raise Invalid.of("name", f"Mỗi người giữ được {MOST} bộ lọc: hãy bỏ bớt.")
        row = {"user_id": user_id, "name": name, "fields": fields, "at": datetime.now(UTC)}
        statement = upsert(connection, saved_filters).values(row)
        mine = [saved_filters.c.user_id, saved_filters.c.name]
        connection.execute(
            statement.on_conflict_do_update(index_elements=mine, set_={"fields": fields, "at": row["at"]})
        )


def drop(engine: Engine, user_id: int, filter_id: int) -> None:
    """Raises NotFound, also for what is somebody else's."""
    mine = (saved_filters.c.id == filter_id) & (saved_filters.c.user_id == user_id)
    with write(engine) as connection:
        if not connection.execute(delete(saved_filters).where(mine)).rowcount:
            raise NotFound("Không có bộ lọc này.")


def listed(engine: Engine, user_id: int) -> list[SavedFilterRow]:
    """A person's, by name."""
    with read(engine) as connection:
        found = records(
            connection.execute(select(saved_filters).where(saved_filters.c.user_id == user_id)), SavedFilterRow
        )
    return sorted(found, key=lambda row: sort_key(row.name))
