"""A table that readers may sort."""

from collections.abc import Mapping

from pydantic import Field

from shared.blocks.fields import GridField, Line, Needed
from shared.blocks.numbers import columns_of_numbers
from shared.blocks.registry import Block


class Table(Block):
    LABEL = "Bảng số liệu"
    HINT = "Dán từ bảng tính; bạn đọc sắp xếp được theo cột"

    title: Needed = Field(title="Tên bảng")
    table: GridField = Field(title="Bảng")
    source: Line = Field("", title="Nguồn")

    def more(self) -> Mapping[str, object]:
        return {"numbers": columns_of_numbers(self.table)}
