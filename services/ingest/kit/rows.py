"""Rows by their ids: one where there must be one, and some of those whose time is over."""

from sqlalchemy import ColumnElement, Delete, Engine, Table, delete, select

from services.ingest.kit.errors import NotFound
from shared.database import read
from shared.records import R, record

STEP = 500
"""What is deleted at a time: nobody waits long for such a transaction."""


def some(table: Table, *old: ColumnElement[bool]) -> Delete:
    """Deletes STEP rows for which `old` holds; fewer are the last."""
    key = table.primary_key.columns[0]
    return delete(table).where(key.in_(select(key).where(*old).limit(STEP)))


def one(engine: Engine, table: Table, kind: type[R], row_id: int, missing: str) -> R:
    """Raises NotFound with `missing`, in Vietnamese."""
    with read(engine) as connection:
        row = record(connection.execute(select(table).where(table.c.id == row_id)), kind)
    if row is None:
        raise NotFound(missing)
    return row
