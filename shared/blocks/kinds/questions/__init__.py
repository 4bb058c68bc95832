"""Questions and answers."""

from pydantic import Field

from shared.blocks.fields import BlockPart, Line, Needed, NeededRich
from shared.blocks.registry import Block


class QuestionAndAnswer(BlockPart):
    question: Needed = Field(title="Câu hỏi")
    text: NeededRich = Field(title="Trả lời")


class Questions(Block):
    LABEL = "Hỏi – đáp"
    HINT = "Phỏng vấn ngắn, hoặc những câu bạn đọc hay hỏi"

    title: Line = Field("", title="Tiêu đề")
    questions: tuple[QuestionAndAnswer, ...] = Field(title="Các câu hỏi", min_length=1, max_length=50)
