"""What web does with each message: the read model is brought up to date, the HTTP processes are told."""

from collections.abc import Callable
from typing import Any

from celery import Celery
from sqlalchemy import Engine

from services.web import reading, store
from shared.contracts.commands import ListWebVersions, VersionsAnswer
from shared.contracts.envelope import Delivered
from shared.contracts.events import (
    ArticlePublished,
    ArticleWithdrawn,
    CommentPublished,
    CommentRemoved,
    Event,
    FrontPageChanged,
    RankingChanged,
    RelatedArticlesChanged,
    SectionSaved,
    ViewTotalsChanged,
)
from shared.handler import answers, handles
from shared.hints import send_hint

SERVICE = "web"
HINT = "web:changes"

Apply = Callable[[Engine, list[Delivered[Any]]], None]

HANDLERS: dict[type[Event], Apply] = {
    ArticlePublished: store.publish,
    ArticleWithdrawn: store.withdraw,
    SectionSaved: store.save_sections,
    FrontPageChanged: store.set_front_page,
    CommentPublished: store.save_comments,
    CommentRemoved: store.save_comments,
    ViewTotalsChanged: store.set_totals,
    RankingChanged: store.set_rankings,
    RelatedArticlesChanged: store.set_related,
}


def register(app: Celery, source: Engine) -> None:
    """Give the app a handler for each kind of event that web hears."""
    for event, apply in HANDLERS.items():
        _register(app, source, event, apply)

    @answers(app, ListWebVersions, SERVICE)
    def list_web_versions(query: ListWebVersions) -> VersionsAnswer:
        return VersionsAnswer(versions=tuple(reading.versions(source, query.after, query.limit)))


def _register(app: Celery, source: Engine, event: type[Event], apply: Apply) -> None:
    @handles(app, event, SERVICE)
    def run(events: list[Delivered[Event]]) -> None:
        apply(source, events)
        send_hint(HINT)
