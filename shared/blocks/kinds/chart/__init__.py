"""A chart, drawn from its table when a page is made; feeds and other programs get the table."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, model_validator

from shared.blocks.fields import GridField, Line, Needed, fault
from shared.blocks.kinds.chart.drawing import FORMS, MOST_SERIES, drawn
from shared.blocks.numbers import columns_of_numbers, number
from shared.blocks.registry import Block

MOST_BARS = 40
"""Longer ones are read as a table."""


class Chart(Block):
    LABEL = "Biểu đồ"
    HINT = "Cột, đường hoặc miền, vẽ từ một bảng số"

    title: Needed = Field(title="Tên biểu đồ")
    form: Literal["bar", "line", "area"] = Field("bar", title="Dạng", json_schema_extra={"labels": dict(FORMS)})
    table: GridField = Field(title="Bảng số: cột đầu là tên, các cột sau là số")
    unit: Line = Field("", title="Đơn vị")
    source: Line = Field("", title="Nguồn")

    @model_validator(mode="after")
    def _can_be_drawn(self) -> "Chart":
        series = len(self.table.columns) - 1
        if series > MOST_SERIES or (self.form == "area" and series > 1):
            most = 1 if self.form == "area" else MOST_SERIES
            raise fault(f"{FORMS[self.form]} vẽ được nhiều nhất {most} cột số.")
        if self.form == "bar" and len(self.table.rows) > MOST_BARS:
            raise fault(f"Biểu đồ cột vẽ được nhiều nhất {MOST_BARS} dòng.")
        if self.form != "bar" and len(self.table.rows) < 2:
            raise fault("Cần ít nhất hai dòng để vẽ.")
        for place, row in enumerate(self.table.rows, 1):
            for cell in row[1:]:
                if cell and number(cell) is None:
                    raise fault(f"Dòng {place}: “{cell[:40]}” không phải một số, ví dụ 1.234,5.")
        if len(columns_of_numbers(self.table)) < series:
            raise fault("Có cột số còn trống.")
        return self

    def more(self) -> Mapping[str, object]:
        return {"drawing": drawn(self.form, self.table, self.title), "numbers": columns_of_numbers(self.table)}
