"""An article as the services tell each other about it."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict


class Contract(BaseModel):
    """Base of every payload: immutable; unknown fields are ignored, so that old code reads newer messages."""

    # Errors go to logs and dead letters, which more people read than drafts.
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Tag(Contract):
    slug: str
    name: str


class Author(Contract):
    """Somebody named in the byline, with what they did ("Tin", "ảnh"; empty: the text)."""

    name: str
    slug: str
    roles: tuple[str, ...] = ()


class Image(Contract):
    """A picture of the article; `url` is "" for a caption whose picture is not at hand."""

    url: str
    caption: str = ""
    credit: str = ""
    alt: str = ""
    width: int = 0
    height: int = 0
    renditions: tuple[tuple[int, str], ...] = ()
    """(width in pixels, url) of smaller copies."""
    focus: tuple[float, float] | None = None
    """What stays in sight where the picture is cut, as shares of width and height; None: nobody has said."""


class OldPicture(Contract):
    """Where a picture of ours was at a former site ("/wp-content/uploads/2019/05/a.jpg")."""

    path: str
    file: str
    """In the media folder. Not its address: what an article shows is told by the addresses in its state."""


class Correction(Contract):
    """A public notice "Thông tin cải chính, xin lỗi"."""

    at: AwareDatetime
    notice: str
    wrong: str = ""
    right: str = ""


class ArticleState(Contract):
    """All of an article's public state in one version; `body` is sanitised HTML."""

    id: int
    version: int
    status: Literal["draft", "submitted", "edited", "approved", "scheduled", "published", "unpublished", "withdrawn"]
    kind: Literal["article", "photo", "video"] = "article"
    live: bool = False
    """A live coverage that goes on: its entries travel by themselves (LiveEntryPublished)."""
    title: str
    kicker: str = ""
    """What stands over the headline."""
    card_title: str = ""
    """A shorter headline for lists; "" is the headline, as of the next one."""
    search_title: str = ""
    """The headline for search engines and social networks."""
    slug: str
    summary: str = ""
    body: str = ""
    section_slug: str
    section_name: str
    second_section: str = ""
    """The slug of another section that lists it too."""
    tags: tuple[Tag, ...] = ()
    event: Tag | None = None
    """What it is a part of; readers find the other parts on that tag's page."""
    dateline: str = ""
    byline: str = ""
    authors: tuple[Author, ...] = ()
    images: tuple[Image, ...] = ()
    video_url: str = ""
    social_image: Image | None = None
    """The picture where it is shared, in place of its first one."""
    related: tuple[int, ...] = ()
    """Articles that were chosen to stand under it, before those that read alike."""
    source: str = ""
    """Another house, whose story it is ("TTXVN")."""
    print_page: str = ""
    """Where it stood in the printed paper."""
    language: str = "vi"
    comments_closed: bool = False
    corrections: tuple[Correction, ...] = ()
    published_at: AwareDatetime | None = None
    first_published_at: AwareDatetime | None = None
    updated_at: AwareDatetime
    opening_views: int = 0
    """Views counted elsewhere before the article came here."""
    old_paths: tuple[str, ...] = ()
    """Addresses ("/2019/05/le-hoi.html") it had before it came here: they redirect to the new one."""
    old_pictures: tuple[OldPicture, ...] = ()
