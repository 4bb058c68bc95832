"""What search does with each message; the work itself stands in the modules beside this one."""

import time
from collections.abc import Sequence
from typing import Any

from celery import Celery

from services.search.answers import Answers
from services.search.documents import IndexDocument, from_state, tombstone
from services.search.engines.base import SearchEngine
from services.search.related import Related
from shared import telemetry
from shared.contracts.commands import (
    ListSearchVersions,
    SearchAnswer,
    SearchArticles,
    SuggestAnswer,
    SuggestTitles,
    VersionsAnswer,
)
from shared.contracts.envelope import Delivered
from shared.contracts.events import ArticlePublished, ArticleSaved, ArticleWithdrawn
from shared.handler import answers, handles


def register_indexing(app: Celery, engine: SearchEngine, related: Related) -> None:
    """Connect the events of articles with the index."""

    def index(documents: list[IndexDocument], events: Sequence[Delivered[Any]]) -> None:
        applied = engine.apply(documents)
        now = time.time()
        for document, event in zip(documents, events, strict=True):
            if document.id in applied and document.public:
                telemetry.publish_to_searchable_seconds.observe(max(0.0, now - event.occurred_at.timestamp()))
        # Also for what was not newer: the message may come again because this step was not reached.
        related.indexed([(document.id, document.version) for document in documents if document.public])

    @handles(app, ArticlePublished, service="search")
    def article_published(events: list[Delivered[ArticlePublished]]) -> None:
        index([from_state(event.payload.article) for event in events], events)

    @handles(app, ArticleSaved, service="search")
    def article_saved(events: list[Delivered[ArticleSaved]]) -> None:
        index([from_state(event.payload.article) for event in events], events)

    @handles(app, ArticleWithdrawn, service="search")
    def article_withdrawn(events: list[Delivered[ArticleWithdrawn]]) -> None:
        index([tombstone(event.payload.article_id, event.payload.version) for event in events], events)


def register_questions(app: Celery, service: Answers) -> None:
    """Connect questions with their answers."""

    @answers(app, SearchArticles, service="search")
    def search_articles(query: SearchArticles) -> SearchAnswer:
        return service.search(query)

    @answers(app, SuggestTitles, service="search")
    def suggest_titles(query: SuggestTitles) -> SuggestAnswer:
        return service.complete(query)

    @answers(app, ListSearchVersions, service="search")
    def list_search_versions(query: ListSearchVersions) -> VersionsAnswer:
        return VersionsAnswer(versions=tuple(service.versions(query.after, query.limit)))
