"""What the desk asks the counter: who reads what, from where, what was refused, what readers search for."""

from datetime import date
from typing import ClassVar

from pydantic import AwareDatetime, Field

from shared.contracts.articles import Contract
from shared.contracts.messages import Query
from shared.contracts.queues import Queue


class ViewPoint(Contract):
    """One point of a curve: `at` begins an hour, a day (+07:00) or five minutes."""

    at: AwareDatetime
    views: int
    readers: int | None = None
    """Estimate of different readers; None where there is none."""


class ViewShare(Contract):
    """One row of a table: a section, an author, a referrer's domain ("": direct, "*": the many small ones)."""

    key: str
    name: str
    views: int


class ViewedArticle(Contract):
    id: int
    title: str
    path: str
    section_name: str
    views: int
    total: int
    """Of all time, opening balance and corrections included."""


class ViewCorrection(Contract):
    at: AwareDatetime
    delta: int
    reason: str
    by: str


class ArticleStatisticsAnswer(Contract):
    article: ViewedArticle | None
    """`views` are those of the days asked for; None: the counter does not know the article."""
    opening_views: int = 0
    hours: tuple[ViewPoint, ...] = ()
    days: tuple[ViewPoint, ...] = ()
    sources: tuple[ViewShare, ...] = ()
    corrections: tuple[ViewCorrection, ...] = ()


class ArticleStatistics(Query[ArticleStatisticsAnswer]):
    """One article's readers: the last 48 hours, the last `days` days, where they came from."""

    kind: ClassVar[str] = "article_statistics"
    queue: ClassVar[Queue] = Queue.statistics
    article_id: int
    days: int = Field(30, ge=1, le=3660)


class SiteStatisticsAnswer(Contract):
    views: int
    days: tuple[ViewPoint, ...] = ()
    articles: tuple[ViewedArticle, ...] = ()
    sections: tuple[ViewShare, ...] = ()
    authors: tuple[ViewShare, ...] = ()
    sources: tuple[ViewShare, ...] = ()


class SiteStatistics(Query[SiteStatisticsAnswer]):
    """The whole paper over some days (+07:00), both ends included; narrowed to a section or an author if asked."""

    kind: ClassVar[str] = "site_statistics"
    queue: ClassVar[Queue] = Queue.statistics
    first: date
    last: date
    section_slug: str = ""
    author_slug: str = ""
    size: int = Field(50, ge=1, le=1000)


class LiveNowAnswer(Contract):
    readers: int
    """Estimate of different readers in the last 5 to 10 minutes."""
    views_5_minutes: int
    views_60_minutes: int
    curve: tuple[ViewPoint, ...] = ()
    articles: tuple[ViewedArticle, ...] = ()
    """Most viewed in the last 15 minutes."""


class LiveNow(Query[LiveNowAnswer]):
    """Who reads at this moment: readers, views of 5 and 60 minutes, the curve, the articles."""

    kind: ClassVar[str] = "live_now"
    queue: ClassVar[Queue] = Queue.statistics
    size: int = Field(20, ge=1, le=100)


class ViewAuditHour(Contract):
    at: AwareDatetime
    accepted: int
    rejected: dict[str, int]
    """By reason; `repeated` is the same visitor within the window."""
    spikes: tuple[str, ...] = ()
    """What is far above its own hours before: "accepted" or a reason."""


class ViewAuditAnswer(Contract):
    hours: tuple[ViewAuditHour, ...] = ()
    corrections: tuple[ViewCorrection, ...] = ()


class ViewAudit(Query[ViewAuditAnswer]):
    """Beacons of the last hours, counted and refused."""

    kind: ClassVar[str] = "view_audit"
    queue: ClassVar[Queue] = Queue.statistics
    hours: int = Field(48, ge=1, le=48)


class SearchedQuery(Contract):
    """What enough readers searched for, as most of them wrote it."""

    query: str
    readers: int
    """Different ones of each day, summed over the days."""
    unfound: int
    """Readers for whom no article had what they asked for."""
    clicked: int
    """Readers who went on to an article."""


class SearchStatisticsAnswer(Contract):
    frequent: tuple[SearchedQuery, ...] = ()
    unfound: tuple[SearchedQuery, ...] = ()
    unclicked: tuple[SearchedQuery, ...] = ()
    """Most found something; fewer than one in ten opened it."""


class SearchStatistics(Query[SearchStatisticsAnswer]):
    """What readers searched for over some days (+07:00), both ends included: most often, in vain, opening nothing."""

    kind: ClassVar[str] = "search_statistics"
    queue: ClassVar[Queue] = Queue.statistics
    first: date
    last: date
    size: int = Field(50, ge=1, le=200)
