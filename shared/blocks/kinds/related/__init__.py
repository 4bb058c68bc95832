"""Stories of the paper that an editor picked. Readers see the headlines of now, and none that was withdrawn."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field

from shared.blocks.fields import BlockPart, Linked, LinkField, Needed
from shared.blocks.registry import Block
from shared.contracts.addresses import article_at


class RelatedStory(BlockPart):
    link: LinkField = Field(title="Bài")

    @property
    def id(self) -> int:
        """Of an article of the paper; 0 for an address elsewhere."""
        return article_at(self.link.url)


class RelatedStories(Block):
    LABEL = "Bài liên quan tự chọn"
    HINT = "Bài của báo nên đọc cùng; tít luôn là tít đang trên trang"

    title: Needed = Field("Đọc thêm", title="Tiêu đề")
    stories: tuple[RelatedStory, ...] = Field(title="Các bài", min_length=1, max_length=10)

    def articles(self) -> tuple[int, ...]:
        return tuple(one.id for one in self.stories if one.id)

    def now(self, cards: Mapping[int, Any]) -> "RelatedStories | None":
        stories = tuple(self._stories(cards))
        return self.model_copy(update={"stories": stories}) if stories else None

    def _stories(self, cards: Mapping[int, Any]) -> Iterator[RelatedStory]:
        for one in self.stories:
            if not one.id:
                yield one
            elif card := cards.get(one.id):
                yield RelatedStory(link=Linked(url=card.path, words=card.title))
