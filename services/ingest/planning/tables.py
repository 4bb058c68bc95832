"""Stories to come."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, String, Table, Text, TypedColumns

from services.ingest.kit.tables import metadata
from shared.database import UtcDateTime
from shared.records import Record, Stored, column


class PlanRow(Record):  # stories that are planned
    id: Stored[int] = column(Integer, primary_key=True)
    version: Stored[int] = column(Integer)
    day: Stored[date] = column(Date)
    hour: Stored[str] = column(String(5))  # "17:30", or "" for any time of the day
    title: Stored[str] = column(Text)
    kind: Stored[str] = column(String(16))
    section_id: Stored[int | None] = column(Integer, ForeignKey("sections.id"))
    assignee: Stored[str] = column(String(200))  # as the calendar names them
    assignee_id: Stored[int | None] = column(
        Integer, index=True
    )  # their account; NULL: somebody without one, or nobody
    note: Stored[str] = column(Text)
    state: Stored[str] = column(String(16))  # planned, doing, done, dropped
    article_id: Stored[int | None] = column(Integer, ForeignKey("articles.id"))
    created_by: Stored[str] = column(String(200))
    updated_at: Stored[datetime] = column(UtcDateTime)


class _PlanColumns(PlanRow, TypedColumns): ...


plans = Table("plans", metadata, _PlanColumns, Index("plans_by_day", "day"))
