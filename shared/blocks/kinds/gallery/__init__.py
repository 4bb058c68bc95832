"""Pictures that belong together: a grid on a wide screen, one after another under the thumb on a phone."""

from pydantic import Field

from shared.blocks.fields import BlockPart, Line, PictureField
from shared.blocks.registry import Block


class GalleryPicture(BlockPart):
    picture: PictureField = Field(title="Ảnh")
    caption: Line = Field("", title="Chú thích")


class Gallery(Block):
    LABEL = "Chùm ảnh"
    HINT = "Nhiều ảnh trong bài: lưới trên máy tính, vuốt ngang trên điện thoại, bấm để phóng to"

    title: Line = Field("", title="Tên chùm ảnh")
    pictures: tuple[GalleryPicture, ...] = Field(title="Các ảnh", min_length=2, max_length=40)
