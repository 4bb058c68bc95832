"""Rates, adjustments, and months as they were approved."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ForeignKey,
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


class RoyaltyRateRow(Record):  # what a work of this kind pays for this role, from a month on
    id: Stored[int] = column(Integer, primary_key=True)
    kind: Stored[str] = column(String(16))
    role: Stored[str] = column(String(50))  # folded, "" for the text itself
    from_month: Stored[str] = column(String(7))  # "2026-11"
    amount: Stored[int] = column(BigInteger)  # đồng
    per_picture: Stored[bool] = column(Boolean)  # that much for each picture of the work


class _RoyaltyRateColumns(RoyaltyRateRow, TypedColumns): ...


class RoyaltyAdjustmentRow(Record):
    id: Stored[int] = column(Integer, primary_key=True)
    month: Stored[str] = column(String(7), index=True)
    author_slug: Stored[str] = column(String(200))
    author_name: Stored[str] = column(String(200))
    article_id: Stored[int | None] = column(Integer)
    amount: Stored[int] = column(BigInteger)  # đồng, may be negative
    reason: Stored[str] = column(Text)
    by: Stored[str] = column(String(200))
    at: Stored[datetime] = column(UtcDateTime)


class _RoyaltyAdjustmentColumns(RoyaltyAdjustmentRow, TypedColumns): ...


class RoyaltySheetRow(Record):  # approved months, as they were approved
    month: Stored[str] = column(String(7), primary_key=True)
    lines: Stored[list[dict[str, Any]]] = column(Json)
    total: Stored[int] = column(BigInteger)
    approved_by: Stored[str] = column(String(200))
    approved_at: Stored[datetime] = column(UtcDateTime)


class _RoyaltySheetColumns(RoyaltySheetRow, TypedColumns): ...


class _RoyaltyPayeeColumns(TypedColumns):  # of the release before: now people have pen names (services/ingest/authors)
    author_slug: Stored[str] = column(String(200), primary_key=True)
    account_id: Stored[int] = column(Integer, ForeignKey("users.id"), index=True)
    by: Stored[str] = column(String(200))
    at: Stored[datetime] = column(UtcDateTime)


royalty_rates = Table(
    "royalty_rates",
    metadata,
    _RoyaltyRateColumns,
    UniqueConstraint("kind", "role", "from_month", name="royalty_rates_once"),
)
royalty_adjustments = Table("royalty_adjustments", metadata, _RoyaltyAdjustmentColumns)
royalty_sheets = Table("royalty_sheets", metadata, _RoyaltySheetColumns)
royalty_payees = Table("royalty_payees", metadata, _RoyaltyPayeeColumns)
