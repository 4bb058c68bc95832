"""What the newsroom says of readers' words."""

from sqlalchemy import BigInteger, Boolean, Column, Integer, Table, true

from services.ingest.kit.tables import metadata
from shared.database import Json

search_words = Table(
    "search_words",  # one row: some hundred lines at most, which go out together
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("lines", Json, nullable=False),  # as they were typed
    # Whether provinces and communes are found by their names before and after the mergers of 2025.
    Column("places", Boolean, nullable=False, server_default=true()),
)
