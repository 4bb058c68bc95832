"""What each person is told, how they want to be told, and what is on its way to them."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    TypedColumns,
    UniqueConstraint,
    text,
)

from services.ingest.kit.tables import metadata
from shared.database import Json, UtcDateTime
from shared.records import Record, Stored, column

_BIG_ID = BigInteger().with_variant(Integer, "sqlite")


class EntryRow(Record):
    id: Stored[int] = column(_BIG_ID, primary_key=True)
    user_id: Stored[int] = column(Integer, ForeignKey("users.id"))
    event: Stored[str] = column(String(80))  # what happened, so that nobody is told of it twice
    kind: Stored[str] = column(String(16))  # rules.KINDS
    actor: Stored[str] = column(String(200))  # who did it; "" for the clock
    article_id: Stored[int | None] = column(Integer, ForeignKey("articles.id"))
    plan_id: Stored[int | None] = column(Integer)  # a plan can be removed: nobody sees its entries then
    tip_id: Stored[int | None] = column(Integer)  # a tip is deleted in time
    note: Stored[str] = column(Text)  # what was said
    at: Stored[datetime] = column(UtcDateTime)
    read_at: Stored[datetime | None] = column(UtcDateTime)


class _EntryColumns(EntryRow, TypedColumns): ...


class _CursorColumns(TypedColumns):  # up to which entry of the audit log people have been told
    id: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    audit_id: Stored[int] = column(BigInteger)


class ChoiceRow(Record):
    user_id: Stored[int] = column(Integer, ForeignKey("users.id"), primary_key=True, autoincrement=False)
    mail: Stored[list[str]] = column(Json)  # the kinds that are sent by e-mail
    push: Stored[list[str]] = column(Json)  # the kinds that browsers show
    quiet_from: Stored[str] = column(String(5))  # "22:00" of Vietnam's clock; both "" for no quiet hours
    quiet_until: Stored[str] = column(String(5))
    refusal: Stored[str] = column(Text)  # what a mail server said when it refused the address; "" for nothing
    refused_address: Stored[str] = column(String(254))


class _ChoiceColumns(ChoiceRow, TypedColumns): ...  # of who has chosen; the others have rules.DEFAULT


class DeliveryRow(Record):
    entry_id: Stored[int] = column(_BIG_ID, ForeignKey("inbox_entries.id"), primary_key=True, autoincrement=False)
    channel: Stored[str] = column(String(16), primary_key=True)  # mail, or push:ID of a browser
    state: Stored[str] = column(String(16))  # store.deliveries.DeliveryState
    tries: Stored[int] = column(Integer)
    next_at: Stored[datetime] = column(UtcDateTime)
    due_at: Stored[datetime | None] = column(UtcDateTime)  # since when it is to be on its way
    error: Stored[str] = column(Text)
    ended_at: Stored[datetime | None] = column(UtcDateTime)


class _DeliveryColumns(DeliveryRow, TypedColumns): ...


class BrowserRow(Record):
    id: Stored[int] = column(Integer, primary_key=True)
    user_id: Stored[int] = column(Integer, ForeignKey("users.id"))
    endpoint: Stored[str] = column(String(1000))  # address at the push service of the browser's maker
    browser_key: Stored[str] = column(String(100))  # what messages are encrypted for
    auth: Stored[str] = column(String(40))
    house_key: Stored[str] = column(String(100))  # whose signature its push service believes
    name: Stored[str] = column(String(80))
    made_at: Stored[datetime] = column(UtcDateTime)
    heard_at: Stored[datetime] = column(UtcDateTime)  # when its push service took something last


class _BrowserColumns(BrowserRow, TypedColumns): ...


_UNREAD = text("read_at IS NULL")
inbox_entries = Table(
    "inbox_entries",
    metadata,
    _EntryColumns,
    UniqueConstraint("user_id", "event", name="inbox_entries_once"),
    Index("inbox_entries_by_user", "user_id", "id"),
    Index("inbox_entries_by_time", "at"),
    Index("inbox_entries_unread", "user_id", sqlite_where=_UNREAD, postgresql_where=_UNREAD),
)
inbox_cursor = Table("inbox_cursor", metadata, _CursorColumns)
inbox_choices = Table("inbox_choices", metadata, _ChoiceColumns)
inbox_deliveries = Table(
    "inbox_deliveries", metadata, _DeliveryColumns, Index("inbox_deliveries_due", "state", "next_at")
)
inbox_browsers = Table(
    "inbox_browsers",
    metadata,
    _BrowserColumns,
    UniqueConstraint("endpoint", name="inbox_browsers_once"),
    Index("inbox_browsers_by_user", "user_id"),
)
