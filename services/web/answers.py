"""What the readers' API answers, as its document shows it; tests hold the answers against it."""

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, Field

from services.web.commenting import MAX_EMAIL, MAX_NAME, MAX_TEXT
from shared.contracts.articles import Correction, Image
from shared.contracts.commands import SearchHit


class ShownAuthor(BaseModel):
    """Somebody named in the byline, with what they did ("Tin", "ảnh")."""

    name: str
    roles: list[str]
    url: str


class PublicArticle(BaseModel):
    """A published article."""

    id: int
    version: int
    kind: Literal["article", "photo", "video"]
    title: str
    kicker: str
    summary: str
    body: str = Field(description="Sanitised HTML.")
    url: str
    section: str = Field(description="The section's slug.")
    section_name: str
    second_section: str
    tags: list[str]
    event: str
    byline: str
    authors: list[ShownAuthor]
    dateline: str
    published_at: AwareDatetime | None
    updated_at: AwareDatetime
    images: list[Image]
    video_url: str
    related: list[int]
    source: str
    print_page: str
    language: str
    comments_closed: bool
    corrections: list[Correction]
    views: int


class Facet(BaseModel):
    """How many of what was found have this value."""

    value: str
    label: str
    count: int


class FoundAnswer(BaseModel):
    """What was found; `nearest` of the results, at least, only come near to what was asked and are in no total."""

    total: int
    nearest: int
    took_ms: float
    suggestion: str | None
    also: list[str] = Field(description="Other names of places that were typed, by which articles were found too.")
    facets: dict[str, list[Facet]] = Field(description="By section, year, author.")
    results: list[SearchHit]


class MostRead(BaseModel):
    """An article and how often it was read in the window."""

    id: int
    title: str
    url: str
    views: int


class MostReadAnswer(BaseModel):
    """The most read first."""

    results: list[MostRead]


class ShownComment(BaseModel):
    """An approved comment with the answers to it."""

    id: int
    name: str
    text: str
    at: AwareDatetime
    edited: bool = Field(description="The paper changed its words.")
    by_paper: bool = Field(description="The paper answered.")
    likes: int = Field(description="How many readers like it.")
    replies: "list[ShownComment]" = Field(description="The last ones; with `thread`, a page of them.")
    more_replies: int = Field(description="Older ones, which `thread` with this comment's id answers.")


class CommentsAnswer(BaseModel):
    """The oldest first, a page of them."""

    comments: list[ShownComment]
    number: int = Field(description="All comments of the article, replies too.")
    more: bool = Field(description="There is a next page.")


class HeldAnswer(BaseModel):
    """A comment was taken; it is shown when an editor approves it."""

    status: Literal["held"]
    detail: str


class ReportedAnswer(BaseModel):
    """A report was taken; an editor looks at the comment."""

    status: Literal["reported"]
    detail: str


class LikedAnswer(BaseModel):
    """A like was taken; it is counted once."""

    status: Literal["liked"]
    detail: str


class SentLike(BaseModel):
    """That a reader likes a comment."""

    comment_id: int = Field(ge=1, lt=10**9, description="A comment that is shown under the article.")


class SentReport(BaseModel):
    """That a comment breaks the paper's rules."""

    comment_id: int = Field(ge=1, lt=10**9, description="A comment that is shown under the article.")


class SentBeacon(BaseModel):
    """That a page was read."""

    token: str = Field(description='The page\'s `<meta name="view-token">`.')
    referrer: Any = Field("", description="Where the reader came from: only the host of an address is kept.")


class SentComment(BaseModel):
    """A comment on its way in."""

    name: str = Field(min_length=2, max_length=MAX_NAME)
    email: str = Field("", max_length=MAX_EMAIL, description="Not shown.")
    text: str = Field(min_length=2, max_length=MAX_TEXT)
    parent_id: int | None = Field(None, ge=1, lt=10**9, description="The comment that this one answers.")
