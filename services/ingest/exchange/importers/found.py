"""What a reader of a format finds in a file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.ingest.comments.store.imported import FormerComment
from services.ingest.kit.errors import Refused

# An item may have as many headlines, or rights, as its file is long; each note is a row.
_MOST_NOTES = 50

Fields = dict[str, Any]
"""An article as POST /api/articles takes it."""


@dataclass(slots=True)
class ForeignArticle:
    """An article of another system, on its way to be one of ours."""

    fields: Fields
    dates: tuple[str, ...] = ()
    """When it appeared, as it is written there: the first that can be read is taken."""
    is_ours: bool = False
    """Written as our API takes it: nothing is mended, what is wrong is refused."""
    base: str = ""
    """The address that relative ones in the body start from."""
    kind: str = "bài"
    status: str = ""
    """What the file says of it where that is none of ours ("private"): it becomes a draft."""
    version: "WireVersion | None" = None
    embargo: str | None = None
    """Until when it is held, as it is written there; "" for an end that nobody knows."""
    expires: str = ""
    """Until when its agency lets it be published, as it is written there."""
    killed: str = ""
    """Why its agency takes it back, "" for one that stands."""
    beside: Path | None = None
    """The folder of its file, where pictures without a host in their address lie."""
    comments: list[FormerComment] = field(default_factory=list)
    """What readers said there and editors approved."""
    changes: list[str] = field(default_factory=list)
    """What was mended, for the report."""
    remarks: list[str] = field(default_factory=list)
    """What editors should know of it; kept beside the article."""

    def notes(self) -> list[str]:
        """The remarks as notes, each once; of more than anybody reads the first, and how many there were."""
        said = list(dict.fromkeys(remark[:5000] for remark in self.remarks))
        more = len(said) - _MOST_NOTES
        return said if more <= 0 else [*said[:_MOST_NOTES], f"Còn {more} ghi chú nữa trong tệp, không giữ lại."]


@dataclass(frozen=True, slots=True, order=True)
class WireVersion:
    """Which version of a wire's item this is: the number goes before the time."""

    number: int
    at: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What stands in a file and is not taken: `count` things of a kind, and why."""

    kind: str
    reason: str
    count: int = 1


Piece = ForeignArticle | LeftOut | Refused
Reader = Callable[[Path], Iterator[tuple[str, Piece]]]
"""read(path) -> (where it stands, what it is, or why it could not be read)."""
