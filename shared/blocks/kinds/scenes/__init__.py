"""Pictures that stay while their words move over them, one after another; where motion is not wanted, each before its
words."""

from pydantic import Field

from shared.blocks.fields import BlockPart, NeededRich, PictureField
from shared.blocks.registry import Block


class Scene(BlockPart):
    picture: PictureField = Field(title="Ảnh")
    text: NeededRich = Field(title="Lời đi qua ảnh này")


class Scenes(Block):
    LABEL = "Ảnh đổi theo chữ"
    HINT = "Cuộn trang thì ảnh đứng yên, lời đi qua, rồi đến ảnh kế tiếp"

    scenes: tuple[Scene, ...] = Field(title="Các cảnh", min_length=2, max_length=20)
