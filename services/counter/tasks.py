"""What the counter does with each message; the work itself stands in the modules beside this one."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from celery import Celery
from sqlalchemy import Engine

from services.counter import by_hand, searches, statistics, store
from services.counter.hot import Hot
from shared import handler
from shared.contracts.commands import (
    AppliedBatchesAnswer,
    CountSearches,
    CountViews,
    ListAppliedBatches,
    ListCounterVersions,
    VersionsAnswer,
)
from shared.contracts.envelope import Delivered
from shared.contracts.events import ArticlePublished, ArticleWithdrawn, TrendingRulesChanged, article_of
from shared.contracts.handled import Handled
from shared.contracts.statistics import (
    ArticleStatistics,
    ArticleStatisticsAnswer,
    LiveNow,
    LiveNowAnswer,
    SearchStatistics,
    SearchStatisticsAnswer,
    SiteStatistics,
    SiteStatisticsAnswer,
    ViewAudit,
    ViewAuditAnswer,
)


@dataclass(frozen=True)
class Counter:
    """What the counter works on; `wake` is called when there is something to drain or to tell."""

    source: Engine
    hot: Hot
    wake: Callable[[], None]

    def articles_changed(self) -> None:
        self.hot.articles_changed()
        self.wake()


def _count(counter: Counter, batch: CountViews) -> None:
    counter.hot.apply(batch)
    counter.wake()


def _count_searches(counter: Counter, told: CountSearches) -> None:
    searches.keep(counter.source, counter.hot.searches.count(told))


def _set_rules(counter: Counter, events: list[Delivered[TrendingRulesChanged]]) -> None:
    if by_hand.set_rules(counter.source, events):
        counter.articles_changed()


def _publish(counter: Counter, events: list[Delivered[ArticlePublished]]) -> None:
    if store.keep_articles(counter.source, [article_of(event) for event in events]):
        counter.articles_changed()


def _withdraw(counter: Counter, events: list[Delivered[ArticleWithdrawn]]) -> None:
    if store.withdraw(
        counter.source, [event.payload.model_copy(update={"version": event.version}) for event in events]
    ):
        counter.articles_changed()


def _versions(counter: Counter, query: ListCounterVersions) -> VersionsAnswer:
    return VersionsAnswer(versions=tuple(store.versions_after(counter.source, query.after, query.limit)))


def _applied_batches(counter: Counter, query: ListAppliedBatches) -> AppliedBatchesAnswer:
    # In this order: what is drained in between stands in one of them.
    on_the_way = tuple(counter.hot.applied(query.names))
    return AppliedBatchesAnswer(names=tuple(store.stored(counter.source, query.names)), on_the_way=on_the_way)


def _article(counter: Counter, query: ArticleStatistics) -> ArticleStatisticsAnswer:
    return statistics.of_article(counter.source, query, time.time())


def _site(counter: Counter, query: SiteStatistics) -> SiteStatisticsAnswer:
    return statistics.of_site(counter.source, query)


def _live(counter: Counter, query: LiveNow) -> LiveNowAnswer:
    return statistics.live(counter.source, counter.hot, query, time.time())


def _audit(counter: Counter, query: ViewAudit) -> ViewAuditAnswer:
    return statistics.audit(counter.source, query.hours, time.time())


def _searched(counter: Counter, query: SearchStatistics) -> SearchStatisticsAnswer:
    return searches.told(counter.source, query)


HANDLERS: tuple[Handled[Counter], ...] = (
    ArticlePublished.handled_by(_publish),
    ArticleWithdrawn.handled_by(_withdraw),
    TrendingRulesChanged.handled_by(_set_rules),
    CountViews.done_by(_count),
    CountSearches.done_by(_count_searches),
    ListCounterVersions.answered_by(_versions),
    ListAppliedBatches.answered_by(_applied_batches),
)
LONG_QUESTIONS: tuple[Handled[Counter], ...] = (
    ArticleStatistics.answered_by(_article),
    SiteStatistics.answered_by(_site),
    LiveNow.answered_by(_live),
    ViewAudit.answered_by(_audit),
    SearchStatistics.answered_by(_searched),
)
"""Editors' questions may take seconds; the views behind them in the queue do not wait for that."""


def register(app: Celery, counter: Counter) -> None:
    handler.register(app, "counter", counter, HANDLERS)
    handler.register(app, "counter", counter, LONG_QUESTIONS, beside=ThreadPoolExecutor(1, "statistics"))
