"""Rates, adjustments, and months as they were approved."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
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


class RoyaltyRateColumns(TypedColumns):  # what a work of this kind pays for this role, from a month on
    id: Named[int] = Column(Integer, primary_key=True)
    kind: Named[str] = Column(String(16))
    role: Named[str] = Column(String(50))  # folded, "" for the text itself
    from_month: Named[str] = Column(String(7))  # "2026-11"
    amount: Named[int] = Column(BigInteger)  # đồng
    per_picture: Named[bool] = Column(Boolean)  # that much for each picture of the work


class RoyaltyAdjustmentColumns(TypedColumns):
    id: Named[int] = Column(Integer, primary_key=True)
    month: Named[str] = Column(String(7), index=True)
    author_slug: Named[str] = Column(String(200))
    author_name: Named[str] = Column(String(200))
    article_id: Named[int | None] = Column(Integer)
    amount: Named[int] = Column(BigInteger)  # đồng, may be negative
    reason: Named[str] = Column(Text)
    by: Named[str] = Column(String(200))
    at: Named[datetime] = Column(UtcDateTime)


class RoyaltySheetColumns(TypedColumns):  # approved months, as they were approved
    month: Named[str] = Column(String(7), primary_key=True)
    lines: Named[list[dict[str, Any]]] = Column(Json)
    total: Named[int] = Column(BigInteger)
    approved_by: Named[str] = Column(String(200))
    approved_at: Named[datetime] = Column(UtcDateTime)


class RoyaltyPayeeColumns(TypedColumns):  # of the release before: now people have pen names (services/ingest/authors)
    author_slug: Named[str] = Column(String(200), primary_key=True)
    account_id: Named[int] = Column(Integer, ForeignKey("users.id"), index=True)
    by: Named[str] = Column(String(200))
    at: Named[datetime] = Column(UtcDateTime)


royalty_rates = Table(
    "royalty_rates",
    metadata,
    RoyaltyRateColumns,
    UniqueConstraint("kind", "role", "from_month", name="royalty_rates_once"),
)
royalty_adjustments = Table("royalty_adjustments", metadata, RoyaltyAdjustmentColumns)
royalty_sheets = Table("royalty_sheets", metadata, RoyaltySheetColumns)
royalty_payees = Table("royalty_payees", metadata, RoyaltyPayeeColumns)
