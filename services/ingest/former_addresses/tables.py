"""The rules by which addresses of a former site lead to ours."""

from typing import Any

from sqlalchemy import BigInteger, Column, Integer, Named, Table, TypedColumns

from services.ingest.kit.tables import metadata
from shared.database import Json


class AddressRuleColumns(TypedColumns):  # one row: some hundred rules at most, which go out together
    id: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    version: Named[int] = Column(BigInteger)
    last_rule: Named[int] = Column(Integer)  # the highest number that a rule ever had
    rules: Named[list[dict[str, Any]]] = Column(Json)  # [{"id", "pattern", "target"}, …]


address_rules = Table("address_rules", metadata, AddressRuleColumns)
