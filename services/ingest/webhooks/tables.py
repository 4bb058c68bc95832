"""Endpoints outside, and what each is still to be told."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    TypedColumns,
    UniqueConstraint,
)

from services.ingest.kit.tables import metadata
from shared.database import Json, UtcDateTime
from shared.records import Record, Stored, column

_BIG_ID = BigInteger().with_variant(Integer, "sqlite")


class WebhookRow(Record):
    id: Stored[int] = column(Integer, primary_key=True)
    name: Stored[str] = column(String(200))
    url: Stored[str] = column(Text)
    secret: Stored[str] = column(String(100))
    kinds: Stored[list[str]] = column(Json)
    enabled: Stored[bool] = column(Boolean)
    disabled_reason: Stored[str] = column(Text)
    failures: Stored[int] = column(Integer)  # tries one after another, up to now
    tried_at: Stored[datetime | None] = column(UtcDateTime)
    ok_at: Stored[datetime | None] = column(UtcDateTime)
    created_by: Stored[str] = column(String(200))
    created_at: Stored[datetime] = column(UtcDateTime)


class _WebhookColumns(WebhookRow, TypedColumns): ...


class WebhookDeliveryRow(Record):
    id: Stored[int] = column(_BIG_ID, primary_key=True)
    webhook_id: Stored[int] = column(Integer, ForeignKey("webhooks.id"))
    event_id: Stored[str] = column(String(64))
    kind: Stored[str] = column(String(32))
    article_id: Stored[int] = column(Integer)
    version: Stored[int] = column(BigInteger)
    state: Stored[str] = column(String(16))  # waiting, sent, given_up
    tries: Stored[int] = column(Integer)
    next_at: Stored[datetime] = column(UtcDateTime)
    answer: Stored[int | None] = column(Integer)  # HTTP status of the last try
    error: Stored[str] = column(Text)
    created_at: Stored[datetime] = column(UtcDateTime)
    sent_at: Stored[datetime | None] = column(UtcDateTime)


class _WebhookDeliveryColumns(WebhookDeliveryRow, TypedColumns): ...


class _WebhookCursorColumns(TypedColumns):  # read by the release before this one alone, while a house is updated
    id: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    audit_id: Stored[int] = column(BigInteger)


webhooks = Table("webhooks", metadata, _WebhookColumns)
webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    _WebhookDeliveryColumns,
    UniqueConstraint("webhook_id", "event_id", name="webhook_deliveries_once"),
    Index("webhook_deliveries_due", "state", "next_at"),
)
webhook_cursor = Table("webhook_cursor", metadata, _WebhookCursorColumns)
