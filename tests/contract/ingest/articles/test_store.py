"""An article's life in the store, on SQLite and PostgreSQL."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from services.ingest import scheduler
from services.ingest.articles.input import ArticleInput, CorrectionInput
from services.ingest.articles.store import articles as store_articles
from services.ingest.articles.store import reading
from services.ingest.articles.tables import articles, revisions
from services.ingest.events import build
from services.ingest.kit import audit
from services.ingest.kit.actors import Actor, Scope
from services.ingest.kit.errors import Conflict, Forbidden, Invalid, Stale
from services.ingest.kit.json_input import read_fields
from services.ingest.kit.tables import outbox
from services.ingest.sections import store as sections
from shared.contracts.events import ArticlePublished, ArticleWithdrawn
from shared.contracts.queues import Queue
from shared.database import read
from tests.contract.ingest.base import EDITOR, STORY
from tests.contract.ingest.conftest import Save
from tests.wait import until

DRAFTER = Actor("key:wire", frozenset({Scope.draft}))


def events_of(store: Engine, key: int) -> list[tuple[str, int, str]]:
    """(kind, version, queue) of the outbox rows of an article for the other services, in order."""
    of_article = select(outbox).where(outbox.c.key == str(key), outbox.c.queue.in_([*Queue]))
    with read(store) as connection:
        rows = connection.execute(of_article.order_by(outbox.c.id)).all()
    return [(row.kind, row.version, row.queue) for row in rows if row.kind.startswith("article")]


def replaced(store: Engine, article_id: int, version: int | None = None, **fields: Any) -> Any:
    sent = read_fields(ArticleInput, {**STORY, "status": None, **fields})
    return store_articles.replace_article(store, article_id, sent, EDITOR, version)


def count(store: Engine, table: Any) -> int:
    with read(store) as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def test_published_article_comes_with_its_revision_and_events(store: Engine, save: Save) -> None:
    saved = save(tags=["Hội chợ"], byline="Tin, ảnh: Quang Long", earlier_views=5546)
    assert (saved.version, saved.status, saved.result) == (1, "published", "created")
    assert saved.url.endswith(f"/kinh-te/khai-mac-hoi-cho-huyen-{saved.id}")
    assert events_of(store, saved.id) == [("article_published", 1, queue) for queue in ("page", "index", "count")]
    (payload,) = build("article_published", [(str(saved.id), 1)]).values()
    assert isinstance(payload, bytes)
    article = ArticlePublished.model_validate_json(payload).article
    assert (article.title, article.section_name, article.opening_views) == (STORY["title"], "Kinh tế", 5546)
    assert [(author.name, author.roles) for author in article.authors] == [("Quang Long", ("Tin", "ảnh"))]
    assert article.first_published_at == article.published_at == article.updated_at


def test_draft_is_told_to_the_editors_search_only(store: Engine, save: Save) -> None:
    saved = save(status="draft")
    assert events_of(store, saved.id) == [("article_saved", 1, "index")]
    assert reading.article(store, saved.id)["published_at"] is None


def test_same_external_id_with_the_same_content_changes_nothing(store: Engine, save: Save) -> None:
    first, again = save(external_id="w1"), save(external_id="w1")
    assert (again.id, again.version, again.result) == (first.id, 1, "unchanged")
    assert len(events_of(store, first.id)) == 3
    changed = save(external_id="w1", body="<p>Khác.</p>")
    assert (changed.id, changed.version, changed.result) == (first.id, 2, "updated")


def test_sender_s_repetition_does_not_undo_an_editor_s_change(store: Engine, save: Save) -> None:
    saved = save(external_id="w1")
    replaced(store, saved.id, title="Tít do biên tập viên sửa")
    assert save(external_id="w1").result == "unchanged"
    assert reading.article(store, saved.id)["title"] == "Tít do biên tập viên sửa"


def test_same_external_id_at_the_same_moment_makes_one_article(store: Engine, save: Save) -> None:
    barrier, answers, failures = threading.Barrier(4), [], []

    def push() -> None:
        barrier.wait()
        try:
            answers.append(save(external_id="same", section="Chuyên mục mới tinh"))
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=push) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len({answer.id for answer in answers}) == 1
    assert sorted(answer.result for answer in answers) == ["created", "unchanged", "unchanged", "unchanged"]
    assert count(store, articles) == 1
    assert audit.broken_at(store) is None


def test_many_writers_lose_no_version(store: Engine, save: Save) -> None:
    saved = save()
    results: list[int] = []

    def edit(name: str) -> None:
        for number in range(5):
            results.append(replaced(store, saved.id, title=f"Tít của {name} lần {number}").version)

    threads = [threading.Thread(target=edit, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == list(range(2, 17))
    assert count(store, revisions) == 16


def test_stale_version_is_refused_with_the_current_state(store: Engine, save: Save) -> None:
    saved = save()
    replaced(store, saved.id, 1, title="Bản thứ hai")
    with pytest.raises(Stale) as refused:
        replaced(store, saved.id, 1, title="Bản của người chậm")
    assert refused.value.current["version"] == 2
    assert refused.value.current["title"] == "Bản thứ hai"
    assert reading.article(store, saved.id)["title"] == "Bản thứ hai"


def test_saving_the_same_again_makes_no_version(store: Engine, save: Save) -> None:
    saved = save()
    assert replaced(store, saved.id).result == "unchanged"
    assert count(store, revisions) == 1


def test_original_is_kept_beside_the_clean_body(store: Engine, save: Save) -> None:
    sent = '<p onclick="x">Chữ</p><script>1</script>'
    shown = reading.article(store, save(body=sent).id)
    assert (shown["body"], shown["original"], shown["original_format"]) == ("<p>Chữ</p>", sent, "html")


def test_unpublish_and_publish_again(store: Engine, save: Save) -> None:
    saved = save()
    shown_at = reading.article(store, saved.id)["published_at"]
    assert store_articles.unpublish(store, saved.id, EDITOR).status == "unpublished"
    assert events_of(store, saved.id)[3:] == [("article_withdrawn", 2, queue) for queue in ("page", "index", "count")]
    (gone,) = build("article_withdrawn", [(str(saved.id), 2)]).values()
    assert isinstance(gone, ArticleWithdrawn) and gone.reason_kind == "unpublished"
    assert store_articles.unpublish(store, saved.id, EDITOR).result == "unchanged"
    assert store_articles.publish(store, saved.id, EDITOR).version == 3
    assert reading.article(store, saved.id)["published_at"] == shown_at


def test_withdrawal_is_final_and_keeps_text_and_reason_inside(store: Engine, save: Save) -> None:
    saved = save()
    gone = store_articles.withdraw(store, saved.id, "Sai sự thật", EDITOR)
    assert (gone.status, gone.version) == ("withdrawn", 2)
    assert reading.article(store, saved.id)["body"] == STORY["body"]
    assert reading.history(store, saved.id)[0].reason == "Sai sự thật"
    for attempt in (
        lambda: store_articles.publish(store, saved.id, EDITOR),
        lambda: replaced(store, saved.id, title="Khác hẳn"),
    ):
        with pytest.raises(Conflict):
            attempt()
    assert store_articles.withdraw(store, saved.id, "lần nữa", EDITOR).version == 2


def test_what_was_never_public_cannot_be_withdrawn(store: Engine, save: Save) -> None:
    with pytest.raises(Conflict):
        store_articles.withdraw(store, save(status="draft").id, "vì sao", EDITOR)


def test_correction_is_added_and_the_text_changed(store: Engine, save: Save) -> None:
    saved = save(body="<p>Có 10 gian hàng.</p>")
    sent = CorrectionInput(
        notice="Cải chính: hội chợ có 100 gian hàng.", wrong="10", right="100", body="<p>Có 100 gian hàng.</p>"
    )
    assert store_articles.correct(store, saved.id, sent, EDITOR).version == 2
    shown = reading.article(store, saved.id)
    assert (shown["body"], shown["summary"]) == ("<p>Có 100 gian hàng.</p>", "Có 100 gian hàng.")
    assert [(note["wrong"], note["right"]) for note in shown["corrections"]] == [("10", "100")]
    assert events_of(store, saved.id)[-1][0] == "article_published"
    assert replaced(store, saved.id, body="<p>Có 100 gian hàng lớn.</p>").version == 3
    assert len(reading.article(store, saved.id)["corrections"]) == 1


def test_public_copies_have_from_and_to_times(store: Engine, save: Save) -> None:
    saved = save(status="draft")
    store_articles.publish(store, saved.id, EDITOR)
    replaced(store, saved.id, title="Tít mới")
    store_articles.unpublish(store, saved.id, EDITOR)
    replaced(store, saved.id, title="Sửa trong kho")
    copies = reading.public_copies(store, saved.id)
    times = {line.version: line.at for line in reading.history(store, saved.id)}
    assert [(copy["version"], copy["from"], copy["to"]) for copy in copies] == [
        (2, times[2], times[3]),
        (3, times[3], times[4]),
    ]
    assert copies[1]["state"]["title"] == "Tít mới"


def test_future_time_schedules_and_the_tick_publishes_once(store: Engine, save: Save) -> None:
    due = datetime.now(UTC) + timedelta(seconds=1)
    saved = save(published_at=due.isoformat())
    assert saved.status == "scheduled"
    assert events_of(store, saved.id) == [("article_saved", 1, "index")]
    assert scheduler.tick(store) == 0
    until(lambda: datetime.now(UTC) >= due, 5, "the time has come")
    ticks: list[int] = []
    threads = [threading.Thread(target=lambda: ticks.append(scheduler.tick(store))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(ticks) == 1
    shown = reading.article(store, saved.id)
    assert (shown["status"], shown["version"]) == ("published", 2)
    assert datetime.fromisoformat(shown["published_at"]) == due
    assert [event[:2] for event in events_of(store, saved.id)[1:]] == [("article_published", 2)] * 3


def test_the_scheduler_publishes_at_the_moment_or_late(store: Engine, save: Save) -> None:
    due = datetime.now(UTC) + timedelta(seconds=1)
    saved, late = save(published_at=due.isoformat()), save(external_id="late", published_at=due.isoformat())
    assert scheduler.work(store), "it waits for what is due so soon"
    assert datetime.now(UTC) >= due
    assert scheduler.work(store)
    assert not scheduler.work(store)
    for one in (saved, late):
        assert reading.article(store, one.id)["status"] == "published"


def test_unscheduled_article_is_a_draft_again(store: Engine, save: Save) -> None:
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    saved = save(published_at=later)
    assert store_articles.unpublish(store, saved.id, EDITOR).status == "draft"
    assert reading.next_due(store) is None


def test_scheduled_article_can_be_published_at_once_by_a_time_in_the_past(store: Engine, save: Save) -> None:
    saved = save(published_at=(datetime.now(UTC) + timedelta(days=1)).isoformat())
    past = datetime.now(UTC) - timedelta(minutes=1)
    assert store_articles.publish(store, saved.id, EDITOR, at=past).status == "published"


def test_draft_key_writes_drafts_and_nothing_public(store: Engine, save: Save) -> None:
    save(section="Kinh tế")
    assert save(DRAFTER, status="draft", external_id="d").status == "draft"
    with pytest.raises(Forbidden):
        save(DRAFTER)
    published = save(external_id="p")
    with pytest.raises(Forbidden):
        save(DRAFTER, external_id="p", status=None, body="<p>Tin của hãng sửa.</p>")
    assert reading.article(store, published.id)["version"] == 1
    with pytest.raises(Invalid) as refused:
        save(DRAFTER, status="draft", section="Mục lạ")
    assert refused.value.errors[0]["field"] == "section"
    with pytest.raises(Forbidden):
        store_articles.withdraw(store, published.id, "vì sao", DRAFTER)


def test_failed_save_leaves_nothing_behind(store: Engine, save: Save) -> None:
    with pytest.raises(Invalid):
        save(section="Mục mới", images=[{"url": "https://elsewhere.example/x.jpg"}])
    for table in (articles, revisions, outbox):
        assert count(store, table) == 0
    assert sections.listed(store) == []


def test_published_article_needs_something_to_read(store: Engine, save: Save) -> None:
    with pytest.raises(Invalid) as refused:
        save(body="<p> </p><script>x</script>")
    assert refused.value.errors[0]["field"] == "body"
    assert save(body="", status="draft").status == "draft"
