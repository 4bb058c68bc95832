"""The rules by which addresses of a former site lead to ours."""

from typing import Any

from sqlalchemy import BigInteger, Integer, Table, TypedColumns

from services.ingest.kit.tables import metadata
from shared.database import Json
from shared.records import Field, Record, column


class AddressRuleRow(Record):  # one row: some hundred rules at most, which go out together
    id: Field[int] = column(Integer, primary_key=True, autoincrement=False)
    version: Field[int] = column(BigInteger)
    last_rule: Field[int] = column(Integer)  # the highest number that a rule ever had
    rules: Field[list[dict[str, Any]]] = column(Json)  # [{"id", "pattern", "target"}, …]


class AddressRuleColumns(AddressRuleRow, TypedColumns): ...


address_rules = Table("address_rules", metadata, AddressRuleColumns)
