"""What every feature writes beside its own rows: the audit log, events on their way out, letters that failed.

`audit` is append-only: a trigger (migrations) refuses to change or delete its rows."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, MetaData, String, Table, Text, TypedColumns

from shared.database import Json, UtcDateTime
from shared.deadletter import dead_letter_table
from shared.outbox import outbox_table
from shared.records import Record, Stored, column

metadata = MetaData()


class AuditRow(Record):
    id: Stored[int] = column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at: Stored[datetime] = column(UtcDateTime)
    actor: Stored[str] = column(String(200))
    action: Stored[str] = column(String(64))
    subject: Stored[str] = column(String(200))
    detail: Stored[dict[str, Any]] = column(Json)
    hash: Stored[str] = column(String(64))  # of this row and the hash before it


class _AuditColumns(AuditRow, TypedColumns): ...


class _GenerationColumns(TypedColumns):  # lives of this store, see kit/generation.py; the last one speaks
    number: Stored[int] = column(BigInteger, primary_key=True, autoincrement=False)
    at: Stored[datetime] = column(UtcDateTime)
    reason: Stored[str] = column(Text)
    timeline: Stored[str] = column(Text)  # PostgreSQL's, when it began; "" for SQLite


class _MadeThingColumns(TypedColumns):  # what was made under the key of a form, see kit/once.py
    key: Stored[str] = column(String(40), primary_key=True)
    user_id: Stored[int] = column(Integer)
    made_id: Stored[int] = column(Integer)
    at: Stored[datetime] = column(UtcDateTime, index=True)


audit = Table("audit", metadata, _AuditColumns, Index("audit_by_subject", "subject", "id"))
generations = Table("generations", metadata, _GenerationColumns)
made_things = Table("made_things", metadata, _MadeThingColumns)
outbox = outbox_table(metadata)
dead_letters = dead_letter_table(metadata)
