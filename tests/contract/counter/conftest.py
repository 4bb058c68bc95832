"""The counter's database, empty and migrated, on both kinds of server."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from services.counter import store
from shared.contracts.articles import ArticleState, Author
from tests.tables import migrated


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def source(request: pytest.FixtureRequest) -> Engine:
    if request.param == "postgresql":
        request.getfixturevalue("postgres")
    migrated("counter")
    return store.engine()


@pytest.fixture
def state() -> Callable[..., ArticleState]:
    """A published article, as events carry it."""

    def make(article: int, section: str = "thoi-su", **fields: object) -> ArticleState:
        said: dict[str, object] = {
            "id": article,
            "version": 1,
            "status": "published",
            "title": f"Bài {article}",
            "slug": f"bai-{article}",
            "section_slug": section,
            "section_name": section.replace("-", " ").title(),
            "published_at": datetime(2023, 1, 9, tzinfo=UTC),
            "updated_at": datetime(2023, 1, 9, tzinfo=UTC),
            "authors": (Author(name="Quang Long", slug="quang-long"),),
            **fields,
        }
        return ArticleState.model_validate(said)

    return make
