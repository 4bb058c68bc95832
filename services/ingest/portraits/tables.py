"""Whose faces readers see."""

from sqlalchemy import BigInteger, Integer, Table, TypedColumns

from services.ingest.kit.tables import metadata
from shared.database import Json
from shared.records import Stored, column


class _PortraitColumns(TypedColumns):  # one row: some hundred portraits at most, which go out together
    id: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    version: Stored[int] = column(BigInteger)
    portraits: Stored[dict[str, int]] = column(Json)  # name -> id in `media`


portraits = Table("portraits", metadata, _PortraitColumns)
