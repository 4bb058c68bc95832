"""What every feature writes beside its own rows: the audit log, events on their way out, letters that failed.

`audit` is append-only: a trigger (migrations) refuses to change or delete its rows."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, MetaData, String, Table, Text, TypedColumns

from shared.database import Json, UtcDateTime
from shared.deadletter import dead_letter_table
from shared.outbox import outbox_table
from shared.records import Field, Record, column

metadata = MetaData()


class AuditRow(Record):
    id: Field[int] = column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at: Field[datetime] = column(UtcDateTime)
    actor: Field[str] = column(String(200))
    action: Field[str] = column(String(64))
    subject: Field[str] = column(String(200))
    detail: Field[dict[str, Any]] = column(Json)
    hash: Field[str] = column(String(64))  # of this row and the hash before it


class AuditColumns(AuditRow, TypedColumns): ...


class GenerationColumns(TypedColumns):  # lives of this store, see kit/generation.py; the last one speaks
    number: Field[int] = column(BigInteger, primary_key=True, autoincrement=False)
    at: Field[datetime] = column(UtcDateTime)
    reason: Field[str] = column(Text)
    timeline: Field[str] = column(Text)  # PostgreSQL's, when it began; "" for SQLite


class MadeThingColumns(TypedColumns):  # what was made under the key of a form, see kit/once.py
    key: Field[str] = column(String(40), primary_key=True)
    user_id: Field[int] = column(Integer)
    made_id: Field[int] = column(Integer)
    at: Field[datetime] = column(UtcDateTime, index=True)


audit = Table("audit", metadata, AuditColumns, Index("audit_by_subject", "subject", "id"))
generations = Table("generations", metadata, GenerationColumns)
made_things = Table("made_things", metadata, MadeThingColumns)
outbox = outbox_table(metadata)
dead_letters = dead_letter_table(metadata)
