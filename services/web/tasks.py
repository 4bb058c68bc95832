"""What web does with each message: the read model is brought up to date, the HTTP processes are told."""

from collections.abc import Callable
from typing import Any

from celery import Celery
from sqlalchemy import Engine

from services.web import address_uses, held, preview, store
from shared import handler
from shared.contracts.commands import (
    AddressUseAnswer,
    ListAddressUse,
    PreviewAppearance,
    PreviewArticle,
)
from shared.contracts.envelope import Delivered
from shared.contracts.events import (
    AddressRulesChanged,
    AppearanceChanged,
    ArticlePublished,
    ArticleWithdrawn,
    CommentPublished,
    CommentRemoved,
    FrontPageChanged,
    LiveEntryPublished,
    LiveEntryWithdrawn,
    RankingChanged,
    RelatedArticlesChanged,
    SectionRemoved,
    SectionSaved,
    TagsMerged,
    ViewTotalsChanged,
)
from shared.hints import send_hint

HINT = "web:changes"

Apply = Callable[[Engine, list[Delivered[Any]]], None]


def _told(apply: Apply) -> Apply:
    """`apply`, after which the HTTP processes look for what has changed."""

    def run(source: Engine, events: list[Delivered[Any]]) -> None:
        apply(source, events)
        send_hint(HINT)

    return run


def _address_use(source: Engine, query: ListAddressUse) -> AddressUseAnswer:
    return address_uses.listed(source, query.size)


EVENTS: handler.Events = {
    ArticlePublished: _told(store.publish),
    ArticleWithdrawn: _told(store.withdraw),
    SectionSaved: _told(store.save_sections),
    SectionRemoved: _told(store.remove_sections),
    FrontPageChanged: _told(store.set_front_page),
    AppearanceChanged: _told(store.set_appearance),
    AddressRulesChanged: store.set_address_rules,
    TagsMerged: _told(store.merge_tags),
    CommentPublished: _told(store.save_comments),
    CommentRemoved: _told(store.save_comments),
    LiveEntryPublished: _told(store.save_live_entries),
    LiveEntryWithdrawn: _told(store.save_live_entries),
    ViewTotalsChanged: _told(store.set_totals),
    RankingChanged: _told(store.set_rankings),
    RelatedArticlesChanged: _told(store.set_related),
}
QUESTIONS: handler.Questions = {
    **held.QUESTIONS,
    ListAddressUse: _address_use,
    PreviewArticle: preview.page,
    PreviewAppearance: preview.appearance,
}


def register(app: Celery, source: Engine) -> None:
    handler.register(app, "web", source, events=EVENTS, questions=QUESTIONS)
