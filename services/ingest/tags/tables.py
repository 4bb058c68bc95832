"""Tags that were merged into others."""

from sqlalchemy import BigInteger, Column, Integer, Named, Table, TypedColumns

from services.ingest.kit.tables import metadata
from shared.database import Json


class TagMergeColumns(TypedColumns):  # one row: some hundred merges at most, which go out together
    id: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    version: Named[int] = Column(BigInteger)
    merges: Named[list[dict[str, str]]] = Column(Json)  # [{"slug", "name", "into_slug", "into_name"}, …]


tag_merges = Table("tag_merges", metadata, TagMergeColumns)
