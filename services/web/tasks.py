"""What web does with each message: the read model is brought up to date, the HTTP processes are told."""

from collections.abc import Callable
from typing import TypeVar

from celery import Celery
from sqlalchemy import Engine

from services.web import address_uses, held, only_ones, preview, store
from shared import handler
from shared.contracts.commands import AddressUseAnswer, ListAddressUse, PreviewAppearance, PreviewArticle
from shared.contracts.events import (
    AddressRulesChanged,
    AppearanceChanged,
    ArticlePublished,
    ArticleWithdrawn,
    AuthorsChanged,
    CommentPublished,
    CommentRemoved,
    FiguresChanged,
    FrontPageChanged,
    LiveEntryPublished,
    LiveEntryWithdrawn,
    PortraitsChanged,
    RankingChanged,
    RelatedArticlesChanged,
    SectionRemoved,
    SectionSaved,
    TagsMerged,
    ViewTotalsChanged,
)
from shared.contracts.handled import Handled
from shared.hints import send_hint

HINT = "web:changes"

Told = TypeVar("Told")


def _told(apply: Callable[[Engine, Told], None]) -> Callable[[Engine, Told], None]:
    """`apply`, after which the HTTP processes look for what has changed."""

    def run(source: Engine, events: Told) -> None:
        apply(source, events)
        send_hint(HINT)

    return run


def _address_use(source: Engine, query: ListAddressUse) -> AddressUseAnswer:
    return address_uses.listed(source, query.size)


HANDLERS: tuple[Handled[Engine], ...] = (
    ArticlePublished.handled_by(_told(store.publish)),
    ArticleWithdrawn.handled_by(_told(store.withdraw)),
    SectionSaved.handled_by(_told(store.save_sections)),
    SectionRemoved.handled_by(_told(store.remove_sections)),
    FrontPageChanged.handled_by(_told(only_ones.set_front_page)),
    FiguresChanged.handled_by(_told(only_ones.set_figures)),
    PortraitsChanged.handled_by(_told(only_ones.set_portraits)),
    AppearanceChanged.handled_by(_told(only_ones.set_appearance)),
    AddressRulesChanged.handled_by(only_ones.set_address_rules),
    TagsMerged.handled_by(_told(only_ones.merge_tags)),
    AuthorsChanged.handled_by(_told(only_ones.set_authors)),
    CommentPublished.handled_by(_told(store.save_comments)),
    CommentRemoved.handled_by(_told(store.save_comments)),
    LiveEntryPublished.handled_by(_told(store.save_live_entries)),
    LiveEntryWithdrawn.handled_by(_told(store.save_live_entries)),
    ViewTotalsChanged.handled_by(_told(store.set_totals)),
    RankingChanged.handled_by(_told(store.set_rankings)),
    RelatedArticlesChanged.handled_by(_told(store.set_related)),
    *held.HANDLERS,
    ListAddressUse.answered_by(_address_use),
    PreviewArticle.answered_by(preview.page),
    PreviewAppearance.answered_by(preview.appearance),
)


def register(app: Celery, source: Engine) -> None:
    handler.register(app, "web", source, HANDLERS)
