"""What the counter does with each message; the work itself stands in the modules beside this one."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from celery import Celery
from sqlalchemy import Engine

from services.counter import statistics, store
from services.counter.hot import Hot
from shared.contracts.commands import (
    AppliedBatchesAnswer,
    ArticleStatistics,
    ArticleStatisticsAnswer,
    CountViews,
    ListAppliedBatches,
    ListCounterVersions,
    LiveNow,
    LiveNowAnswer,
    SetTrendingRule,
    SiteStatistics,
    SiteStatisticsAnswer,
    VersionsAnswer,
    ViewAudit,
    ViewAuditAnswer,
)
from shared.contracts.envelope import Delivered
from shared.contracts.events import ArticlePublished, ArticleWithdrawn
from shared.handler import answers, executes, handles


def register(app: Celery, source: Engine, hot: Hot, wake: Callable[[], None]) -> None:
    """Connect the counter's handlers with its stores; `wake` is called when there is something to drain or to tell."""

    # Editors' questions may take seconds; the views behind them in the queue do not wait for that.
    beside = ThreadPoolExecutor(1, "statistics")

    def changed() -> None:
        hot.articles_changed()
        wake()

    @executes(app, CountViews, service="counter")
    def count_views(batch: CountViews) -> None:
        hot.apply(batch)
        wake()

    @executes(app, SetTrendingRule, service="counter")
    def set_trending_rule(rule: SetTrendingRule) -> None:
        store.set_rule(source, rule)
        changed()

    @handles(app, ArticlePublished, service="counter")
    def article_published(events: list[Delivered[ArticlePublished]]) -> None:
        if store.keep_articles(source, [event.payload.article for event in events]):
            changed()

    @handles(app, ArticleWithdrawn, service="counter")
    def article_withdrawn(events: list[Delivered[ArticleWithdrawn]]) -> None:
        if store.withdraw(source, [event.payload for event in events]):
            changed()

    @answers(app, ListCounterVersions, service="counter")
    def list_counter_versions(query: ListCounterVersions) -> VersionsAnswer:
        return VersionsAnswer(versions=tuple(store.versions_after(source, query.after, query.limit)))

    @answers(app, ListAppliedBatches, service="counter")
    def list_applied_batches(query: ListAppliedBatches) -> AppliedBatchesAnswer:
        # In this order: what is drained in between stands in one of them.
        on_the_way = tuple(hot.applied(query.names))
        return AppliedBatchesAnswer(names=tuple(store.stored(source, query.names)), on_the_way=on_the_way)

    @answers(app, ArticleStatistics, service="counter", beside=beside)
    def article_statistics(query: ArticleStatistics) -> ArticleStatisticsAnswer:
        return statistics.of_article(source, query, time.time())

    @answers(app, SiteStatistics, service="counter", beside=beside)
    def site_statistics(query: SiteStatistics) -> SiteStatisticsAnswer:
        return statistics.of_site(source, query)

    @answers(app, LiveNow, service="counter", beside=beside)
    def live_now(query: LiveNow) -> LiveNowAnswer:
        return statistics.live(source, hot, query, time.time())

    @answers(app, ViewAudit, service="counter", beside=beside)
    def view_audit(query: ViewAudit) -> ViewAuditAnswer:
        return statistics.audit(source, query.hours, time.time())
