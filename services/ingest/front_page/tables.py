"""What leads the front page, and when."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, Named, String, Table, TypedColumns

from services.ingest.kit.tables import metadata
from shared.database import Json, UtcDateTime


class FrontPageColumns(TypedColumns):  # one row
    id: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    version: Named[int] = Column(BigInteger)
    pinned: Named[list[int]] = Column(Json)


class FrontPageSlotColumns(TypedColumns):  # what is to be pinned when; `front_page` holds what is pinned now
    id: Named[int] = Column(Integer, primary_key=True)
    article_id: Named[int] = Column(Integer, ForeignKey("articles.id"))
    position: Named[int] = Column(Integer)
    starts_at: Named[datetime | None] = Column(UtcDateTime)  # NULL: at once
    ends_at: Named[datetime | None] = Column(UtcDateTime)  # NULL: until somebody takes it away
    added_by: Named[str] = Column(String(200))
    added_at: Named[datetime] = Column(UtcDateTime)


front_page = Table("front_page", metadata, FrontPageColumns)
front_page_slots = Table("front_page_slots", metadata, FrontPageSlotColumns)
