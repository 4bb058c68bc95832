"""Events: facts in the past tense that carry the state they speak of, so that nobody has to ask back.

A new kind of event is one class here, one row in `SUBSCRIBERS`, and one handler in each service that consumes
the queues of that row; tests/unit/shared/test_contracts.py fails while one of them is missing.
"""

from collections.abc import Callable
from typing import Annotated, ClassVar, Literal, Self, TypeVar

from pydantic import AwareDatetime, Field, StringConstraints

from shared.contracts.appearance import Appearance, LookFiles
from shared.contracts.articles import ArticleState, Author, Contract, Image
from shared.contracts.envelope import Delivered
from shared.contracts.handled import Handled
from shared.contracts.queues import Queue

Of = TypeVar("Of")


class Event(Contract):
    """Base of the events. `kind` names it on the wire; raise `schema_version` only where old readers would err."""

    kind: ClassVar[str]
    schema_version: ClassVar[int] = 1

    @classmethod
    def handled_by(cls, apply: Callable[[Of, list[Delivered[Self]]], None]) -> Handled[Of]:
        """For `shared.handler.register`: `apply` gets the events of one message, 1 to BATCH_EVENTS."""
        return Handled(cls, apply)


class ArticlePublished(Event):
    """An article became public, or a new version of a public article did (corrections included)."""

    kind: ClassVar[str] = "article_published"
    article: ArticleState


class ArticleSaved(Event):
    """A version that readers must not see was saved: drafts, scheduled stories. For the editors' search."""

    kind: ClassVar[str] = "article_saved"
    article: ArticleState


def article_of(event: Delivered[ArticlePublished | ArticleSaved]) -> ArticleState:
    """The article of an event with the version that stores order by: the envelope's."""
    return event.payload.article.model_copy(update={"version": event.version})


class ArticleWithdrawn(Event):
    """A public article is gone: a tombstone with the version that took it away."""

    kind: ClassVar[str] = "article_withdrawn"
    article_id: int
    version: int
    reason_kind: Literal["withdrawn", "unpublished"]
    section_slug: str
    at: AwareDatetime


class SectionSaved(Event):
    """A section was made, renamed, moved or reordered."""

    kind: ClassVar[str] = "section_saved"
    id: int
    version: int
    slug: str
    name: str
    parent_slug: str = ""
    position: int = 0


class SectionRemoved(Event):
    """There is no such section: ingest was put back to a state before it was made."""

    kind: ClassVar[str] = "section_removed"
    id: int
    version: int


class BreakingNews(Contract):
    """An article that is told above every page. Readers see it no longer than `until`, whatever else arrives."""

    article_id: int
    until: AwareDatetime


class FrontPageChanged(Event):
    """Editors set the front page: article ids in reading order, the first one leads; what is breaking news; and what
    leads the fronts of sections, by their slugs."""

    kind: ClassVar[str] = "front_page_changed"
    id: int = 1
    version: int
    pinned: tuple[int, ...] = ()
    breaking: tuple[BreakingNews, ...] = ()
    sections: dict[str, tuple[int, ...]] = {}


MAX_FIGURES = 8
_Words = Annotated[str, StringConstraints(max_length=40, pattern=r"^[^\x00-\x1f\x7f]*$")]


class Figure(Contract):
    """The weather of a place, the price of a thing, as readers see it."""

    label: Annotated[_Words, Field(min_length=1)]
    value: Annotated[_Words, Field(min_length=1)]
    note: _Words = ""


class FiguresTold(Contract):
    """What an address of the newsroom's says."""

    figures: Annotated[tuple[Figure, ...], Field(max_length=MAX_FIGURES)]


class FiguresChanged(Event):
    """The newsroom told other weather or prices. Readers see them no longer than `until`, whatever else arrives."""

    kind: ClassVar[str] = "figures_changed"
    id: int = 1
    version: int
    figures: tuple[Figure, ...] = ()
    until: AwareDatetime | None = None


class PortraitsChanged(Event):
    """Editors chose or took away a portrait: all of them; what each shows is the name that readers see."""

    kind: ClassVar[str] = "portraits_changed"
    id: int = 1
    version: int
    portraits: dict[str, Image] = {}


class AppearanceChanged(Event):
    """The newsroom chose another look for its site."""

    kind: ClassVar[str] = "appearance_changed"
    id: int = 1
    version: int
    appearance: Appearance = Appearance()
    data: LookFiles = {}


class AddressRule(Contract):
    """Addresses of a former site and where they lead (shared.address_rules)."""

    id: int
    pattern: str
    target: str


class AddressRulesChanged(Event):
    """Editors changed the rules by which addresses of a former site lead to ours: all of them."""

    kind: ClassVar[str] = "address_rules_changed"
    id: int = 1
    version: int
    rules: tuple[AddressRule, ...] = ()


class SigningAuthor(Contract):
    """A person, and the names in bylines that readers may know to be theirs; the first one heads their page."""

    id: int
    names: tuple[str, ...]


class AuthorsChanged(Event):
    """Editors said whose a name in bylines is, or that it is nobody's: all authors whom readers may know."""

    kind: ClassVar[str] = "authors_changed"
    id: int = 1
    version: int
    authors: tuple[SigningAuthor, ...] = ()


class TagMerge(Contract):
    """A tag that is another one now: its page leads there, its articles stand there."""

    slug: str
    name: str
    into_slug: str
    into_name: str


class TagsMerged(Event):
    """Editors merged a tag into another, or took that back: all merges."""

    kind: ClassVar[str] = "tags_merged"
    id: int = 1
    version: int
    merges: tuple[TagMerge, ...] = ()


class SearchRule(Contract):
    """Names that mean the same when somebody searches; with `article_id` the queries that this article answers."""

    words: tuple[str, ...]
    article_id: int = 0


class SearchRulesChanged(Event):
    """Editors changed what they say of readers' words: all of it."""

    kind: ClassVar[str] = "search_rules_changed"
    id: int = 1
    version: int
    rules: tuple[SearchRule, ...] = ()
    places: bool = True
    """Whether provinces and communes are found by their names before and after the mergers of 2025."""


class TrendingRule(Contract):
    """An article that editors pin to the trending list (at `position`, from 1) or keep out of it."""

    article_id: int
    rule: Literal["pin", "exclude"]
    position: int = Field(1, ge=1, le=20)


class TrendingRulesChanged(Event):
    """Editors changed what they pin to the trending list or keep out of it: all of it, what was said last first."""

    kind: ClassVar[str] = "trending_rules_changed"
    id: int = 1
    version: int
    rules: tuple[TrendingRule, ...] = ()


class CommentPublished(Event):
    """An editor approved a reader's comment, mended one that is public, or answered one in the paper's name; or readers
    like one."""

    kind: ClassVar[str] = "comment_published"
    id: int
    version: int
    article_id: int
    parent_id: int | None = None
    name: str
    text: str
    at: AwareDatetime
    edited: bool = False
    """The paper changed its words."""
    by_paper: bool = False
    likes: int = 0


class CommentRemoved(Event):
    """A comment that had been public is gone."""

    kind: ClassVar[str] = "comment_removed"
    id: int
    version: int
    article_id: int


class LiveEntryPublished(Event):
    """An entry of a live coverage became public, or a public one was changed: corrected, pinned, marked."""

    kind: ClassVar[str] = "live_entry_published"
    id: int
    version: int
    article_id: int
    title: str = ""
    body: str
    """Sanitised HTML."""
    byline: str = ""
    authors: tuple[Author, ...] = ()
    images: tuple[Image, ...] = ()
    """Those that stand in the body."""
    pinned: bool = False
    key_event: bool = False
    correction: str = ""
    """What was corrected, for readers."""
    at: AwareDatetime
    """Since when it is public."""
    updated_at: AwareDatetime


class LiveEntryWithdrawn(Event):
    """An entry that had been public is gone."""

    kind: ClassVar[str] = "live_entry_withdrawn"
    id: int
    version: int
    article_id: int


class ViewTotalsChanged(Event):
    """New view totals of some articles. A total carries its own version: for one article it never falls,
    except by a correction by hand, which raises `epoch`."""

    kind: ClassVar[str] = "view_totals_changed"
    totals: dict[int, int]
    epoch: int = 0


class RankedArticle(Contract):
    id: int
    views: int


class RankingChanged(Event):
    """A list of the most read. `section_slug` is "" for the whole paper; `version` is the time it was made, in ms."""

    kind: ClassVar[str] = "ranking_changed"
    window: Literal["1h", "24h", "7d", "30d", "trending"]
    section_slug: str = ""
    version: int
    entries: tuple[RankedArticle, ...] = ()


class RelatedArticlesChanged(Event):
    """Search found the articles that read alike. `version` is the time it did so, in µs."""

    kind: ClassVar[str] = "related_articles_changed"
    article_id: int
    version: int
    related: tuple[int, ...] = ()


SUBSCRIBERS: dict[type[Event], tuple[Queue, ...]] = {
    ArticlePublished: (Queue.page, Queue.index, Queue.count),
    ArticleSaved: (Queue.index,),
    ArticleWithdrawn: (Queue.page, Queue.index, Queue.count),
    SectionSaved: (Queue.page,),
    SectionRemoved: (Queue.page,),
    FrontPageChanged: (Queue.page,),
    FiguresChanged: (Queue.page,),
    PortraitsChanged: (Queue.page,),
    AuthorsChanged: (Queue.page,),
    AppearanceChanged: (Queue.page,),
    AddressRulesChanged: (Queue.page,),
    TagsMerged: (Queue.page,),
    SearchRulesChanged: (Queue.index,),
    TrendingRulesChanged: (Queue.count,),
    CommentPublished: (Queue.page,),
    CommentRemoved: (Queue.page,),
    LiveEntryPublished: (Queue.page,),
    LiveEntryWithdrawn: (Queue.page,),
    ViewTotalsChanged: (Queue.page,),
    RankingChanged: (Queue.page,),
    RelatedArticlesChanged: (Queue.page,),
}

BY_KIND: dict[str, type[Event]] = {event.kind: event for event in SUBSCRIBERS}
