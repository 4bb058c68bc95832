"""Endpoints outside, and what each is still to be told."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Named,
    String,
    Table,
    Text,
    TypedColumns,
    UniqueConstraint,
)

from services.ingest.kit.tables import metadata
from shared.database import Json, UtcDateTime

_BIG_ID = BigInteger().with_variant(Integer, "sqlite")


class WebhookColumns(TypedColumns):
    id: Named[int] = Column(Integer, primary_key=True)
    name: Named[str] = Column(String(200))
    url: Named[str] = Column(Text)
    secret: Named[str] = Column(String(100))
    kinds: Named[list[str]] = Column(Json)
    enabled: Named[bool] = Column(Boolean)
    disabled_reason: Named[str] = Column(Text)
    failures: Named[int] = Column(Integer)  # tries one after another, up to now
    tried_at: Named[datetime | None] = Column(UtcDateTime)
    ok_at: Named[datetime | None] = Column(UtcDateTime)
    created_by: Named[str] = Column(String(200))
    created_at: Named[datetime] = Column(UtcDateTime)


class WebhookDeliveryColumns(TypedColumns):
    id: Named[int] = Column(_BIG_ID, primary_key=True)
    webhook_id: Named[int] = Column(Integer, ForeignKey("webhooks.id"))
    event_id: Named[str] = Column(String(64))
    kind: Named[str] = Column(String(32))
    article_id: Named[int] = Column(Integer)
    version: Named[int] = Column(BigInteger)
    state: Named[str] = Column(String(16))  # waiting, sent, given_up
    tries: Named[int] = Column(Integer)
    next_at: Named[datetime] = Column(UtcDateTime)
    answer: Named[int | None] = Column(Integer)  # HTTP status of the last try
    error: Named[str] = Column(Text)
    created_at: Named[datetime] = Column(UtcDateTime)
    sent_at: Named[datetime | None] = Column(UtcDateTime)


class WebhookCursorColumns(TypedColumns):  # read by the release before this one alone, while a house is updated
    id: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    audit_id: Named[int] = Column(BigInteger)


webhooks = Table("webhooks", metadata, WebhookColumns)
webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    WebhookDeliveryColumns,
    UniqueConstraint("webhook_id", "event_id", name="webhook_deliveries_once"),
    Index("webhook_deliveries_due", "state", "next_at"),
)
webhook_cursor = Table("webhook_cursor", metadata, WebhookCursorColumns)
