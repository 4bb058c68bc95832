"""The head of an infographic: a story's largest numbers. At the beginning of a text it makes the article one sheet of
numbers, charts and tables; elsewhere it is a row of numbers."""

from pydantic import Field

from shared.blocks.fields import BlockPart, Line, Needed
from shared.blocks.registry import Block


class BigNumber(BlockPart):
    value: Needed = Field(title="Con số")
    words: Needed = Field(title="Là gì")


class Infographic(Block):
    LABEL = "Mở đầu Infographic"
    HINT = "Đặt ở đầu bài: con số lớn dưới tít, biểu đồ và bảng xếp thành một tờ đồ họa"

    numbers: tuple[BigNumber, ...] = Field(title="Các con số lớn", min_length=1, max_length=6)
    source: Line = Field("", title="Nguồn")
