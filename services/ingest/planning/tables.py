"""Stories to come."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, String, Table, Text, TypedColumns

from services.ingest.kit.tables import metadata
from shared.database import UtcDateTime
from shared.records import Field, Record, column


class PlanRow(Record):  # stories that are planned
    id: Field[int] = column(Integer, primary_key=True)
    version: Field[int] = column(Integer)
    day: Field[date] = column(Date)
    hour: Field[str] = column(String(5))  # "17:30", or "" for any time of the day
    title: Field[str] = column(Text)
    kind: Field[str] = column(String(16))
    section_id: Field[int | None] = column(Integer, ForeignKey("sections.id"))
    assignee: Field[str] = column(String(200))  # as the calendar names them
    assignee_id: Field[int | None] = column(Integer, index=True)  # their account; NULL: somebody without one, or nobody
    note: Field[str] = column(Text)
    state: Field[str] = column(String(16))  # planned, doing, done, dropped
    article_id: Field[int | None] = column(Integer, ForeignKey("articles.id"))
    created_by: Field[str] = column(String(200))
    updated_at: Field[datetime] = column(UtcDateTime)


class PlanColumns(PlanRow, TypedColumns): ...


plans = Table("plans", metadata, PlanColumns, Index("plans_by_day", "day"))
