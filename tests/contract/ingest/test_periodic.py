"""One look sees whatever has come due for any job, and wakes that one."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, literal, select, update

from services.ingest import scheduler
from services.ingest.articles.store.articles import withdraw
from services.ingest.articles.tables import articles
from services.ingest.events import build
from services.ingest.exchange import loop as imports
from services.ingest.exchange.store import jobs
from services.ingest.feeds import store as feeds
from services.ingest.front_page import store as frontpage
from services.ingest.inbox.store import happenings
from services.ingest.kit.periodic import Job, Periodic
from services.ingest.kit.tables import outbox
from services.ingest.ops import edge_cache
from services.ingest.periodic import table
from services.ingest.webhooks.store import deliveries
from services.ingest.webhooks.store import endpoints as webhooks
from shared.ask import Asker
from shared.celery_factory import publisher
from shared.database import read, write
from shared.outbox import Relay
from tests.contract.ingest.base import EDITOR
from tests.contract.ingest.conftest import Save
from tests.plans import scanned
from tests.wait import until

Woken = Callable[[], list[str]]


@pytest.fixture
def woken(store: Engine) -> Woken:
    """Looks once; the names of the jobs that were woken, but for those that every act wakes: outbox and inboxes."""
    app, halt = publisher("ingest"), threading.Event()
    relay = Relay("ingest", store, outbox, app, build)
    jobs = table(store, app, relay, Asker(app), threading.Event(), halt.is_set)
    periodic = Periodic(store, jobs, halt)

    def look() -> list[str]:
        for job in jobs:
            job.awake.clear()
        periodic.look()
        return [job.name for job in jobs if job.awake.is_set() and job.name not in ("relay", "inbox")]

    return look


def test_a_house_at_rest_wakes_nobody_and_reads_no_table_whole(store: Engine, save: Save, woken: Woken) -> None:
    story = save().id
    save(external_id="later", published_at=(datetime.now(UTC) + timedelta(hours=1)).isoformat())
    frontpage.pin(store, [story], EDITOR)
    webhooks.create(store, EDITOR, name="Đối tác", url="https://example.org/hook", kinds=tuple(webhooks.KINDS))
    told(store)
    old(store, timedelta(minutes=5))
    with scanned(store) as tables:
        assert woken() == []
    assert not tables & {"articles", "outbox", "audit", "webhook_deliveries", "inbox_deliveries"}


def test_what_happens_is_followed_once(store: Engine, save: Save) -> None:
    def is_due() -> bool:
        with read(store) as connection:
            return bool(connection.execute(select(happenings.DUE)).scalar())

    assert not is_due()
    save()
    assert is_due()
    happenings.follow(store)
    assert not is_due()


def test_the_clock_is_woken_before_an_article_is_due(store: Engine, save: Save, woken: Woken) -> None:
    save(published_at=(datetime.now(UTC) + timedelta(seconds=0.8)).isoformat())
    assert woken() == ["scheduler"]


def test_a_pinned_article_that_is_withdrawn_wakes_the_front_page(store: Engine, save: Save, woken: Woken) -> None:
    story = save()
    frontpage.pin(store, [story.id], EDITOR)
    told(store)
    assert woken() == []
    withdraw(store, story.id, "Sai sự thật", EDITOR)
    told(store)
    assert woken() == ["front page"]
    scheduler.tick(store)
    assert woken() == []


def test_fresh_news_is_followed(store: Engine, save: Save, woken: Woken) -> None:
    save()
    told(store)
    old(store, timedelta(seconds=5))
    assert woken() == ["delivery check"]


def test_what_is_handed_in_wakes_its_own_loop(store: Engine, save: Save, woken: Woken) -> None:
    def others() -> list[str]:
        """Without what a slow machine makes due besides: a look whether the news has arrived."""
        return [name for name in woken() if name != "delivery check"]

    save()
    told(store)
    file = jobs.new_file("bài cũ.ndjson")
    file.write_text("{}")
    jobs.hand_in(store, EDITOR, file, name="bài cũ.ndjson", format="auto", dry_run=True, status="draft")
    assert others() == ["imports"]
    imports.work_off(store, lambda: False)
    webhooks.create(store, EDITOR, name="Đối tác", url="https://example.org/hook", kinds=tuple(webhooks.KINDS))
    save(external_id="another")
    assert others() == ["webhooks"]
    told(store)
    assert others() == ["webhooks"], "deliveries are due"
    feeds.save(
        store, EDITOR, None, name="Thông tấn", url="https://example.org/rss", section="kinh-te", minutes=5, enabled=True
    )
    assert others() == ["feeds", "webhooks"]


def test_a_job_runs_when_woken_goes_on_while_there_is_more_and_outlives_its_faults(store: Engine) -> None:
    left: list[bool | OSError] = [True, False, OSError("the disk is full"), True, False]
    calls: list[float] = []

    def work() -> bool:
        calls.append(time.monotonic())
        what = left.pop(0)
        if isinstance(what, OSError):
            raise what
        return what

    halt = threading.Event()
    job = Job("sample", 60.0, work, literal(False))
    periodic = Periodic(store, [job, Job("clock", 0.1, lambda: None)], halt)
    periodic.start()
    until(lambda: len(calls) == 2, 5, "at the start, and once more")
    job.awake.set()
    until(lambda: len(calls) == 3, 5)
    job.awake.set()
    until(lambda: len(calls) == 5, 5, "a fault ends nothing")
    assert periodic.healthy()
    periodic.stop()
    until(lambda: not any(thread.name in ("sample", "clock") for thread in threading.enumerate()), 5)


def test_a_job_that_stands_still_is_seen(store: Engine) -> None:
    released = threading.Event()
    halt = threading.Event()
    periodic = Periodic(store, [Job("sample", 60.0, lambda: released.wait(20), literal(False), still=0.2)], halt)
    periodic.start()
    until(lambda: not periodic.healthy(), 5)
    released.set()
    until(periodic.healthy, 5)
    periodic.stop()


def told(store: Engine) -> None:
    """What changed is made into deliveries, and forgotten by nginx (there is none)."""
    while deliveries.fan_out(store):
        pass
    edge_cache.work(store, "")


def old(store: Engine, age: timedelta) -> None:
    """As if every article had been changed so long ago."""
    with write(store) as connection:
        connection.execute(update(articles).values(updated_at=datetime.now(UTC) - age))
