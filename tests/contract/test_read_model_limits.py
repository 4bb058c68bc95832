"""What ingest takes no store refuses: read models bound no text but words of their own."""

from datetime import UTC, datetime
from typing import TypeVar

import pytest
from sqlalchemy import Engine, MetaData, String, Table, Text

import services.counter.store as counter
import services.counter.tables as counter_tables
import services.web.store as web
import services.web.tables as web_tables
from services.web.reading import reading
from shared.contracts.addresses import OLD_PATH_CHARS
from shared.contracts.articles import ArticleState, Author, Tag
from shared.contracts.envelope import Delivered, Envelope
from shared.contracts.events import ArticlePublished, Event, RankedArticle, RankingChanged, SectionSaved

E = TypeVar("E", bound=Event)

OWN_WORDS = {
    "articles.reason_kind",
    "appearance_files.name",
    "changes.kind",
    "drains.id",
    "producers.producer",
    "referrers.domain",
    "rules.rule",
    "tallies.reason",
}
"""Columns whose text the store makes itself."""

LONG = "đ" * 500


def bounded(table: Table) -> set[str]:
    return {
        f"{table.name}.{column.name}"
        for column in table.columns
        if isinstance(column.type, String) and not isinstance(column.type, Text) and column.type.length
    }


@pytest.mark.parametrize("metadata", [web_tables.metadata, counter_tables.metadata])
def test_no_column_bounds_what_another_service_has_bounded(metadata: MetaData) -> None:
    found = {name for table in metadata.tables.values() for name in bounded(table)}
    assert found <= OWN_WORDS


def longest() -> ArticleState:
    """An article whose every text is as long as ingest's doors let it be, or longer."""
    at = datetime(2026, 3, 1, tzinfo=UTC)
    return ArticleState(
        id=1,
        version=1,
        status="published",
        title=LONG,
        slug="d" * 500,
        section_slug="d" * 500,
        section_name=LONG,
        byline=LONG,
        tags=tuple(Tag(slug=f"{number}{'d' * 500}", name=LONG) for number in range(50)),
        authors=(Author(name=LONG, slug="d" * 500), Author(name="Cà Thị Sín", slug="ca-thi-sin")),
        old_paths=("/" + "đ" * (OLD_PATH_CHARS - 1),),
        published_at=at,
        first_published_at=at,
        updated_at=at,
    )


def delivered(event: E) -> Delivered[E]:
    return Delivered(Envelope(event_id="e", key="1", version=1, occurred_at=0.0, payload={}), event)


def migrated(service: str) -> Engine:
    from shared.database import engine, migrate

    migrate(service)
    return engine(service)


@pytest.mark.postgres
def test_the_longest_article_goes_into_web(postgres: str) -> None:
    source = migrated("web")
    section = SectionSaved(id=1, version=1, slug="d" * 500, name=LONG, parent_slug="e" * 500)
    web.save_sections(source, [delivered(section)])
    web.publish(source, [delivered(ArticlePublished(article=longest()))])
    ranked = RankedArticle(id=1, views=3)
    web.set_rankings(
        source, [delivered(RankingChanged(window="24h", section_slug="d" * 500, version=1, entries=(ranked,)))]
    )
    with reading(source) as view:
        found = view.article(1)
    assert isinstance(found, ArticleState)
    assert found.title == LONG


@pytest.mark.postgres
def test_the_longest_article_goes_into_the_counter(postgres: str) -> None:
    source = migrated("counter")
    counter.keep_articles(source, [longest()])
    assert counter.versions_after(source, 0, 10) == [(1, 1)]
