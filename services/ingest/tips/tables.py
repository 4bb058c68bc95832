"""What readers have sent to the newsroom."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String, Table, Text, TypedColumns

from services.ingest.kit.tables import metadata
from shared.database import UtcDateTime
from shared.records import Record, Stored, column


class TipRow(Record):
    id: Stored[int] = column(Integer, primary_key=True)
    token: Stored[str] = column(String(64), unique=True)
    name: Stored[str] = column(String(200))
    contact: Stored[str] = column(String(300))
    text: Stored[str] = column(Text)
    photos: Stored[int] = column(Integer)  # as many were sent
    at: Stored[datetime] = column(UtcDateTime, index=True)
    status: Stored[str] = column(String(16))  # new, taken, dismissed
    decided_by: Stored[str] = column(String(200))
    decided_at: Stored[datetime | None] = column(UtcDateTime)
    article_id: Stored[int | None] = column(Integer, ForeignKey("articles.id"))  # what came of it
    plan_id: Stored[int | None] = column(Integer)  # a plan can be removed


class _TipColumns(TipRow, TypedColumns): ...


class _PhotoColumns(TypedColumns):  # rebuilt from their pixels; in the store of media only once a tip is taken over
    tip_id: Stored[int] = column(Integer, ForeignKey("tips.id", ondelete="CASCADE"), primary_key=True)
    place: Stored[int] = column(Integer, primary_key=True)
    type: Stored[str] = column(String(32))  # "" where no picture could be made of what was sent
    data: Stored[bytes] = column(LargeBinary)


tips = Table("tips", metadata, _TipColumns, Index("tips_by_status", "status", "id"), sqlite_autoincrement=True)
tip_photos = Table("tip_photos", metadata, _PhotoColumns)
