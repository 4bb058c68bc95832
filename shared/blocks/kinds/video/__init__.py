"""A film of the paper's own inside the text, with subtitles, chapters and the words that are spoken."""

from typing import Literal

from pydantic import Field

from shared.blocks.fields import BlockPart, FilmField, Line, PictureField, Rich, SubtitlesField
from shared.blocks.recordings import Chapters
from shared.blocks.registry import Block

LANGUAGES = {
    "vi": "Tiếng Việt",
    "en": "Tiếng Anh",
    "fr": "Tiếng Pháp",
    "zh": "Tiếng Trung",
    "lo": "Tiếng Lào",
    "km": "Tiếng Khmer",
    "blt": "Tiếng Thái",
    "hmn": "Tiếng Mông",
}


class Subtitles(BlockPart):
    file: SubtitlesField = Field(title="Tệp WebVTT")
    language: Literal["vi", "en", "fr", "zh", "lo", "km", "blt", "hmn"] = Field(
        "vi", title="Ngôn ngữ", json_schema_extra={"labels": dict(LANGUAGES)}
    )

    @property
    def name(self) -> str:
        return LANGUAGES[self.language]


class VideoInText(Block):
    LABEL = "Video trong bài"
    HINT = "Video trong kho, có ảnh đại diện, phụ đề và các phần; một bài có thể có nhiều"

    film: FilmField = Field(title="Video")
    poster: PictureField | None = Field(None, title="Ảnh đại diện", json_schema_extra={"poster": True})
    caption: Line = Field("", title="Chú thích")
    subtitles: tuple[Subtitles, ...] = Field((), title="Phụ đề", max_length=8)
    chapters: Chapters = Field((), title="Các phần")
    text: Rich = Field("", title="Lời trong video")
