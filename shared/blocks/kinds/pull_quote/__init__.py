"""A pull quote: somebody's words, set large."""

from pydantic import Field

from shared.blocks.fields import Line, NeededProse
from shared.blocks.registry import Block


class PullQuote(Block):
    LABEL = "Trích dẫn nổi bật"
    HINT = "Lời của một người, in lớn"

    quote: NeededProse = Field(title="Lời nói")
    who: Line = Field("", title="Người nói")
    role: Line = Field("", title="Chức danh, là ai")
