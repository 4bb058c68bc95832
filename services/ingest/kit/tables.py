"""What every feature writes beside its own rows: the audit log, events on their way out, letters that failed.

`audit` is append-only: a trigger (migrations) refuses to change or delete its rows."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Named, String, Table, Text, TypedColumns

from shared.database import Json, UtcDateTime
from shared.deadletter import dead_letter_table
from shared.outbox import outbox_table

metadata = MetaData()


class AuditColumns(TypedColumns):
    id: Named[int] = Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at: Named[datetime] = Column(UtcDateTime)
    actor: Named[str] = Column(String(200))
    action: Named[str] = Column(String(64))
    subject: Named[str] = Column(String(200))
    detail: Named[dict[str, Any]] = Column(Json)
    hash: Named[str] = Column(String(64))  # of this row and the hash before it


class GenerationColumns(TypedColumns):  # lives of this store, see kit/generation.py; the last one speaks
    number: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    at: Named[datetime] = Column(UtcDateTime)
    reason: Named[str] = Column(Text)
    timeline: Named[str] = Column(Text)  # PostgreSQL's, when it began; "" for SQLite


class MadeThingColumns(TypedColumns):  # what was made under the key of a form, see kit/once.py
    key: Named[str] = Column(String(40), primary_key=True)
    user_id: Named[int] = Column(Integer)
    made_id: Named[int] = Column(Integer)
    at: Named[datetime] = Column(UtcDateTime, index=True)


audit = Table("audit", metadata, AuditColumns, Index("audit_by_subject", "subject", "id"))
generations = Table("generations", metadata, GenerationColumns)
made_things = Table("made_things", metadata, MadeThingColumns)
outbox = outbox_table(metadata)
dead_letters = dead_letter_table(metadata)
