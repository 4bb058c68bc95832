"""Stories of the paper that an editor picked. A page shows their headlines as they are now; what was withdrawn is not
shown."""

from pydantic import Field

from shared.blocks.fields import BlockPart, LinkField, Needed
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
