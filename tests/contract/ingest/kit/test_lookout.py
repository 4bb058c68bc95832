"""One look sees whatever has come due for any loop, and wakes that one."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, update

from services.ingest import scheduler
from services.ingest.articles.store.articles import withdraw
from services.ingest.articles.tables import articles
from services.ingest.exchange import loop as imports
from services.ingest.exchange.store import jobs
from services.ingest.feeds import store as feeds
from services.ingest.front_page import store as frontpage
from services.ingest.kit.lookout import Lookout
from services.ingest.ops import delivery_check
from services.ingest.webhooks.store import deliveries
from services.ingest.webhooks.store import endpoints as webhooks
from shared.database import write
from tests.contract.ingest.base import EDITOR
from tests.contract.ingest.conftest import Save
from tests.plans import scanned
from tests.wait import until

Woken = Callable[[], list[str]]


@pytest.fixture
def woken(store: Engine) -> Woken:
    """Looks once; the names of the loops that were woken."""
    lookout = Lookout(store, threading.Event())
    events = {
        "scheduler": scheduler.watched_by(lookout),
        "following": lookout.watch(delivery_check.DUE),
        "feeds": lookout.watch(feeds.DUE),
        "webhooks": lookout.watch(deliveries.DUE),
        "imports": lookout.watch(jobs.DUE),
    }

    def look() -> list[str]:
        for event in events.values():
            event.clear()
        lookout.look()
        return [name for name, event in events.items() if event.is_set()]

    return look


def test_a_house_at_rest_wakes_nobody_and_reads_no_table_whole(store: Engine, save: Save, woken: Woken) -> None:
    story = save().id
    save(external_id="later", published_at=(datetime.now(UTC) + timedelta(hours=1)).isoformat())
    frontpage.pin(store, [story], EDITOR)
    webhooks.create(store, EDITOR, name="Đối tác", url="https://example.org/hook", kinds=tuple(webhooks.KINDS))
    while deliveries.fan_out(store):
        pass
    old(store, timedelta(minutes=5))
    with scanned(store) as tables:
        assert woken() == []
    assert not tables & {"articles", "outbox", "audit", "webhook_deliveries"}


def test_the_clock_is_woken_before_an_article_is_due(store: Engine, save: Save, woken: Woken) -> None:
    save(published_at=(datetime.now(UTC) + timedelta(seconds=0.8)).isoformat())
    assert woken() == ["scheduler"]


def test_a_pinned_article_that_is_withdrawn_wakes_the_front_page(store: Engine, save: Save, woken: Woken) -> None:
    story = save()
    frontpage.pin(store, [story.id], EDITOR)
    assert woken() == []
    withdraw(store, story.id, "Sai sự thật", EDITOR)
    assert woken() == ["scheduler"]
    scheduler.tick(store)
    assert woken() == []


def test_fresh_news_is_followed(store: Engine, save: Save, woken: Woken) -> None:
    save()
    old(store, timedelta(seconds=5))
    assert woken() == ["following"]


def test_what_is_handed_in_wakes_its_own_loop(store: Engine, save: Save, woken: Woken) -> None:
    save()
    file = jobs.new_file("bài cũ.ndjson")
    file.write_text("{}")
    jobs.hand_in(store, EDITOR, file, name="bài cũ.ndjson", format="auto", dry_run=True, status="draft")
    assert woken() == ["imports"]
    imports.work_off(store, lambda: False)
    webhooks.create(store, EDITOR, name="Đối tác", url="https://example.org/hook", kinds=tuple(webhooks.KINDS))
    save(external_id="another")
    assert woken() == ["webhooks"]
    while deliveries.fan_out(store):
        pass
    assert woken() == ["webhooks"], "deliveries are due"
    feeds.save(
        store, EDITOR, None, name="Thông tấn", url="https://example.org/rss", section="kinh-te", minutes=5, enabled=True
    )
    assert woken() == ["feeds", "webhooks"]


def test_the_end_wakes_everybody(store: Engine) -> None:
    halt = threading.Event()
    lookout = Lookout(store, halt)
    asleep = lookout.watch(jobs.DUE)
    thread = threading.Thread(target=lookout.run)
    thread.start()
    try:
        assert not asleep.wait(0.3)
    finally:
        halt.set()
    until(asleep.is_set, 5)
    thread.join(5)


def old(store: Engine, age: timedelta) -> None:
    """As if every article had been changed so long ago."""
    with write(store) as connection:
        connection.execute(update(articles).values(updated_at=datetime.now(UTC) - age))
