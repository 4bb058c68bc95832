"""Rates, adjustments, and months as they were approved."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from services.ingest.kit.tables import metadata
from shared.database import Json, UtcDateTime

royalty_rates = Table(
    "royalty_rates",  # what a work of this kind pays for this role, from a month on
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("role", String(50), nullable=False),  # folded, "" for the text itself
    Column("from_month", String(7), nullable=False),  # "2026-11"
    Column("amount", BigInteger, nullable=False),  # đồng
    Column("per_picture", Boolean, nullable=False),  # that much for each picture of the work
    UniqueConstraint("kind", "role", "from_month", name="royalty_rates_once"),
)
royalty_adjustments = Table(
    "royalty_adjustments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("month", String(7), nullable=False, index=True),
    Column("author_slug", String(200), nullable=False),
    Column("author_name", String(200), nullable=False),
    Column("article_id", Integer),
    Column("amount", BigInteger, nullable=False),  # đồng, may be negative
    Column("reason", Text, nullable=False),
    Column("by", String(200), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
royalty_sheets = Table(
    "royalty_sheets",  # approved months, as they were approved
    metadata,
    Column("month", String(7), primary_key=True),
    Column("lines", Json, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("approved_by", String(200), nullable=False),
    Column("approved_at", UtcDateTime, nullable=False),
)
royalty_payees = Table(
    "royalty_payees",  # of the release before: now people have pen names (services/ingest/authors)
    metadata,
    Column("author_slug", String(200), primary_key=True),
    Column("account_id", Integer, ForeignKey("users.id"), nullable=False, index=True),
    Column("by", String(200), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
