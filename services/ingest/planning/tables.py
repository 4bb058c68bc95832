"""Stories to come."""

from datetime import date, datetime

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, Named, String, Table, Text, TypedColumns

from services.ingest.kit.tables import metadata
from shared.database import UtcDateTime


class PlanColumns(TypedColumns):  # stories that are planned
    id: Named[int] = Column(Integer, primary_key=True)
    version: Named[int] = Column(Integer)
    day: Named[date] = Column(Date)
    hour: Named[str] = Column(String(5))  # "17:30", or "" for any time of the day
    title: Named[str] = Column(Text)
    kind: Named[str] = Column(String(16))
    section_id: Named[int | None] = Column(Integer, ForeignKey("sections.id"))
    assignee: Named[str] = Column(String(200))  # as the calendar names them
    assignee_id: Named[int | None] = Column(Integer, index=True)  # their account; NULL: somebody without one, or nobody
    note: Named[str] = Column(Text)
    state: Named[str] = Column(String(16))  # planned, doing, done, dropped
    article_id: Named[int | None] = Column(Integer, ForeignKey("articles.id"))
    created_by: Named[str] = Column(String(200))
    updated_at: Named[datetime] = Column(UtcDateTime)


plans = Table("plans", metadata, PlanColumns, Index("plans_by_day", "day"))
