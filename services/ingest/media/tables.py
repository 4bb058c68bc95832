"""What is known of uploaded files."""

from sqlalchemy import BigInteger, Column, Float, Integer, String, Table, Text

from services.ingest.kit.tables import metadata
from shared.database import Json, UtcDateTime

media = Table(
    "media",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", String(64), nullable=False, unique=True),  # of the rebuilt file
    Column("path", String(200), nullable=False, unique=True),
    Column("type", String(32), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("renditions", Json, nullable=False),  # [[width, path], …]
    Column("caption", Text, nullable=False),
    Column("credit", Text, nullable=False),
    Column("alt", Text, nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("name", String(200), nullable=False, server_default=""),  # of the file as it was uploaded
    # What must stay in view when a page crops the picture, as shares of its width and height.
    Column("focus_x", Float, nullable=False, server_default="0.5"),
    Column("focus_y", Float, nullable=False, server_default="0.5"),
    Column("derived_from", Integer),  # the picture that this one was cut from
    Column("poster_id", Integer),  # the picture that stands for a film until it plays
    Column("words", Text, nullable=False, server_default=""),  # name, caption and credit as lists are searched
    sqlite_autoincrement=True,  # an id is never given twice, not even after a removal
)
