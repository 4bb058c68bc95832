"""The desk's hand in what is shown as most read."""

from typing import Any

from sqlalchemy import BigInteger, Integer, Table, TypedColumns

from services.ingest.kit.tables import metadata
from shared.database import Json
from shared.records import Stored, column


class _TrendingRulesColumns(TypedColumns):  # one row: some hundred rules at most, which go out together
    id: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    version: Stored[int] = column(BigInteger)
    rules: Stored[list[dict[str, Any]]] = column(Json)  # [{"article_id", "rule", "position"}, …], the last said first


trending_rules = Table("trending_rules", metadata, _TrendingRulesColumns)
