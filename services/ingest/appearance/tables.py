"""What the newsroom has chosen of its site's look, version by version."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, String, Table, TypedColumns

from services.ingest.kit.tables import metadata
from shared.database import Json, UtcDateTime
from shared.records import Field, Record, column


class AppearanceRow(Record):  # the one with the highest version is what readers see
    version: Field[int] = column(BigInteger, primary_key=True, autoincrement=False)
    chosen: Field[dict[str, Any]] = column(Json)  # {"name", "light", "dark", "logo", …}; pictures are ids of media
    saved_by: Field[str] = column(String(200))
    saved_at: Field[datetime] = column(UtcDateTime)


class AppearanceColumns(AppearanceRow, TypedColumns): ...


appearances = Table("appearances", metadata, AppearanceColumns)
