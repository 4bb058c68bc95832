"""What was wrong in a story, what is right, and when it was mended: where readers find it in the text."""

from pydantic import Field

from shared.blocks.fields import Line, Needed, NeededProse
from shared.blocks.registry import Block


class CorrectionInText(Block):
    LABEL = "Cải chính trong bài"
    HINT = "Đã đăng gì, sửa lại thế nào, ngày nào; cho bài cải chính một bài khác hoặc bản in"

    when: Needed = Field(title="Ngày cải chính")
    notice: Line = Field("", title="Sai ở bài nào, số báo nào; lời xin lỗi")
    wrong: NeededProse = Field(title="Đã đăng")
    right: NeededProse = Field(title="Sửa lại")
