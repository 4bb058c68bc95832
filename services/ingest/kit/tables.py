"""What every feature writes beside its own rows: the audit log, events on their way out, letters that failed.

`audit` is append-only: a trigger (migrations) refuses to change or delete its rows."""

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table, Text

from shared.database import Json, UtcDateTime
from shared.deadletter import dead_letter_table
from shared.outbox import outbox_table

metadata = MetaData()
audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("detail", Json, nullable=False),
    Column("hash", String(64), nullable=False),  # of this row and the hash before it
    Index("audit_by_subject", "subject", "id"),
)
generations = Table(
    "generations",  # lives of this store, see kit/generation.py; the last one speaks
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("reason", Text, nullable=False),
    Column("timeline", Text, nullable=False),  # PostgreSQL's, when it began; "" for SQLite
)
made_things = Table(
    "made_things",  # what was made under the key of a form, see kit/once.py
    metadata,
    Column("key", String(40), primary_key=True),
    Column("user_id", Integer, nullable=False),
    Column("made_id", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
)
outbox = outbox_table(metadata)
dead_letters = dead_letter_table(metadata)
