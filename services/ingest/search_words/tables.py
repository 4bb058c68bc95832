"""What the newsroom says of readers' words."""

from sqlalchemy import BigInteger, Boolean, Integer, Table, TypedColumns, true

from services.ingest.kit.tables import metadata
from shared.database import Json
from shared.records import Stored, column


class _SearchWordColumns(TypedColumns):  # one row: some hundred lines at most, which go out together
    id: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    version: Stored[int] = column(BigInteger)
    lines: Stored[list[str]] = column(Json)  # as they were typed
    # Whether provinces and communes are found by their names before and after the mergers of 2025.
    places: Stored[bool] = column(Boolean, server_default=true())


search_words = Table("search_words", metadata, _SearchWordColumns)
