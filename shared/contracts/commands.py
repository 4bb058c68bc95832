"""Commands say what to do; queries ask and get an answer while somebody still waits for it."""

from typing import Any, ClassVar, Literal

from pydantic import AwareDatetime, Field

from shared.contracts.appearance import Appearance, Colours, LookFiles
from shared.contracts.articles import ArticleState, Contract, Tag
from shared.contracts.from_readers import (
    LikeComment,
    ListHeldComments,
    ListHeldTips,
    ReportComment,
    SubmitComment,
    SubmitTip,
    SubmitTipPhoto,
)
from shared.contracts.messages import Command, Query
from shared.contracts.queues import Queue
from shared.contracts.statistics import ArticleStatistics, LiveNow, SearchStatistics, SiteStatistics, ViewAudit


class CountViews(Command):
    """Accepted views, and the tally of refused ones, in one batch that counts once however often it arrives.

    `views` are (article id, visitor key, unix seconds, referrer domain or "").
    `rejected` are (reason, number) since the last batch. `asked` are (article id, visitor key) of readers who have
    asked for the article's page.
    """

    kind: ClassVar[str] = "count_views"
    queue: ClassVar[Queue] = Queue.count
    batch_id: str
    views: tuple[tuple[int, str, int, str], ...]
    rejected: dict[str, int] = {}
    asked: tuple[tuple[int, str], ...] = ()


class CountSearches(Command):
    """What readers have searched for in the last seconds; each counts once a day, however often it arrives.

    `searches` are (query as typed, mark, what became of it). The mark is one of a reader with this query: of another
    query the same reader has another mark.
    """

    kind: ClassVar[str] = "count_searches"
    queue: ClassVar[Queue] = Queue.count
    private: ClassVar[bool] = True
    at: AwareDatetime
    searches: tuple[tuple[str, str, Literal["found", "unfound", "clicked"]], ...]


class StoreDeadLetter(Command):
    """What could not be handled, whole, for ops to read, put back or drop."""

    kind: ClassVar[str] = "store_dead_letter"
    queue: ClassVar[Queue] = Queue.dead
    id: str
    service: str
    task: str
    source_queue: str
    message: dict[str, Any]
    error: str
    attempts: int
    at: AwareDatetime


class RetryJob(Command):
    """Begin an import or a feed anew that was given up after several tries: what replaying its letter does."""

    kind: ClassVar[str] = "retry_job"
    queue: ClassVar[Queue] = Queue.dead
    job: Literal["import", "feed"]
    id: int


# ---------------------------------------------------------------- queries


class SearchHit(Contract):
    id: int
    title: str
    url: str
    section: str
    section_slug: str = ""
    published_at: AwareDatetime | None
    summary: str
    highlight: str
    """HTML: escaped text with <mark>."""
    highlight_title: str = ""
    status: str = "published"
    image: str = ""
    tags: tuple[Tag, ...] = ()


class SearchAnswer(Contract):
    total: int
    """Articles that have what was asked for: all its words, or enough of them side by side."""
    nearest: int = 0
    """How many of these results, at least, have not and are in no total: they come nearest to it."""
    took_ms: float
    suggestion: str | None = None
    also: tuple[str, ...] = ()
    """Names that places in the query had before the mergers of 2025, or have since: these are found too."""
    facets: dict[str, list[dict[str, Any]]] = {}
    """{"section": [{"value", "label", "count"}], "year": …, "author": …}."""
    results: tuple[SearchHit, ...] = ()


class SearchArticles(Query[SearchAnswer]):
    """One page of hits: words with the marks as typed first, then those without, with facets and a better spelling.

    `total` and facets count what has the words; `nearest` of the results have not, and come nearest to a long query.
    """

    kind: ClassVar[str] = "search_articles"
    queue: ClassVar[Queue] = Queue.query
    q: str = Field(max_length=500)
    page: int = Field(1, ge=1, le=500)
    size: int = Field(20, ge=1, le=100)
    section: str = ""
    below: tuple[str, ...] = ()
    """The sections below `section`, at every level: what stands in them stands in it."""
    author: str = ""
    """The slug of a name, which names that differ in their marks share."""
    signed: tuple[str, ...] = ()
    """Names, one of which must stand in the byline as it is; in place of `author`."""
    date_from: AwareDatetime | None = None
    date_to: AwareDatetime | None = None
    sort: Literal["relevance", "newest"] = "relevance"
    drafts: bool = False
    """Set by the editors' desk only; readers' questions never see what is not published."""
    draft_sections: tuple[str, ...] | None = None
    """With `drafts`: the desks the asker may read; None means all."""


class Suggestion(Contract):
    title: str
    url: str


class SuggestAnswer(Contract):
    results: tuple[Suggestion, ...] = ()


class SuggestTitles(Query[SuggestAnswer]):
    """Titles that begin like what somebody is typing."""

    kind: ClassVar[str] = "suggest_titles"
    queue: ClassVar[Queue] = Queue.query
    q: str = Field(max_length=200)
    size: int = Field(8, ge=1, le=8)


class VersionsAnswer(Contract):
    versions: tuple[tuple[int, int], ...]
    """(article id, version) in the order of ids; fewer than asked for means the end."""


class ListWebVersions(Query[VersionsAnswer]):
    """What web's read model holds, tombstones included, for reconciliation."""

    kind: ClassVar[str] = "list_web_versions"
    queue: ClassVar[Queue] = Queue.page
    after: int = 0
    limit: int = Field(5000, ge=1, le=20000)


class ListWebComments(ListWebVersions):
    """What web's read model holds of comments, removed ones included."""

    kind: ClassVar[str] = "list_web_comments"


class ListWebLiveEntries(ListWebVersions):
    """The same of entries of live coverages, withdrawn ones too."""

    kind: ClassVar[str] = "list_web_live_entries"


class ListWebSections(ListWebVersions):
    """The sections that web's read model holds."""

    kind: ClassVar[str] = "list_web_sections"


class ListWebRelated(ListWebVersions):
    """Of which articles, in which versions, web's read model holds what search found related."""

    kind: ClassVar[str] = "list_web_related"


class LostAddress(Contract):
    """An address that readers asked for in vain."""

    address: str
    times: int
    last_at: AwareDatetime


class AddressUseAnswer(Contract):
    led: dict[str, int] = {}
    """How often a rule led somewhere, by its id; "articles" and "forms": what leads without a rule."""
    lost: tuple[LostAddress, ...] = ()
    """The most often asked for first."""


class ListAddressUse(Query[AddressUseAnswer]):
    """What became of those who asked for addresses of a former site in the last weeks."""

    kind: ClassVar[str] = "list_address_use"
    queue: ClassVar[Queue] = Queue.page
    size: int = Field(100, ge=1, le=500)


class PreviewAnswer(Contract):
    html: str


class PreviewArticle(Query[PreviewAnswer]):
    """How would readers see this state of an article? It is kept nowhere."""

    kind: ClassVar[str] = "preview_article"
    queue: ClassVar[Queue] = Queue.page
    article: ArticleState


class FaintColours(Contract):
    """Words that cannot be read well enough on a ground, by the names of their colours."""

    mode: Literal["light", "dark"]
    words: str
    ground: str
    contrast: float


class AppearanceAnswer(Contract):
    light: Colours
    """All colours: those of the theme, and above them what was asked about."""
    dark: Colours
    name: str
    """The paper's, as its readers would see it."""
    faint: tuple[FaintColours, ...] = ()
    faults: tuple[str, ...] = ()
    """What the theme's own rules would make unreadable with these colours, in Vietnamese."""
    html: str = ""


class PreviewAppearance(Query[AppearanceAnswer]):
    """How would readers see the site with this look, and can all of it be read? It is kept nowhere."""

    kind: ClassVar[str] = "preview_appearance"
    queue: ClassVar[Queue] = Queue.page
    appearance: Appearance
    data: LookFiles = {}
    page: Literal["", "home", "article", "section"] = ""
    """Which page is to be made; "" for none."""
    mode: Literal["light", "dark"] = "light"


class ListSearchVersions(ListWebVersions):
    """What the search index holds."""

    kind: ClassVar[str] = "list_search_versions"
    queue: ClassVar[Queue] = Queue.query


class ListCounterVersions(ListWebVersions):
    """What the counter knows of articles."""

    kind: ClassVar[str] = "list_counter_versions"
    queue: ClassVar[Queue] = Queue.statistics


class AppliedBatchesAnswer(Contract):
    names: tuple[str, ...]
    """Those that the counter holds for good."""
    on_the_way: tuple[str, ...] = ()
    """Those that it has applied: they need not be sent again, and may still be lost with its Redis."""


class ListAppliedBatches(Query[AppliedBatchesAnswer]):
    """Which of these batches of views does the counter hold? What it does not know is sent again."""

    kind: ClassVar[str] = "list_applied_batches"
    queue: ClassVar[Queue] = Queue.statistics
    names: tuple[str, ...] = Field(max_length=2000)


COMMANDS: tuple[type[Command], ...] = (
    CountViews,
    CountSearches,
    ListAppliedBatches,
    ArticleStatistics,
    SiteStatistics,
    LiveNow,
    ViewAudit,
    SearchStatistics,
    SubmitComment,
    ReportComment,
    LikeComment,
    SubmitTip,
    SubmitTipPhoto,
    ListHeldTips,
    ListHeldComments,
    StoreDeadLetter,
    RetryJob,
    SearchArticles,
    SuggestTitles,
    ListWebVersions,
    ListWebComments,
    ListWebLiveEntries,
    ListWebRelated,
    ListWebSections,
    ListAddressUse,
    PreviewArticle,
    PreviewAppearance,
    ListSearchVersions,
    ListCounterVersions,
)
