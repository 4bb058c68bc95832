"""A document to read or keep: a decision, a plan, a report."""

from pydantic import Field

from shared.blocks.fields import Line, LinkField, PictureField
from shared.blocks.registry import Block


class DocumentToRead(Block):
    LABEL = "Văn bản"
    HINT = "Quyết định, báo cáo, biểu mẫu để mở hoặc tải về"

    link: LinkField = Field(title="Địa chỉ và tên văn bản", json_schema_extra={"media": "application"})
    note: Line = Field("", title="Loại tệp, số trang, nơi ban hành")
    picture: PictureField | None = Field(None, title="Ảnh trang đầu", json_schema_extra={"poster": True})

    @property
    def is_kept(self) -> bool:
        """A file of ours, which readers are given to keep."""
        return self.link.url.startswith("/media/")
