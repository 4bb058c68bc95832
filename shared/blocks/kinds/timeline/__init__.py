"""A timeline: what happened when."""

from pydantic import Field, model_validator

from shared.blocks.fields import BlockPart, Line, Needed, Rich, fault
from shared.blocks.registry import Block


class TimelineEvent(BlockPart):
    when: Needed = Field(title="Thời điểm")
    title: Line = Field("", title="Việc gì")
    text: Rich = Field("", title="Kể thêm")

    @model_validator(mode="after")
    def _says_something(self) -> "TimelineEvent":
        if not (self.title or self.text):
            raise fault("Mốc này chưa nói việc gì.")
        return self


class Timeline(Block):
    LABEL = "Dòng thời gian"
    HINT = "Những mốc của một vụ việc, theo thứ tự"

    title: Line = Field("", title="Tiêu đề")
    events: tuple[TimelineEvent, ...] = Field(title="Các mốc", min_length=1, max_length=100)
