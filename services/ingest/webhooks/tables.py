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
from shared.records import Field, Record, column

_BIG_ID = BigInteger().with_variant(Integer, "sqlite")


class WebhookRow(Record):
    id: Field[int] = column(Integer, primary_key=True)
    name: Field[str] = column(String(200))
    url: Field[str] = column(Text)
    secret: Field[str] = column(String(100))
    kinds: Field[list[str]] = column(Json)
    enabled: Field[bool] = column(Boolean)
    disabled_reason: Field[str] = column(Text)
    failures: Field[int] = column(Integer)  # tries one after another, up to now
    tried_at: Field[datetime | None] = column(UtcDateTime)
    ok_at: Field[datetime | None] = column(UtcDateTime)
    created_by: Field[str] = column(String(200))
    created_at: Field[datetime] = column(UtcDateTime)


class WebhookColumns(WebhookRow, TypedColumns): ...


class WebhookDeliveryRow(Record):
    id: Field[int] = column(_BIG_ID, primary_key=True)
    webhook_id: Field[int] = column(Integer, ForeignKey("webhooks.id"))
    event_id: Field[str] = column(String(64))
    kind: Field[str] = column(String(32))
    article_id: Field[int] = column(Integer)
    version: Field[int] = column(BigInteger)
    state: Field[str] = column(String(16))  # waiting, sent, given_up
    tries: Field[int] = column(Integer)
    next_at: Field[datetime] = column(UtcDateTime)
    answer: Field[int | None] = column(Integer)  # HTTP status of the last try
    error: Field[str] = column(Text)
    created_at: Field[datetime] = column(UtcDateTime)
    sent_at: Field[datetime | None] = column(UtcDateTime)


class WebhookDeliveryColumns(WebhookDeliveryRow, TypedColumns): ...


class WebhookCursorColumns(TypedColumns):  # read by the release before this one alone, while a house is updated
    id: Field[int] = column(Integer, primary_key=True, autoincrement=False)
    audit_id: Field[int] = column(BigInteger)


webhooks = Table("webhooks", metadata, WebhookColumns)
webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    WebhookDeliveryColumns,
    UniqueConstraint("webhook_id", "event_id", name="webhook_deliveries_once"),
    Index("webhook_deliveries_due", "state", "next_at"),
)
webhook_cursor = Table("webhook_cursor", metadata, WebhookCursorColumns)
