"""The head of a long form: a picture across the whole window, or a film that runs silently, with the headline on it. At
the beginning of a text it makes the article one; elsewhere it is a picture."""

from pydantic import Field

from shared.blocks.fields import FilmField, Line, PictureField
from shared.blocks.registry import Block


class Cover(Block):
    LABEL = "Bìa E-magazine"
    HINT = "Đặt ở đầu bài: ảnh hoặc video chạy nền hết màn hình, tít nằm trên ảnh"

    picture: PictureField = Field(title="Ảnh bìa")
    film: FilmField | None = Field(None, title="Video chạy nền, không tiếng")
    caption: Line = Field("", title="Chú thích ảnh bìa")
