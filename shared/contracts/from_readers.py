"""What readers write: comments, what they say of others' comments, tips; and which of it ingest holds."""

from typing import ClassVar

from pydantic import AwareDatetime, Base64Bytes, Field

from shared.contracts.articles import Contract
from shared.contracts.messages import Command, Query
from shared.contracts.queues import Queue


class SubmitComment(Command):
    """A reader's comment on its way to the moderators; `token` makes a second sending the same comment."""

    kind: ClassVar[str] = "submit_comment"
    queue: ClassVar[Queue] = Queue.comments
    token: str
    article_id: int
    parent_id: int | None = None
    name: str
    email: str = ""
    text: str
    at: AwareDatetime
    spam_score: int = 0
    spam_reasons: tuple[str, ...] = ()
    visitor: str = ""
    """Who wrote it, as far as that is known: a key that says no address."""


class OfOneComment(Command):
    """What a reader says of a comment; of one visitor it counts once."""

    queue: ClassVar[Queue] = Queue.comments
    comment_id: int
    article_id: int
    visitor: str
    at: AwareDatetime

    @property
    def of(self) -> tuple[int, str]:
        """(comment id, visitor): what it is known by."""
        return self.comment_id, self.visitor


class ReportComment(OfOneComment):
    """A reader thinks that a comment breaks the paper's rules; of one visitor it counts once."""

    kind: ClassVar[str] = "report_comment"


class LikeComment(OfOneComment):
    """A reader likes a comment; of one visitor it counts once."""

    kind: ClassVar[str] = "like_comment"


HELD_TOKENS = 500
"""Comments, reports and likes asked after in one question."""


class HeldCommentsAnswer(Contract):
    tokens: tuple[str, ...]
    reports: tuple[tuple[int, str], ...] = ()
    """Those that it has noted, and those of which nothing would come any more."""
    likes: tuple[tuple[int, str], ...] = ()
    """As `reports`."""


class ListHeldComments(Query[HeldCommentsAnswer]):
    """Which of these comments does ingest hold, decided or not, and which of these reports and likes (comment id,
    visitor)? What it does not know is sent again."""

    kind: ClassVar[str] = "list_held_comments"
    queue: ClassVar[Queue] = Queue.comments
    tokens: tuple[str, ...] = Field(max_length=HELD_TOKENS)
    reports: tuple[tuple[int, str], ...] = Field((), max_length=HELD_TOKENS)
    likes: tuple[tuple[int, str], ...] = Field((), max_length=HELD_TOKENS)


TIP_PHOTOS, TIP_PHOTO_BYTES = 4, 8_000_000
"""Photos with a tip, and the bytes of one: a message holds one photo, and brokers take some 16 MB."""
TIP_DAYS = 90
"""So long is a tip kept, with its sender's name and address."""


class SubmitTip(Command):
    """What a reader tells the newsroom; `token` makes a second sending the same tip. Its photos follow by themselves,
    once the tip is held."""

    kind: ClassVar[str] = "submit_tip"
    queue: ClassVar[Queue] = Queue.comments
    private: ClassVar[bool] = True
    token: str
    name: str = ""
    contact: str = ""
    text: str
    photos: int = Field(0, ge=0, le=TIP_PHOTOS)
    at: AwareDatetime
    visitor: str = ""


class SubmitTipPhoto(Command):
    """A photo of a tip as it was sent, of which only the pixels will be kept."""

    kind: ClassVar[str] = "submit_tip_photo"
    queue: ClassVar[Queue] = Queue.comments
    private: ClassVar[bool] = True
    token: str
    place: int = Field(ge=0, lt=TIP_PHOTOS)
    data: Base64Bytes


HELD_TIPS = 200
"""Tips asked after in one question."""


class HeldTipsAnswer(Contract):
    tokens: tuple[str, ...]
    lacking: tuple[tuple[str, int], ...] = ()
    """Photos (token, place) that it waits for."""


class ListHeldTips(Query[HeldTipsAnswer]):
    """Which of these tips does ingest hold, and which of their photos does it lack?"""

    kind: ClassVar[str] = "list_held_tips"
    queue: ClassVar[Queue] = Queue.comments
    tokens: tuple[str, ...] = Field(max_length=HELD_TIPS)
