"""What is known of uploaded files."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Float, Integer, Named, String, Table, Text, TypedColumns

from services.ingest.kit.tables import metadata
from shared.database import Json, UtcDateTime


class MediaColumns(TypedColumns):
    id: Named[int] = Column(Integer, primary_key=True)
    sha256: Named[str] = Column(String(64), unique=True)  # of the rebuilt file
    path: Named[str] = Column(String(200), unique=True)
    type: Named[str] = Column(String(32))
    width: Named[int] = Column(Integer)
    height: Named[int] = Column(Integer)
    bytes: Named[int] = Column(BigInteger)
    renditions: Named[list[list[Any]]] = Column(Json)  # [[width, path], …]
    caption: Named[str] = Column(Text)
    credit: Named[str] = Column(Text)
    alt: Named[str] = Column(Text)
    created_by: Named[str] = Column(String(200))
    created_at: Named[datetime] = Column(UtcDateTime)
    name: Named[str] = Column(String(200), server_default="")  # of the file as it was uploaded
    # What must stay in view when a page crops the picture, as shares of its width and height.
    focus_x: Named[float] = Column(Float, server_default="0.5")
    focus_y: Named[float] = Column(Float, server_default="0.5")
    derived_from: Named[int | None] = Column(Integer)  # the picture that this one was cut from
    poster_id: Named[int | None] = Column(Integer)  # the picture that stands for a film until it plays
    words: Named[str] = Column(Text, server_default="")  # name, caption and credit as lists are searched


media = Table(
    "media",
    metadata,
    MediaColumns,
    sqlite_autoincrement=True,  # an id is never given twice, not even after a removal
)
