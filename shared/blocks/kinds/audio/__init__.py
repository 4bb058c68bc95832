"""Sound of the paper's own inside the text: a conversation, a song, a story that is read out."""

from pydantic import Field

from shared.blocks.fields import Line, Rich, SoundField
from shared.blocks.recordings import Chapters
from shared.blocks.registry import Block


class Audio(Block):
    LABEL = "Âm thanh"
    HINT = "Bản ghi phỏng vấn, bài hát, podcast trong kho, kèm các phần và lời"

    sound: SoundField = Field(title="Tệp âm thanh")
    caption: Line = Field("", title="Chú thích")
    chapters: Chapters = Field((), title="Các phần")
    text: Rich = Field("", title="Lời, cho người khiếm thính")
