"""Two pictures side by side."""

from pydantic import Field

from shared.blocks.fields import BlockPart, Line, PictureField
from shared.blocks.registry import Block


class OneOfTwo(BlockPart):
    picture: PictureField = Field(title="Ảnh")
    caption: Line = Field("", title="Chú thích")


class SideBySide(Block):
    LABEL = "Hai ảnh cạnh nhau"
    HINT = "Hai ảnh nói với nhau, mỗi ảnh một chú thích"

    pictures: tuple[OneOfTwo, ...] = Field(title="Hai ảnh", min_length=2, max_length=2)
