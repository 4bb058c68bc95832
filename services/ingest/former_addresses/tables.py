"""The rules by which addresses of a former site lead to ours."""

from typing import Any

from sqlalchemy import BigInteger, Integer, Table, TypedColumns

from services.ingest.kit.tables import metadata
from shared.database import Json
from shared.records import Record, Stored, column


class AddressRuleRow(Record):  # one row: some hundred rules at most, which go out together
    id: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    version: Stored[int] = column(BigInteger)
    last_rule: Stored[int] = column(Integer)  # the highest number that a rule ever had
    rules: Stored[list[dict[str, Any]]] = column(Json)  # [{"id", "pattern", "target"}, …]


class _AddressRuleColumns(AddressRuleRow, TypedColumns): ...


address_rules = Table("address_rules", metadata, _AddressRuleColumns)
