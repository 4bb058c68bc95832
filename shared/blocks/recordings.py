"""What films and sound have in common: chapters."""

import re
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, Field

from shared.blocks.fields import BlockPart, Needed, fault

_TIME = re.compile(r"(?:[0-9]{1,2}:)?[0-9]{1,2}:[0-5][0-9]")


def _time(words: str) -> str:
    if not _TIME.fullmatch(words):
        raise fault("Hãy viết phút và giây, như 1:05, hoặc 1:02:30.")
    return words


class Chapter(BlockPart):
    at: Annotated[Needed, AfterValidator(_time)] = Field(title="Từ phút:giây")
    title: Needed = Field(title="Tên phần")

    @property
    def seconds(self) -> int:
        """
        >>> Chapter(at="1:02:30", title="Mở cống").seconds
        3750
        """
        made = 0
        for part in self.at.split(":"):
            made = made * 60 + int(part)
        return made


def _rising(chapters: tuple[Chapter, ...]) -> tuple[Chapter, ...]:
    for before, after in pairwise(chapters):
        if after.seconds <= before.seconds:
            raise fault(f"Phần “{after.title}” bắt đầu không sau phần trước nó.")
    return chapters


Chapters = Annotated[tuple[Chapter, ...], Field(max_length=60), AfterValidator(_rising)]
