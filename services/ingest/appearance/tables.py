"""What the newsroom has chosen of its site's look, version by version."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Named, String, Table, TypedColumns

from services.ingest.kit.tables import metadata
from shared.database import Json, UtcDateTime


class AppearanceColumns(TypedColumns):  # the one with the highest version is what readers see
    version: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    chosen: Named[dict[str, Any]] = Column(Json)  # {"name", "light", "dark", "logo", …}; pictures are ids of media
    saved_by: Named[str] = Column(String(200))
    saved_at: Named[datetime] = Column(UtcDateTime)


appearances = Table("appearances", metadata, AppearanceColumns)
