"""A profile card: who or what somebody in the story is."""

from pydantic import Field

from shared.blocks.fields import BlockPart, Line, Needed, PictureField, Rich
from shared.blocks.registry import Block


class ProfileLine(BlockPart):
    label: Needed = Field(title="Mục")
    value: Needed = Field(title="Nội dung")


class Profile(Block):
    LABEL = "Thẻ nhân vật"
    HINT = "Ảnh, chức danh và vài nét về một người, một nơi, một đội"

    name: Needed = Field(title="Tên")
    role: Line = Field("", title="Chức danh, là ai")
    picture: PictureField | None = Field(None, title="Ảnh")
    text: Rich = Field("", title="Vài nét")
    lines: tuple[ProfileLine, ...] = Field((), title="Các mục (năm sinh, quê quán…)", max_length=20)
