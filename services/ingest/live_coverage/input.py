"""What somebody sends to be an entry of a live coverage."""

from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool

from services.ingest.kit.errors import TooLarge
from services.ingest.kit.json_input import LINE, PROSE, Input

MAX_BODY_CHARS = 20_000
"""An entry is read at a glance; what is longer is an article."""
# What stands in GET's answer, so that it can be sent back with PUT; a change says nothing about it.
_READ_ONLY = frozenset(
    "id article_id version status external_id created_by created_at updated_at published_at images".split()
)


class LiveEntryInput(Input):
    """An entry as sent; `correction` tells readers what was wrong in the version before."""

    title: Annotated[str, Field(max_length=200), LINE] = ""
    body: str
    body_format: Literal["html", "text"] = "html"
    byline: Annotated[str, Field(max_length=200), LINE] = ""
    pinned: StrictBool = False
    key_event: StrictBool = False
    correction: Annotated[str, Field(max_length=1000), PROSE] = ""

    @classmethod
    def taken(cls, fields: dict[str, Any]) -> dict[str, Any]:
        """Raises TooLarge for a body over MAX_BODY_CHARS."""
        body = fields.get("body")
        if isinstance(body, str) and len(body) > MAX_BODY_CHARS:
            raise TooLarge(f"Mỗi cập nhật dài nhất {MAX_BODY_CHARS} ký tự.", "body")
        return {
            name: value
            for name, value in fields.items()
            if name in cls.model_fields.keys() | fields.keys() - _READ_ONLY
        }

    def faults(self) -> list[dict[str, str]]:
        if self.key_event and not self.title:
            return [{"field": "title", "message": "Diễn biến chính cần một tiêu đề."}]
        return []


class NewLiveEntryInput(LiveEntryInput):
    """A new entry. With the `external_id` of one that was made it is that one, brought up to date."""

    external_id: Annotated[str, Field(min_length=1, max_length=200), LINE] | None = None
    status: Literal["draft", "published"] = "draft"
