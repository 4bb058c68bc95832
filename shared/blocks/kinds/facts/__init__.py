"""A fact box: what one should know, beside the story."""

from pydantic import Field

from shared.blocks.fields import Line, Needed, NeededRich
from shared.blocks.registry import Block


class Facts(Block):
    LABEL = "Hộp dữ kiện"
    HINT = "Những điều cần biết, đóng khung bên bài"

    title: Needed = Field(title="Tiêu đề")
    text: NeededRich = Field(title="Nội dung")
    source: Line = Field("", title="Nguồn")
