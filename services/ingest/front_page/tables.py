"""What leads the front page, and when."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Integer, String, Table, TypedColumns

from services.ingest.kit.tables import metadata
from shared.database import Json, UtcDateTime
from shared.records import Record, Stored, column


class _FrontPageColumns(TypedColumns):  # one row
    id: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    version: Stored[int] = column(BigInteger)
    pinned: Stored[list[int]] = column(Json)
    # What is told above every page, and until when.
    breaking: Stored[list[dict[str, Any]]] = column(Json, server_default="[]")
    # What leads the fronts of sections: slug -> article ids.
    sections: Stored[dict[str, list[int]]] = column(Json, server_default="{}")


class FrontPageSlotRow(Record):  # what is to be pinned when; `front_page` holds what is pinned now
    id: Stored[int] = column(Integer, primary_key=True)
    section: Stored[str] = column(String(120), server_default="")  # a slug, which never changes; "": the front page
    article_id: Stored[int] = column(Integer, ForeignKey("articles.id"))
    position: Stored[int] = column(Integer)
    starts_at: Stored[datetime | None] = column(UtcDateTime)  # NULL: at once
    ends_at: Stored[datetime | None] = column(UtcDateTime)  # NULL: until somebody takes it away
    breaking_until: Stored[datetime | None] = column(UtcDateTime)  # NULL: it is no breaking news
    added_by: Stored[str] = column(String(200))
    added_at: Stored[datetime] = column(UtcDateTime)


class _FrontPageSlotColumns(FrontPageSlotRow, TypedColumns): ...


front_page = Table("front_page", metadata, _FrontPageColumns)
front_page_slots = Table("front_page_slots", metadata, _FrontPageSlotColumns)
