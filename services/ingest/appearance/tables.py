"""What the newsroom has chosen of its site's look, version by version."""

from sqlalchemy import BigInteger, Column, String, Table

from services.ingest.kit.tables import metadata
from shared.database import Json, UtcDateTime

appearances = Table(
    "appearances",  # the one with the highest version is what readers see
    metadata,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("chosen", Json, nullable=False),  # {"name", "light", "dark", "logo", …}; pictures are ids of media
    Column("saved_by", String(200), nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
)
