"""A row by its id, where there must be one."""

from typing import Any

from sqlalchemy import Engine, Table, select

from services.ingest.kit.errors import NotFound
from shared.database import read


def one(engine: Engine, table: Table, row_id: int, missing: str) -> Any:
    """Raises NotFound with `missing`, in Vietnamese."""
    with read(engine) as connection:
        row = connection.execute(select(table).where(table.c.id == row_id)).first()
    if row is None:
        raise NotFound(missing)
    return row
