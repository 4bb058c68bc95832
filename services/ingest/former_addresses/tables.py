"""The rules by which addresses of a former site lead to ours."""

from sqlalchemy import BigInteger, Column, Integer, Table

from services.ingest.kit.tables import metadata
from shared.database import Json

address_rules = Table(
    "address_rules",  # one row: some hundred rules at most, which go out together
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("last_rule", Integer, nullable=False),  # the highest number that a rule ever had
    Column("rules", Json, nullable=False),  # [{"id", "pattern", "target"}, …]
)
