"""What entries say: for the desk and programs, and for the relay."""

from typing import Any

from sqlalchemy import Connection, Engine, select

from services.ingest.articles.byline import parse
from services.ingest.kit.errors import NotFound
from services.ingest.live_coverage.store.entries import shown
from services.ingest.live_coverage.tables import LiveEntryRow, live_entries
from shared.contracts.articles import Image
from shared.contracts.events import Event, LiveEntryPublished, LiveEntryWithdrawn
from shared.database import read
from shared.records import record, records

_BY_STATUS: dict[str, type[Event]] = {"published": LiveEntryPublished, "withdrawn": LiveEntryWithdrawn}


def listed(engine: Engine, article_id: int) -> list[dict[str, Any]]:
    """All entries of an article, the newest first."""
    query = select(live_entries).where(live_entries.c.article_id == article_id).order_by(live_entries.c.id.desc())
    with read(engine) as connection:
        return [shown(row) for row in records(connection.execute(query), LiveEntryRow)]


def one(engine: Engine, article_id: int, entry_id: int) -> dict[str, Any]:
    """An entry of an article. Raises NotFound."""
    query = select(live_entries).where(live_entries.c.id == entry_id, live_entries.c.article_id == article_id)
    with read(engine) as connection:
        row = record(connection.execute(query), LiveEntryRow)
    if row is None:
        raise NotFound("Không có cập nhật này.")
    return shown(row)


def payloads(connection: Connection, kind: type[Event], ids: list[int]) -> dict[int, Event | None]:
    """The entries' events as they are now, by id; None where an entry is something else by now."""
    rows = records(connection.execute(select(live_entries).where(live_entries.c.id.in_(ids))), LiveEntryRow)
    return {row.id: _event(row) if _BY_STATUS.get(row.status) is kind else None for row in rows}


def _event(row: LiveEntryRow) -> Event:
    if row.status == "withdrawn":
        return LiveEntryWithdrawn(id=row.id, version=row.version, article_id=row.article_id)
    assert row.published_at is not None, "it is public"
    return LiveEntryPublished(
        id=row.id,
        version=row.version,
        article_id=row.article_id,
        title=row.title,
        body=row.body,
        byline=row.byline,
        authors=parse(row.byline),
        images=tuple(Image(**image) for image in row.images),
        pinned=row.pinned,
        key_event=row.key_event,
        correction=row.correction,
        at=row.published_at,
        updated_at=row.updated_at,
    )
