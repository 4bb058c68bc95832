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
from shared.records import Field, Record, column


class RoyaltyRateRow(Record):  # what a work of this kind pays for this role, from a month on
    id: Field[int] = column(Integer, primary_key=True)
    kind: Field[str] = column(String(16))
    role: Field[str] = column(String(50))  # folded, "" for the text itself
    from_month: Field[str] = column(String(7))  # "2026-11"
    amount: Field[int] = column(BigInteger)  # đồng
    per_picture: Field[bool] = column(Boolean)  # that much for each picture of the work


class RoyaltyRateColumns(RoyaltyRateRow, TypedColumns): ...


class RoyaltyAdjustmentRow(Record):
    id: Field[int] = column(Integer, primary_key=True)
    month: Field[str] = column(String(7), index=True)
    author_slug: Field[str] = column(String(200))
    author_name: Field[str] = column(String(200))
    article_id: Field[int | None] = column(Integer)
    amount: Field[int] = column(BigInteger)  # đồng, may be negative
    reason: Field[str] = column(Text)
    by: Field[str] = column(String(200))
    at: Field[datetime] = column(UtcDateTime)


class RoyaltyAdjustmentColumns(RoyaltyAdjustmentRow, TypedColumns): ...


class RoyaltySheetRow(Record):  # approved months, as they were approved
    month: Field[str] = column(String(7), primary_key=True)
    lines: Field[list[dict[str, Any]]] = column(Json)
    total: Field[int] = column(BigInteger)
    approved_by: Field[str] = column(String(200))
    approved_at: Field[datetime] = column(UtcDateTime)


class RoyaltySheetColumns(RoyaltySheetRow, TypedColumns): ...


class RoyaltyPayeeColumns(TypedColumns):  # of the release before: now people have pen names (services/ingest/authors)
    author_slug: Field[str] = column(String(200), primary_key=True)
    account_id: Field[int] = column(Integer, ForeignKey("users.id"), index=True)
    by: Field[str] = column(String(200))
    at: Field[datetime] = column(UtcDateTime)


royalty_rates = Table(
    "royalty_rates",
    metadata,
    RoyaltyRateColumns,
    UniqueConstraint("kind", "role", "from_month", name="royalty_rates_once"),
)
royalty_adjustments = Table("royalty_adjustments", metadata, RoyaltyAdjustmentColumns)
royalty_sheets = Table("royalty_sheets", metadata, RoyaltySheetColumns)
royalty_payees = Table("royalty_payees", metadata, RoyaltyPayeeColumns)
