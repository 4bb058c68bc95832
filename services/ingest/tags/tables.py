"""Tags that were merged into others."""

from sqlalchemy import BigInteger, Integer, Table, TypedColumns

from services.ingest.kit.tables import metadata
from shared.database import Json
from shared.records import Stored, column


class _TagMergeColumns(TypedColumns):  # one row: some hundred merges at most, which go out together
    id: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    version: Stored[int] = column(BigInteger)
    merges: Stored[list[dict[str, str]]] = column(Json)  # [{"slug", "name", "into_slug", "into_name"}, …]


tag_merges = Table("tag_merges", metadata, _TagMergeColumns)
