"""Numbers by region as a map of tiles: the provinces and cities of Vietnam, or places that the table itself puts into
rows and columns. Feeds and other programs get the table."""

from collections.abc import Mapping

from pydantic import Field, model_validator

from shared.blocks.fields import GridField, Line, Needed, fault
from shared.blocks.kinds.regions.drawing import MOST_TILES, PLACED_COLUMNS, drawn, place_of, placed
from shared.blocks.numbers import columns_of_numbers, number
from shared.blocks.registry import Block


class MapOfRegions(Block):
    LABEL = "Bản đồ số liệu"
    HINT = "Mỗi tỉnh, thành hay xã một ô, đậm nhạt theo số"

    title: Needed = Field(title="Tên bản đồ")
    table: GridField = Field(
        title="Bảng số: tên tỉnh, thành và số; nơi khác thì bốn cột tên, hàng, cột, số (hàng và cột của ô, từ 1)"
    )
    unit: Line = Field("", title="Đơn vị")
    source: Line = Field("", title="Nguồn")

    @model_validator(mode="after")
    def _can_be_drawn(self) -> "MapOfRegions":
        table = self.table
        if len(table.columns) not in (2, PLACED_COLUMNS):
            raise fault("Bảng cần hai cột (tỉnh, số) hoặc bốn cột (tên, hàng, cột, số).")
        taken: dict[tuple[int, int], str] = {}
        for row in table.rows:
            place = place_of(row)
            if place is None and len(row) == 2:
                raise fault(f"“{row[0][:40]}” không phải một trong 34 tỉnh, thành; nơi khác cần cột hàng và cột.")
            if place is None:
                raise fault(f"“{row[0][:40]}”: hàng và cột phải là số từ 1 đến {MOST_TILES}.")
            if place in taken:
                raise fault(f"“{row[0][:40]}” nằm cùng ô với “{taken[place][:40]}”.")
            taken[place] = row[0]
            if row[-1] and number(row[-1]) is None:
                raise fault(f"“{row[-1][:40]}” không phải một số, ví dụ 1.234,5.")
        if not any(row[-1] for row in table.rows):
            raise fault("Có cột số còn trống.")
        return self

    def more(self) -> Mapping[str, object]:
        return {
            "drawing": drawn(self.table, self.title),
            "shown": placed(self.table),
            "numbers": columns_of_numbers(placed(self.table)),
        }
