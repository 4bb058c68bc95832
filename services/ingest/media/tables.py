"""What is known of uploaded files."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Float, Integer, String, Table, Text, TypedColumns

from services.ingest.kit.tables import metadata
from shared.database import Json, UtcDateTime
from shared.records import Field, Record, column


class MediaRow(Record):
    id: Field[int] = column(Integer, primary_key=True)
    sha256: Field[str] = column(String(64), unique=True)  # of the rebuilt file
    path: Field[str] = column(String(200), unique=True)
    type: Field[str] = column(String(32))
    width: Field[int] = column(Integer)
    height: Field[int] = column(Integer)
    bytes: Field[int] = column(BigInteger)
    renditions: Field[list[list[Any]]] = column(Json)  # [[width, path], …]
    caption: Field[str] = column(Text)
    credit: Field[str] = column(Text)
    alt: Field[str] = column(Text)
    created_by: Field[str] = column(String(200))
    created_at: Field[datetime] = column(UtcDateTime)
    name: Field[str] = column(String(200), server_default="")  # of the file as it was uploaded
    # What must stay in view when a page crops the picture, as shares of its width and height.
    focus_x: Field[float] = column(Float, server_default="0.5")
    focus_y: Field[float] = column(Float, server_default="0.5")
    derived_from: Field[int | None] = column(Integer)  # the picture that this one was cut from
    poster_id: Field[int | None] = column(Integer)  # the picture that stands for a film until it plays
    words: Field[str] = column(Text, server_default="")  # name, caption and credit as lists are searched


class MediaColumns(MediaRow, TypedColumns): ...


media = Table(
    "media",
    metadata,
    MediaColumns,
    sqlite_autoincrement=True,  # an id is never given twice, not even after a removal
)
