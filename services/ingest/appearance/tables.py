"""What the newsroom has chosen of its site's look, version by version."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, String, Table, TypedColumns

from services.ingest.kit.tables import metadata
from shared.database import Json, UtcDateTime
from shared.records import Record, Stored, column


class AppearanceRow(Record):  # the one with the highest version is what readers see
    version: Stored[int] = column(BigInteger, primary_key=True, autoincrement=False)
    chosen: Stored[dict[str, Any]] = column(Json)  # {"name", "light", "dark", "logo", …}; pictures are ids of media
    saved_by: Stored[str] = column(String(200))
    saved_at: Stored[datetime] = column(UtcDateTime)


class _AppearanceColumns(AppearanceRow, TypedColumns): ...


appearances = Table("appearances", metadata, _AppearanceColumns)
