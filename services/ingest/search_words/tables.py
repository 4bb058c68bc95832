"""What the newsroom says of readers' words."""

from sqlalchemy import BigInteger, Boolean, Column, Integer, Named, Table, TypedColumns, true

from services.ingest.kit.tables import metadata
from shared.database import Json


class SearchWordColumns(TypedColumns):  # one row: some hundred lines at most, which go out together
    id: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    version: Named[int] = Column(BigInteger)
    lines: Named[list[str]] = Column(Json)  # as they were typed
    # Whether provinces and communes are found by their names before and after the mergers of 2025.
    places: Named[bool] = Column(Boolean, server_default=true())


search_words = Table("search_words", metadata, SearchWordColumns)
