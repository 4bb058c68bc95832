"""Questions and answers."""

from pydantic import Field

from shared.blocks.fields import Line, Needed, NeededRich, Part
from shared.blocks.registry import Block


class Asked(Part):
    question: Needed = Field(title="Câu hỏi")
    text: NeededRich = Field(title="Trả lời")


class Questions(Block):
    LABEL = "Hỏi – đáp"
    HINT = "Phỏng vấn ngắn, hoặc những câu bạn đọc hay hỏi"

    title: Line = Field("", title="Tiêu đề")
    questions: tuple[Asked, ...] = Field(title="Các câu hỏi", min_length=1, max_length=50)
