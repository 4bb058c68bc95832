"""What the API answers about articles, as its document shows it; tests hold the answers against it."""

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, Field

from shared.api.problems import Problem
from shared.contracts.articles import ArticleState, Author, Correction, Image, OldPicture

Status = Literal["draft", "submitted", "edited", "approved", "scheduled", "published", "unpublished", "withdrawn"]


class SavedAnswer(BaseModel):
    """What became of an article."""

    id: int
    version: int
    status: Status
    url: str


class ApprovalAnswer(BaseModel):
    """Who approved what an article says, in which version."""

    version: int
    at: AwareDatetime
    by: str


class ArticleAnswer(BaseModel):
    """An article with its text; it can be changed and sent back with PUT."""

    id: int
    version: int
    status: Status
    kind: Literal["article", "photo", "video"]
    live: bool = Field(description="A live coverage that goes on; its entries are called for by themselves.")
    title: str
    kicker: str
    card_title: str
    search_title: str
    slug: str
    summary: str
    body: str = Field(description="Sanitised HTML.")
    body_format: Literal["html"]
    original: str = Field(description="The body as it was sent.")
    original_format: Literal["html", "text"]
    section: str = Field(description="The section's slug.")
    section_name: str
    second_section: str = Field(description="The slug of another section that lists it too.")
    tags: list[str]
    event: str
    dateline: str
    byline: str
    authors: list[Author]
    images: list[Image]
    video_url: str
    social_image: str
    related: list[int]
    source: str
    print_page: str
    language: str
    comments_closed: bool
    corrections: list[Correction]
    published_at: AwareDatetime | None
    first_published_at: AwareDatetime | None
    updated_at: AwareDatetime
    opening_views: int
    old_paths: list[str]
    old_pictures: list[OldPicture]
    external_id: str | None
    urgent: bool = Field(description="In haste, for the newsroom; readers are not told.")
    words: int
    url: str
    approval: ApprovalAnswer | None
    prepared: bool = Field(
        description="The newsroom prepares a next version, which is not shown here; a change or correction by the API "
        "takes its place."
    )


class BlocksAnswer(BaseModel):
    """An article's body as a list of blocks; it can be changed and sent back with PUT."""

    version: int
    body_format: Literal["blocks"]
    body: list[dict[str, Any]] = Field(description='Each has its `kind`; what is no block is of the kind "html".')


class KindOfBlock(BaseModel):
    """A kind of story block; `fields` is the JSON schema of what it has beside `kind` and `v`."""

    kind: str
    v: int
    label: str
    fields: dict[str, Any]


class KindsAnswer(BaseModel):
    kinds: list[KindOfBlock]


class StaleProblem(Problem):
    """Somebody else saved in between; `current` is the article as it is now."""

    current: dict[str, Any]


class ListedArticle(BaseModel):
    """An article in a list, without its text."""

    id: int
    version: int
    status: Status
    external_id: str | None
    title: str
    section: str
    section_name: str
    words: int
    published_at: AwareDatetime | None
    updated_at: AwareDatetime
    created_by: str


class ArticlesAnswer(BaseModel):
    """`next` is the `before` of the next page, null on the last one."""

    articles: list[ListedArticle]
    next: int | None


class RevisionLine(BaseModel):
    """Who made a version when; `effect` is what it did for readers."""

    version: int
    at: AwareDatetime
    actor: str
    action: str
    effect: Literal["shown", "removed", ""]
    reason: str


class RevisionsAnswer(BaseModel):
    """The newest first."""

    revisions: list[RevisionLine]


class RevisionAnswer(RevisionLine):
    """One version, whole."""

    article_id: int
    state: ArticleState
    original: str
    original_format: Literal["html", "text"]


class PublicCopy(BaseModel):
    """What readers could see from one time to another; `to` is null while they can."""

    version: int
    begins: AwareDatetime = Field(alias="from")
    ends: AwareDatetime | None = Field(alias="to")
    state: ArticleState


class PublicCopiesAnswer(BaseModel):
    """The oldest first."""

    copies: list[PublicCopy]


class SavedLine(SavedAnswer):
    """A line of a batch that was taken."""

    line: int
    result: Literal["created", "updated", "unchanged"]


class RefusedLine(BaseModel):
    """A line of a batch that was not taken; the others stay."""

    line: int
    problem: Problem
