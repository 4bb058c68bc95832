"""What pages are made of: small typed views of the read model."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from shared.contracts.addresses import article_path, author_path, section_path, tag_path
from shared.contracts.articles import ArticleState, Image

MOST_COUNTED = 10_000
"""Of a longer list nobody waits for the exact number."""
BLOCK = 2_000
"""Ids in one file of the sitemap."""

ALL, CORRECTED = "all", "corrected"


def of_section(slug: str) -> str:
    return f"s:{slug}"


def of_tag(slug: str) -> str:
    return f"t:{slug}"


def of_author(slug: str) -> str:
    return f"a:{slug}"


def of_kind(kind: str) -> str:
    return f"k:{kind}"


@dataclass(frozen=True, slots=True)
class Card:
    """An article as lists show it."""

    id: int
    path: str
    title: str
    summary: str
    section_slug: str
    section_name: str
    kind: str
    published_at: datetime
    updated_at: datetime
    image: Image | None
    byline: str
    corrected: bool

    @classmethod
    def of(cls, state: ArticleState) -> "Card":
        return cls(
            id=state.id,
            path=article_path(state.section_slug, state.slug, state.id),
            title=state.card_title or state.title,
            summary=state.summary,
            section_slug=state.section_slug,
            section_name=state.section_name,
            kind="live" if state.live else state.kind,
            published_at=state.published_at or state.updated_at,
            updated_at=state.updated_at,
            image=next((image for image in state.images if image.url), None),
            byline=state.byline,
            corrected=bool(state.corrections),
        )

    def stored(self) -> dict[str, Any]:
        """As JSON; `from_stored` reads it."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        for name in ("published_at", "updated_at"):
            fields[name] = int(fields[name].timestamp())
        fields["image"] = self.image.model_dump(mode="json") if self.image else None
        return fields

    @classmethod
    def from_stored(cls, fields: dict[str, Any]) -> "Card":
        known = {name: fields[name] for name in cls.__slots__}
        for name in ("published_at", "updated_at"):
            known[name] = datetime.fromtimestamp(known[name], UTC)
        # The contract's own check of every field would cost more than reading the row.
        known["image"] = image_of(known["image"]) if known["image"] else None
        return cls(**known)


def image_of(fields: dict[str, Any]) -> Image:
    """A picture that was checked when it was stored."""
    renditions = tuple((int(width), str(url)) for width, url in fields.get("renditions") or ())
    return Image.model_construct(**{**fields, "renditions": renditions})


@dataclass(frozen=True, slots=True)
class Section:
    """`children` are its sub-sections in their order."""

    slug: str
    name: str
    parent_slug: str = ""
    children: tuple["Section", ...] = ()

    @property
    def path(self) -> str:
        return section_path(self.slug)

    def all(self, level: int = 0) -> Iterator[tuple[int, "Section"]]:
        """It and all below it, each with how many levels below."""
        yield level, self
        for child in self.children:
            yield from child.all(level + 1)


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a list, newest first."""

    cards: tuple[Card, ...]
    page: int
    more: bool
    """There is a next page."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A card of the most read, with its views in the window."""

    card: Card
    views: int


@dataclass(frozen=True, slots=True)
class Comment:
    """What a reader said, or the paper in answer."""

    id: int
    name: str
    text: str
    at: datetime
    replies: tuple["Comment", ...] = ()
    edited: bool = False
    by_paper: bool = False
    likes: int = 0
    more_replies: int = 0
    """Older ones than `replies`."""


Order = Literal["oldest", "newest", "liked"]
"""In which comments stand: by their time, or those that most readers like first."""


@dataclass(frozen=True, slots=True)
class Discussion:
    """A page of what readers said under an article: its comments, each with its last replies; or one with a page of its
    replies, where `thread` is its id."""

    comments: tuple[Comment, ...] = ()
    number: int = 0
    """How many there are in all, replies too."""
    page: int = 1
    more: bool = False
    """There is a next page."""
    order: Order = "oldest"
    thread: int = 0


@dataclass(frozen=True, slots=True)
class LiveEntry:
    """An entry of a live coverage; `page` is where in the coverage it stands."""

    id: int
    version: int
    title: str
    body: str
    byline: str
    authors: tuple[str, ...]
    images: tuple[Image, ...]
    pinned: bool
    key_event: bool
    correction: str
    at: datetime
    updated_at: datetime
    page: int

    @property
    def mark(self) -> str:
        """Its place on the page."""
        return f"muc-{self.id}"

    @classmethod
    def of(cls, version: int, fields: dict[str, Any], page: int) -> "LiveEntry":
        return cls(
            version=version,
            page=page,
            at=datetime.fromisoformat(fields["at"]),
            updated_at=datetime.fromisoformat(fields["updated_at"]),
            authors=tuple(author["name"] for author in fields["authors"]),
            images=tuple(map(image_of, fields["images"])),
            **{name: fields[name] for name in _OF_ENTRY},
        )


_OF_ENTRY = ("id", "title", "body", "byline", "pinned", "key_event", "correction")


@dataclass(frozen=True, slots=True)
class Coverage:
    """A page of a live coverage. `version` names all of it, `gone` are ids of entries that were taken away."""

    version: int
    entries: tuple[LiveEntry, ...]
    events: tuple[LiveEntry, ...]
    """The main events, the first one first."""
    gone: tuple[int, ...]
    page: int
    more: bool

    @property
    def updated_at(self) -> datetime | None:
        return max((entry.updated_at for entry in self.entries), default=None)


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A tombstone: the article was public once. `reason_kind` is "withdrawn" or "unpublished"."""

    id: int
    reason_kind: str


@dataclass(frozen=True, slots=True)
class Around:
    """Neighbours in the section: the article before and after in time, and older ones ("Tin khác")."""

    older: Card | None
    newer: Card | None
    others: tuple[Card, ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """An article's page: its state and everything that stands around it."""

    state: ArticleState
    around: Around
    related: tuple[Card, ...] = ()
    discussion: Discussion = field(default=Discussion())
    section: Section | None = None
    ancestors: tuple[Section, ...] = ()
    """The sections above its own, the topmost first."""
    tags: tuple[tuple[str, str], ...] = field(default=())
    """(name, path)"""
    event: tuple[str, str] | None = None
    """The same of what it is a part of."""
    authors: tuple[tuple[str, str, str], ...] = field(default=())
    """(name, path, roles as printed)"""

    @property
    def path(self) -> str:
        return article_path(self.state.section_slug, self.state.slug, self.state.id)

    @property
    def comments(self) -> tuple[Comment, ...]:
        """Those that stand on the page."""
        return self.discussion.comments

    @property
    def spoken(self) -> int:
        """How many comments there are, replies too."""
        return self.discussion.number

    @classmethod
    def of(cls, state: ArticleState, around: Around, **more: Any) -> "Story":
        return cls(
            state=state,
            around=around,
            tags=tuple((tag.name, tag_path(tag.slug)) for tag in state.tags),
            event=(state.event.name, tag_path(state.event.slug)) if state.event else None,
            authors=tuple((author.name, author_path(author.slug), ", ".join(author.roles)) for author in state.authors),
            **more,
        )
