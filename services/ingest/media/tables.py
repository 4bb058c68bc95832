"""What is known of uploaded files."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Float, Integer, String, Table, Text, TypedColumns

from services.ingest.kit.tables import metadata
from shared.database import Json, UtcDateTime
from shared.records import Record, Stored, column


class MediaRow(Record):
    id: Stored[int] = column(Integer, primary_key=True)
    sha256: Stored[str] = column(String(64), unique=True)  # of the rebuilt file
    path: Stored[str] = column(String(200), unique=True)
    type: Stored[str] = column(String(32))
    width: Stored[int] = column(Integer)
    height: Stored[int] = column(Integer)
    bytes: Stored[int] = column(BigInteger)
    renditions: Stored[list[list[Any]]] = column(Json)  # [[width, path], …]
    caption: Stored[str] = column(Text)
    credit: Stored[str] = column(Text)
    alt: Stored[str] = column(Text)
    created_by: Stored[str] = column(String(200))
    created_at: Stored[datetime] = column(UtcDateTime)
    name: Stored[str] = column(String(200), server_default="")  # of the file as it was uploaded
    # What must stay in view when a page crops the picture, as shares of its width and height.
    focus_x: Stored[float] = column(Float, server_default="0.5")
    focus_y: Stored[float] = column(Float, server_default="0.5")
    derived_from: Stored[int | None] = column(Integer)  # the picture that this one was cut from
    poster_id: Stored[int | None] = column(Integer)  # the picture that stands for a film until it plays
    words: Stored[str] = column(Text, server_default="")  # name, caption and credit as lists are searched


class _MediaColumns(MediaRow, TypedColumns): ...


media = Table(
    "media",
    metadata,
    _MediaColumns,
    sqlite_autoincrement=True,  # an id is never given twice, not even after a removal
)
