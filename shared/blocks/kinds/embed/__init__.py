"""Something of another site: a link, and where the site is known its player, which is loaded when the reader asks."""

from collections.abc import Mapping

from pydantic import Field, model_validator

from shared import players
from shared.blocks.fields import Line, LinkField, fault
from shared.blocks.registry import Block


class Embed(Block):
    LABEL = "Nội dung nơi khác"
    HINT = "YouTube, Vimeo, Facebook, TikTok, X…: chỉ tải khi bạn đọc bấm"
    FRAMES = players.ORIGINS

    link: LinkField = Field(title="Địa chỉ và tên")
    note: Line = Field("", title="Chú thích")

    @model_validator(mode="after")
    def _is_elsewhere(self) -> "Embed":
        if not self.link.url.startswith("https://"):
            raise fault("Địa chỉ phải ở một trang khác, bắt đầu bằng https://.")
        return self

    def more(self) -> Mapping[str, object]:
        found = players.player(self.link.url)
        return {"player": found, "host": found.site if found else players.host_of(self.link.url)}
