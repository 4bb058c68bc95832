"""Two pictures of the same place, one moved over the other; without JavaScript one after the other."""

from pydantic import Field

from shared.blocks.fields import Line, Needed, PictureField
from shared.blocks.registry import Block


class BeforeAfter(Block):
    LABEL = "Ảnh trước và sau"
    HINT = "Cùng một chỗ ở hai thời điểm, kéo để so sánh"

    before: PictureField = Field(title="Ảnh trước")
    before_words: Needed = Field("Trước", title="Nhãn ảnh trước")
    after: PictureField = Field(title="Ảnh sau")
    after_words: Needed = Field("Sau", title="Nhãn ảnh sau")
    caption: Line = Field("", title="Chú thích chung")
