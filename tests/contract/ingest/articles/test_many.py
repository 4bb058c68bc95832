"""Articles saved together, as an import does, on both databases: each fares as if it had come alone."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Engine, select

from services.ingest.articles.input import ArticleInput
from services.ingest.articles.store import articles as store_articles
from services.ingest.articles.store import many, reading
from services.ingest.articles.store.many import save_many
from services.ingest.articles.tables import articles, revisions
from services.ingest.articles.versions import Saved
from services.ingest.kit import audit
from services.ingest.kit.errors import Refused
from services.ingest.kit.json_input import read_fields
from services.ingest.kit.tables import outbox
from services.ingest.sections import store as sections
from shared.contracts.articles import ArticleState
from shared.database import read
from tests.contract.ingest.articles.test_store import count, events_of
from tests.contract.ingest.base import EDITOR, STORY
from tests.contract.ingest.conftest import Save


def together(store: Engine, *stories: dict[str, Any]) -> list[Saved | Refused]:
    return save_many(store, [read_fields(ArticleInput, {**STORY, **story}) for story in stories], EDITOR)


def fates(results: Sequence[Saved | Refused]) -> list[tuple[str, int] | str]:
    return [(one.result, one.version) if isinstance(one, Saved) else "refused" for one in results]


def test_each_gets_its_own_row_revision_events_and_audit_line(store: Engine) -> None:
    titles = [f"Bài số {number}" for number in range(120)]
    results = together(store, *({"title": title, "external_id": f"x-{title}"} for title in titles))
    assert fates(results) == [("created", 1)] * 120
    with read(store) as connection:
        rows = connection.execute(select(articles).order_by(articles.c.id)).all()
        kept = {row.article_id: row for row in connection.execute(select(revisions))}
    assert [row.title for row in rows] == titles
    for row, saved in zip(rows, results, strict=True):
        assert isinstance(saved, Saved) and saved.id == row.id and saved.url.endswith(f"-{row.id}")
        state = ArticleState.model_validate(kept[row.id].state)
        assert (state.id, state.title, row.external_id) == (row.id, row.title, f"x-{row.title}")
        assert [queue for _, _, queue in events_of(store, row.id)] == ["page", "index", "count"]
        (line,) = audit.entries(store, f"article:{row.id}")
        assert line.detail == {"version": 1, "status": "published", "title": row.title}
    assert audit.broken_at(store) is None
    # The section is made once, and goes out before them.
    assert [one.slug for one in sections.listed(store)] == ["kinh-te"]
    with read(store) as connection:
        first = connection.execute(select(outbox).order_by(outbox.c.id).limit(1)).one()
        assert first.kind == "section_saved"
        assert set(connection.execute(select(outbox.c.bulk)).scalars()) == {True}


def test_what_is_refused_leaves_the_rest_alone_and_nothing_behind(store: Engine, save: Save) -> None:
    gone = save(external_id="rút", title="Bài sẽ rút")
    store_articles.withdraw(store, gone.id, "Sai sự thật", EDITOR)
    results = together(
        store,
        {"title": "Một", "external_id": "1"},
        {"title": "Trống", "external_id": "2", "body": " ", "section": "Mục chỉ có bài trống"},
        {"title": "Bài đã rút", "external_id": "rút"},
        {"title": "Không có từ khóa", "tags": ["…"]},
        {"title": "Không có chuyên mục", "section": "khong-co-muc-nay"},
        {"title": "Ảnh không có ở đây", "images": [{"media_id": 77, "caption": "Ảnh"}], "section": "Mục mới"},
        {"title": "Hai"},
    )
    assert fates(results) == [("created", 1), *["refused"] * 5, ("created", 1)]
    assert count(store, articles) == 3
    assert [one.slug for one in sections.listed(store)] == ["kinh-te"]
    assert audit.broken_at(store) is None


def test_the_same_external_id_again_in_one_batch(store: Engine, save: Save) -> None:
    known = save(external_id="cũ", title="Bài cũ")
    results = together(
        store,
        {"external_id": "a", "title": "Bài A"},
        {"external_id": "cũ", "title": "Bài cũ"},
        {"external_id": "a", "title": "Bài A"},
        {"external_id": "a", "title": "Bài A đã sửa"},
        {"external_id": "cũ", "title": "Bài cũ đã sửa"},
        {"external_id": "b", "title": "Bài B"},
        {"external_id": "a", "title": "Bài A sửa lần nữa", "status": "unpublished"},
        {"external_id": "cũ", "title": "Bài cũ đã sửa"},
    )
    assert fates(results) == [
        ("created", 1),
        ("unchanged", 1),
        ("unchanged", 1),
        ("updated", 2),
        ("updated", 2),
        ("created", 1),
        "refused",
        ("unchanged", 2),
    ]
    first, *_ = results
    assert isinstance(first, Saved)
    assert reading.article(store, first.id)["title"] == "Bài A đã sửa"
    assert [one.version for one in reading.history(store, known.id)] == [2, 1]
    assert audit.broken_at(store) is None


def test_a_batch_that_dies_leaves_nothing_and_comes_whole_the_second_time(
    store: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*_: Any) -> None:
        raise Killed

    stories = [{"external_id": str(number), "title": f"Bài số {number}"} for number in range(5)]
    together(store, *stories[:2])
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(audit, "append_all", die)
        together(store, *stories)
    assert (count(store, articles), count(store, revisions)) == (2, 2)
    assert fates(together(store, *stories)) == [("unchanged", 1)] * 2 + [("created", 1)] * 3


def test_somebody_else_makes_the_same_article_meanwhile(
    store: Engine, save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = many._ArticleBatch._find
    ahead: list[Saved] = []

    def find(batch: Any, external_ids: list[str]) -> Any:
        found = looked(batch, external_ids)
        if not ahead and store.dialect.name == "postgresql":
            ahead.append(save(external_id="2", title="Bài số 2"))
        return found

    monkeypatch.setattr(many._ArticleBatch, "_find", find)
    results = together(store, *({"external_id": str(number), "title": f"Bài số {number}"} for number in range(4)))
    assert [fate[0] for fate in fates(results)].count("created") == 4 - len(ahead)
    assert count(store, articles) == 4
