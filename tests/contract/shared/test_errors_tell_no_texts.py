"""Errors are logged, buried with letters and shown on the ops page: they say what was wrong, not what was written."""

from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.contracts.events import ArticlePublished
from shared.contracts.from_readers import SubmitComment
from shared.database import make_engine, write

SECRET = "Vụ Kim Ngưu"


def test_a_message_that_cannot_be_read() -> None:
    for kind in (ArticlePublished, SubmitComment):
        with pytest.raises(ValidationError) as refused:
            kind.model_validate({"article": {"title": SECRET, "id": SECRET}, "text": SECRET, "article_id": SECRET})
        assert "article" in str(refused.value)
        assert SECRET not in str(refused.value) + repr(refused.value)


@pytest.mark.parametrize("backend", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_row_that_the_database_refuses(request: pytest.FixtureRequest, tmp_path: Path, backend: str) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    if backend == "postgres":
        url = request.getfixturevalue("postgres").replace("postgresql:", "postgresql+psycopg:")
    engine = make_engine(url, "public")
    with write(engine) as connection:
        connection.execute(text("CREATE TABLE drafts (id integer PRIMARY KEY, title text, kind text NOT NULL)"))
    with pytest.raises(DBAPIError) as refused, write(engine) as connection:
        connection.execute(text("INSERT INTO drafts VALUES (1, :title, NULL)"), {"title": SECRET})
    assert "kind" in str(refused.value)
    assert SECRET not in str(refused.value) + repr(refused.value.orig)
    engine.dispose()
