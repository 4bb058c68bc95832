"""Places on a picture of ours, a drawn map or a photograph from above: numbered there, told in a list under it."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from shared.blocks.fields import BlockPart, Line, Needed, PictureField, Rich
from shared.blocks.registry import Block

_Share = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False), AfterValidator(lambda value: round(value, 1))]


class Spot(BlockPart):
    """Where on the picture: percents of its width from the left, of its height from the top."""

    x: _Share
    y: _Share

    @model_validator(mode="before")
    @classmethod
    def _of_body(cls, value: Any) -> Any:
        if isinstance(value, str):
            x, _, y = value.partition("_")
            return {"x": x, "y": y}
        return value

    @property
    def written(self) -> str:
        return f"{self.x:g}_{self.y:g}"


class MapPoint(BlockPart):
    spot: Annotated[Spot, WithJsonSchema({"type": "object", "format": "spot", "picture": "picture"})] = Field(
        title="Chỗ trên ảnh"
    )
    title: Needed = Field(title="Tên nơi này")
    text: Rich = Field("", title="Kể thêm")


class MapOfPoints(Block):
    LABEL = "Bản đồ có điểm"
    HINT = "Ảnh bản đồ hoặc ảnh chụp từ trên cao, các điểm đánh số và chú giải bên dưới"

    title: Line = Field("", title="Tên bản đồ")
    picture: PictureField = Field(title="Ảnh bản đồ")
    points: tuple[MapPoint, ...] = Field(title="Các điểm", min_length=1, max_length=40)
    source: Line = Field("", title="Nguồn bản đồ")
