"""What the newsroom says of readers' words."""

from sqlalchemy import BigInteger, Column, Integer, Table

from services.ingest.kit.tables import metadata
from shared.database import Json

search_words = Table(
    "search_words",  # one row: some hundred lines at most, which go out together
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("lines", Json, nullable=False),  # as they were typed
)
