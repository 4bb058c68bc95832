"""What leads the front page, and when."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Integer, String, Table, TypedColumns

from services.ingest.kit.tables import metadata
from shared.database import Json, UtcDateTime
from shared.records import Field, Record, column


class FrontPageColumns(TypedColumns):  # one row
    id: Field[int] = column(Integer, primary_key=True, autoincrement=False)
    version: Field[int] = column(BigInteger)
    pinned: Field[list[int]] = column(Json)


class FrontPageSlotRow(Record):  # what is to be pinned when; `front_page` holds what is pinned now
    id: Field[int] = column(Integer, primary_key=True)
    article_id: Field[int] = column(Integer, ForeignKey("articles.id"))
    position: Field[int] = column(Integer)
    starts_at: Field[datetime | None] = column(UtcDateTime)  # NULL: at once
    ends_at: Field[datetime | None] = column(UtcDateTime)  # NULL: until somebody takes it away
    added_by: Field[str] = column(String(200))
    added_at: Field[datetime] = column(UtcDateTime)


class FrontPageSlotColumns(FrontPageSlotRow, TypedColumns): ...


front_page = Table("front_page", metadata, FrontPageColumns)
front_page_slots = Table("front_page_slots", metadata, FrontPageSlotColumns)
