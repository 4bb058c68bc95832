"""The desk's hand in what is shown as most read."""

from sqlalchemy import BigInteger, Column, Integer, Table

from services.ingest.kit.tables import metadata
from shared.database import Json

trending_rules = Table(
    "trending_rules",  # one row: some hundred rules at most, which go out together
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("rules", Json, nullable=False),  # [{"article_id", "rule", "position"}, …], what was said last first
)
