"""Tags that were merged into others."""

from sqlalchemy import BigInteger, Column, Integer, Table

from services.ingest.kit.tables import metadata
from shared.database import Json

tag_merges = Table(
    "tag_merges",  # one row: some hundred merges at most, which go out together
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("merges", Json, nullable=False),  # [{"slug", "name", "into_slug", "into_name"}, …]
)
