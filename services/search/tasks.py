"""What search does with each message; the work itself stands in the modules beside this one."""

from collections.abc import Sequence
from dataclasses import dataclass

from celery import Celery

from services.search.answers import Answers
from services.search.documents import IndexDocument, from_state, tombstone
from services.search.engines.base import SearchEngine
from services.search.meaning import Learning
from services.search.related import Related
from shared import clock, handler, telemetry
from shared.contracts.commands import ListSearchVersions, SearchArticles, SuggestTitles, VersionsAnswer
from shared.contracts.envelope import Delivered
from shared.contracts.events import (
    ArticlePublished,
    ArticleSaved,
    ArticleWithdrawn,
    Event,
    SearchRulesChanged,
    article_of,
)
from shared.contracts.handled import Handled


@dataclass(frozen=True)
class Indexing:
    """What the writing worker works on."""

    engine: SearchEngine
    after: Sequence[Related | Learning]
    """Who is told what is in the index now."""

    def apply(self, documents: list[IndexDocument], events: Sequence[Delivered[Event]]) -> None:
        applied = self.engine.apply(documents)
        now = clock.now()
        for document, event in zip(documents, events, strict=True):
            if document.id in applied and document.public:
                telemetry.publish_to_searchable_seconds.observe(max(0.0, now - event.occurred_at.timestamp()))
        # Also for what was not newer: the message may come again because this step was not reached.
        for one in self.after:
            one.indexed(documents)


def _save(indexing: Indexing, events: Sequence[Delivered[ArticlePublished | ArticleSaved]]) -> None:
    indexing.apply([from_state(article_of(event)) for event in events], events)


def _withdraw(indexing: Indexing, events: list[Delivered[ArticleWithdrawn]]) -> None:
    indexing.apply([tombstone(event.payload.article_id, event.version) for event in events], events)


def _keep_words(indexing: Indexing, events: list[Delivered[SearchRulesChanged]]) -> None:
    newest = max(events, key=lambda event: event.version)
    indexing.engine.keep_words(newest.version, newest.payload.rules, newest.payload.places)


def _versions(service: Answers, query: ListSearchVersions) -> VersionsAnswer:
    return VersionsAnswer(versions=tuple(service.versions(query.after, query.limit)))


EVENTS: tuple[Handled[Indexing], ...] = (
    ArticlePublished.handled_by(_save),
    ArticleSaved.handled_by(_save),
    ArticleWithdrawn.handled_by(_withdraw),
    SearchRulesChanged.handled_by(_keep_words),
)
QUESTIONS: tuple[Handled[Answers], ...] = (
    SearchArticles.answered_by(Answers.search),
    SuggestTitles.answered_by(Answers.complete),
    ListSearchVersions.answered_by(_versions),
)


def register_indexing(app: Celery, indexing: Indexing) -> None:
    handler.register(app, "search", indexing, EVENTS)


def register_questions(app: Celery, service: Answers) -> None:
    handler.register(app, "search", service, QUESTIONS)
