"""Weather and prices on the front page."""

from datetime import datetime

from sqlalchemy import BigInteger, Integer, Table, Text, TypedColumns

from services.ingest.kit.tables import metadata
from shared.database import Json, UtcDateTime
from shared.records import Stored, column


class _FiguresColumns(TypedColumns):  # one row: what readers are told, and where it is fetched from
    id: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    version: Stored[int] = column(BigInteger)  # 0: nothing was ever told
    figures: Stored[list[dict[str, str]]] = column(Json)
    until: Stored[datetime | None] = column(UtcDateTime)  # from then on they are too old to be shown
    url: Stored[str] = column(Text)  # "": they are typed
    next_at: Stored[datetime | None] = column(UtcDateTime)
    ok_at: Stored[datetime | None] = column(UtcDateTime)
    error: Stored[str] = column(Text)


figures = Table("figures", metadata, _FiguresColumns)
