"""What a lost broker, a lost read model or a lost row costs: nothing, once ingest has compared."""

import os
import secrets
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Never

import pytest
import time_machine
from sqlalchemy import Engine, select

from services.ingest.appearance import store as appearance
from services.ingest.articles.input import ArticleInput
from services.ingest.articles.store import articles as article_store
from services.ingest.articles.store import revisions
from services.ingest.articles.store.articles import save_article
from services.ingest.articles.store.revisions import WEBHOOKS
from services.ingest.articles.versions import Saved
from services.ingest.authors.store import authors
from services.ingest.comments.store import comments
from services.ingest.events import build
from services.ingest.figures import store as figures
from services.ingest.former_addresses import store as former_addresses
from services.ingest.front_page import store as frontpage
from services.ingest.kit import generation
from services.ingest.kit.json_input import read_fields
from services.ingest.kit.tables import outbox
from services.ingest.live_coverage.input import NewLiveEntryInput
from services.ingest.live_coverage.store import entries as live_entries
from services.ingest.media import store as media
from services.ingest.media.imaging import Rebuilt
from services.ingest.ops import comparison, delivery_check, edge_cache, expected, resend
from services.ingest.ops import store as letters
from services.ingest.ops.delivery_check import DeliveryCheck
from services.ingest.ops.reconcile import last_results, rebuild, reconcile
from services.ingest.portraits import store as portraits
from services.ingest.search_words import store as search_words
from services.ingest.sections import store as sections
from services.ingest.statistics import store as statistics
from services.ingest.tags import store as tags
from shared import canary, clock
from shared.ask import Asker, NoAnswer
from shared.celery_factory import publisher
from shared.contracts.commands import StoreDeadLetter
from shared.contracts.envelope import stamped
from shared.contracts.events import (
    SUBSCRIBERS,
    Figure,
    RankingChanged,
    RelatedArticlesChanged,
    SectionRemoved,
    SectionSaved,
    ViewTotalsChanged,
)
from shared.contracts.from_readers import SubmitComment
from shared.contracts.queues import CONSUMERS, Queue
from shared.database import read
from shared.outbox import Relay
from shared.settings import get_settings
from tests.conftest import forget_settings
from tests.contract.ingest.base import EDITOR, STORY, migrated
from tests.contract.ingest.ops import read_models
from tests.contract.shared.conftest import messages
from tests.servers import PostgresServer, RedisServer
from tests.wait import until
from toasoan.processes import die_with_parent


class Readers:
    """The stand-in for web, search and counter."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "held.db"
        self.database = read_models.connect(str(self._file))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, read_models.__file__, str(self._file)],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[4])},
            preexec_fn=die_with_parent(os.getpid()),
        )
        until((get_settings().run_dir / "readers.json").exists, 30, "the stand-in works")

    def signal(self, number: int) -> None:
        assert self._process
        self._process.send_signal(number)

    def stop(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait(10)

    def held(self, store: str, kind: str = "article") -> dict[int, int]:
        rows = self.database.execute("SELECT id, version FROM held WHERE store = ? AND kind = ?", (store, kind))
        return dict(rows.fetchall())

    def titles(self, store: str, kind: str = "article") -> dict[int, str]:
        rows = self.database.execute("SELECT id, title FROM held WHERE store = ? AND kind = ?", (store, kind))
        return dict(rows.fetchall())

    def lose(self, store: str, *ids: int) -> None:
        for id_ in ids:
            self.database.execute("DELETE FROM held WHERE store = ? AND kind = 'article' AND id = ?", (store, id_))

    def lose_all(self, store: str) -> None:
        self.database.execute("DELETE FROM held WHERE store = ?", (store,))


class House:
    """Ingest's store, its relay, and the readers behind the broker."""

    def __init__(self, source: Engine, readers: Readers, broker: RedisServer) -> None:
        self.source, self.readers, self.broker = source, readers, broker
        self.relay = Relay("ingest", source, outbox, publisher("ingest"), build, lambda: generation.of(source))

    def save(self, **fields: object) -> Saved:
        return save_article(self.source, read_fields(ArticleInput, {**STORY, **fields}), EDITOR)

    def publish(self) -> None:
        """Hand everything to the broker, and wait until it is handled."""
        until(self.published, 30, "the outbox is empty")
        # A message in a worker's hands is in no queue for a moment: what is sent behind it comes back after it.
        for queue in (Queue.page, Queue.index, Queue.count):
            assert canary.pass_through(publisher("ingest"), queue, 30)

    def published(self) -> bool:
        self.relay.run_once()
        edge_cache.work(self.source, "")
        return not self.rows()

    def backup(self) -> Path:
        """A copy of ingest's store as it is now."""
        copy = Path(str(self.source.url.database)).with_suffix(".copy")
        with sqlite3.connect(str(self.source.url.database)) as ours, sqlite3.connect(copy) as theirs:
            ours.backup(theirs)
        return copy

    def put_back(self, copy: Path) -> None:
        with sqlite3.connect(copy) as ours, sqlite3.connect(str(self.source.url.database)) as theirs:
            ours.backup(theirs)

    def until_dead(self, number: int) -> None:
        """Wait until stores have given up so many events, and keep those letters as ingest's worker does."""
        until(self.published, 30, "the outbox is empty")
        until(lambda: len(messages(self.broker, Queue.dead)) == number, 30, "they are dead")
        for _, arguments in messages(self.broker, Queue.dead):
            letters.keep(self.source, StoreDeadLetter.model_validate(arguments["message"]))
        with self.broker.client() as client:
            client.delete(f"ts:{Queue.dead.value}")

    def rows(self) -> list[tuple[str, str]]:
        """(queue, kind) of each row in the outbox for the other services."""
        query = select(outbox.c.queue, outbox.c.kind).where(outbox.c.queue != WEBHOOKS)
        with read(self.source) as connection:
            return [(row[0], row[1]) for row in connection.execute(query)]


@pytest.fixture
def house(broker: RedisServer, counters_redis: RedisServer, tmp_path: Path) -> Iterator[House]:
    source = migrated()
    readers = Readers(tmp_path)
    readers.start()
    try:
        yield House(source, readers, broker)
    finally:
        readers.stop()


NONE = {"web": 0, "search": 0, "counter": 0}


def _small_pages(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    for module in (comparison, expected):
        monkeypatch.setattr(module, "PAGE", rows)


def test_each_store_gets_what_it_lacks_and_nothing_else(house: House) -> None:
    shown = [house.save(title=f"Tin {number}") for number in range(4)]
    draft = house.save(title="Bản nháp", status="draft")
    article_store.withdraw(house.source, shown[3].id, "Sai", EDITOR)
    house.publish()
    assert reconcile() == NONE

    house.readers.lose("web", shown[0].id, shown[3].id)
    house.readers.lose("search", shown[1].id, draft.id)
    house.readers.lose("counter", shown[2].id)
    assert reconcile() == {"web": 2, "search": 2, "counter": 1}
    sent = Counter(row for row in house.rows() if row[1].startswith("article"))
    assert sent == {
        ("page", "article_published"): 1,
        ("page", "article_withdrawn"): 1,
        ("index", "article_published"): 1,
        ("index", "article_saved"): 1,
        ("count", "article_published"): 1,
    }
    house.publish()
    public = {**{one.id: 1 for one in shown[:3]}, shown[3].id: 2}
    assert house.readers.held("web") == public
    assert house.readers.held("search") == {**public, draft.id: 1}
    assert house.readers.held("counter") == public
    assert reconcile() == NONE


def test_a_wiped_broker_loses_nothing(house: House) -> None:
    house.save(title="Tin cũ")
    house.publish()
    house.readers.signal(signal.SIGSTOP)
    for number in range(30):
        house.save(title=f"Tin {number}")
        until(house.published, 30)  # a message each: the frozen worker may have one in its hands already
    with house.broker.client() as client:
        client.flushall()
    house.readers.signal(signal.SIGCONT)
    found = reconcile()
    assert all(number is not None and 28 <= number <= 30 for number in found.values()), found
    house.publish()
    for store in NONE:
        assert len(house.readers.held(store)) == 31
    assert house.readers.held("web", "section_saved")


def test_what_is_on_its_way_is_no_drift(house: House) -> None:
    """Rows in the outbox, messages in the queues: not missing, and not sent twice."""
    house.save(title="Tin đã phát")
    house.publish()
    house.readers.signal(signal.SIGSTOP)
    for number in range(20):
        house.save(title=f"Tin {number}")
    until(house.published, 30)
    late = house.save(title="Còn trong hộp thư")
    house.readers.signal(signal.SIGCONT)
    assert reconcile() == NONE
    assert {kind for _, kind in house.rows() if kind.startswith("article")} == {"article_published"}
    assert sum(kind.startswith("article") for _, kind in house.rows()) == 3
    house.publish()
    assert house.readers.held("web")[late.id] == 1


def test_a_store_that_does_not_answer_is_told_apart(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "_ANSWER_SECONDS", 0.5)
    house.save()
    house.publish()
    assert reconcile() == NONE
    noted = last_results()
    house.readers.stop()
    assert reconcile() == {"web": None, "search": None, "counter": None}
    assert last_results() == noted
    assert all(number == 0 and at <= time.time() for number, at in noted.values())


def test_pages_of_any_size_and_states_ahead_of_ingest(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    _small_pages(monkeypatch, 3)
    ids = [house.save(title=f"Tin {number}").id for number in range(10)]
    house.publish()
    assert reconcile() == NONE
    house.readers.lose("web", *ids[1:6], ids[9])
    assert reconcile() == {"web": 6, "search": 0, "counter": 0}
    house.publish()
    assert set(house.readers.held("web")) == set(ids)


@pytest.mark.parametrize("way", ["restored", "found out by the comparison"])
def test_whoever_was_put_back_to_an_older_state_is_believed_again(house: House, way: str) -> None:
    """What was written after the backup is gone here, and stands in every store."""
    kept, changed = (house.save(title=f"Tin {number}", external_id=f"tin-{number}") for number in range(2))
    house.publish()
    backup = house.backup()
    house.save(title="Sửa sau bản lưu", external_id="tin-1")
    lost = house.save(title="Tin sau bản lưu")
    house.publish()
    assert house.readers.held("web")[lost.id] == 1
    house.put_back(backup)
    if way == "restored":
        rebuild(everything=True, went_back=True)
    else:
        assert reconcile() == {"web": 3, "search": 3, "counter": 3}
    again = house.save(title="Tin viết lại")
    house.save(title="Sửa lại", external_id="tin-1")
    house.publish()
    assert reconcile() == (dict.fromkeys(NONE, 1) if way == "restored" else NONE)
    house.publish()
    assert reconcile() == NONE
    assert again.id > lost.id
    number = generation.of(house.source)
    wanted = {kept.id: (1, "Tin 0"), changed.id: (2, "Sửa lại"), lost.id: (0, ""), again.id: (1, "Tin viết lại")}
    for store in NONE:
        assert house.readers.held(store) == {id_: stamped(number, version) for id_, (version, _) in wanted.items()}
        assert house.readers.titles(store) == {id_: title for id_, (_, title) in wanted.items()}


def _a_story(house: House) -> None:
    house.save(title="Tin sau bản chép")


def _a_section(house: House) -> None:
    one = next(section for section in sections.listed(house.source) if section.slug == "van-hoa")
    sections.save(house.source, EDITOR, one.id, name="Văn hóa - Du lịch")


def _a_comment(house: House) -> None:
    said = {"article_id": 1, "name": "Bà Sín", "text": "Hay quá.", "address": "10.0.0.1", "at": datetime.now(UTC)}
    comments.hold(house.source, SubmitComment.model_validate({"token": secrets.token_hex(16), **said}))
    comments.approve(house.source, comments.listed(house.source)[0].id, EDITOR)


@pytest.mark.parametrize("lost", [_a_story, _a_section, _a_comment])
def test_a_file_that_was_copied_back_is_noticed_by_whatever_is_lost(
    house: House, lost: Callable[[House], None]
) -> None:
    house.save(section="Văn hóa")
    house.publish()
    copy = house.backup()
    lost(house)
    house.publish()
    before = generation.of(house.source)
    house.put_back(copy)
    reconcile()
    assert generation.of(house.source) > before
    house.publish()
    known = generation.of(house.source)
    shown = {*house.readers.titles("web").values(), *house.readers.titles("web", "comment").values()}
    assert not shown & {"Tin sau bản chép", "Hay quá."}, "what ingest does not know is taken away"
    lost(house)
    house.publish()
    for kind in ("article", "comment", "section_saved"):
        assert all(version >= stamped(known, 0) for version in house.readers.held("web", kind).values()), kind
    assert reconcile() == NONE
    assert generation.of(house.source) == known, "and it is noticed once"


def test_an_entry_of_a_live_coverage_that_a_copy_does_not_know_is_taken_away_whatever_is_written_next(
    house: House,
) -> None:
    """A draft that got its number would hide it from the comparison."""
    coverage = house.save(live=True).id
    house.publish()
    copy = house.backup()
    said = {"body": "Tin sau bản chép", "status": "published"}
    lost = live_entries.write(house.source, coverage, read_fields(NewLiveEntryInput, said), EDITOR).id
    house.publish()
    house.put_back(copy)
    rebuild(everything=True, went_back=True)
    again = live_entries.write(house.source, coverage, read_fields(NewLiveEntryInput, {"body": "Nháp"}), EDITOR).id
    house.publish()
    reconcile()
    house.publish()
    assert again > lost
    assert house.readers.held("web", "live_entry")[lost] == stamped(generation.of(house.source), 0)


def test_a_section_that_a_copy_does_not_know_leaves_the_site(house: House) -> None:
    house.save(section="Văn hóa")
    house.publish()
    copy = house.backup()
    lost = sections.save(house.source, EDITOR, None, name="Du lịch")
    house.publish()
    house.put_back(copy)
    reconcile()
    house.publish()
    assert house.readers.held("web", "section_removed") == {lost: stamped(generation.of(house.source), 0)}


def test_a_rebuild_makes_stores_new_whatever_they_hold(house: House) -> None:
    shown = house.save(title="Tin đúng")
    house.publish()
    house.readers.database.execute("UPDATE held SET title = 'hỏng'")
    assert reconcile() == NONE
    rebuild(everything=True)
    house.publish()
    for store in NONE:
        assert house.readers.titles(store) == {shown.id: "Tin đúng"}


@pytest.mark.postgres
def test_a_promoted_standby_gives_no_number_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    server = PostgresServer()
    try:
        server.start()
        monkeypatch.setenv("TOASOAN_DATABASE_URL", server.new_database())
        forget_settings()
        source = migrated()
        for _ in range(2):
            generation.notice_promotion(source)
        assert generation.of(source) == 0
        server.make_standby()
        lost = save_article(source, read_fields(ArticleInput, STORY), EDITOR).id
        server.fail_over()
        generation.notice_promotion(source)
        known = generation.of(source)
        assert known > 0
        generation.notice_promotion(source)
        assert generation.of(source) == known, "and it is noticed once"
        assert save_article(source, read_fields(ArticleInput, STORY), EDITOR).id > lost + 1000
    finally:
        server.close()


def test_an_emptied_site_gets_sections_front_page_and_comments_too(house: House) -> None:
    saved = house.save()
    frontpage.pin(house.source, [saved.id], EDITOR)
    former_addresses.add(house.source, EDITOR, "/chuyen-trang/*", "/$1")
    appearance.save(house.source, appearance.ChosenLook(name="Báo Rừng"), EDITOR, 0)
    tags.merge(house.source, EDITOR, "Covid", "Covid-19")
    comment = {"article_id": saved.id, "name": "Lan", "text": "Hay", "at": "2020-01-01T00:00:00Z"}
    for token in ("a", "b"):
        comments.hold(house.source, SubmitComment.model_validate({"token": token, **comment}))
    first, _ = comments.listed(house.source)
    comments.approve(house.source, first.id, EDITOR)
    house.publish()
    house.readers.lose_all("web")
    assert reconcile()["web"] == 2
    assert ("index", "article_published") in house.rows()  # search then tells what is related
    house.publish()
    small = ("section_saved", "front_page_changed", "appearance_changed", "address_rules_changed", "tags_merged")
    for kind in ("article", *small, "comment"):
        assert house.readers.held("web", kind), kind
    assert reconcile() == NONE


def _say_all(house: House) -> None:
    """Everything of which there is one."""
    saved = house.save()
    frontpage.pin(house.source, [saved.id], EDITOR)
    former_addresses.add(house.source, EDITOR, "/chuyen-trang/*", "/$1")
    appearance.save(house.source, appearance.ChosenLook(name="Báo Rừng"), EDITOR, 0)
    tags.merge(house.source, EDITOR, "Covid", "Covid-19")
    figures.tell(house.source, EDITOR, [Figure(label="Lai Châu", value="18 °C")], "12")
    face = Rebuilt(sha256="ab", path="c.jpg", type="image/jpeg", width=1, height=1, bytes=1, renditions=())
    get_settings().media_dir.mkdir(parents=True)
    (get_settings().media_dir / face.path).touch()
    portraits.choose(house.source, EDITOR, "Thu Sương", media.keep(house.source, face, EDITOR).id)
    search_words.save(house.source, EDITOR, search_words.Said(("UBND = Ủy ban nhân dân",)), 0)
    statistics.set_rule(house.source, EDITOR, saved.id, "pin", 1)
    authors.add(house.source, EDITOR, "Thu Sương", None)


@pytest.mark.parametrize("way", ["the broker loses it", "the store loses it", "everything is told anew"])
def test_what_there_is_one_of_is_told_again(house: House, way: str) -> None:
    _say_all(house)
    if way == "the broker loses it":
        while house.rows():
            house.relay.run_once()
            with house.broker.client() as client:
                client.flushall()
    else:
        house.publish()
        for store in NONE:
            house.readers.lose_all(store)
    if way == "everything is told anew":
        rebuild()
    else:
        reconcile()
    house.publish()
    version = stamped(generation.of(house.source), 1)
    for event in expected.ONLY_ONES:
        (queue,) = SUBSCRIBERS[event]
        assert house.readers.held(CONSUMERS[queue], event.kind) == {1: version}, event.kind


def test_what_was_said_after_a_backup_is_taken_back_with_it(house: House) -> None:
    backup = house.backup()
    _say_all(house)
    house.publish()
    house.put_back(backup)
    reconcile()
    house.publish()
    before_all = stamped(generation.of(house.source), 0)
    assert before_all
    for event in expected.ONLY_ONES:
        (queue,) = SUBSCRIBERS[event]
        assert house.readers.held(CONSUMERS[queue], event.kind) == {1: before_all}, event.kind


def test_a_rebuild_knows_every_event_of_ingest() -> None:
    """What no event brings again a site that is made anew would never hear of."""
    again = {SectionSaved, SectionRemoved, *expected.ONLY_ONES, *revisions.EVENTS.values()}
    again |= {event for parts in expected.PARTS for event in (parts.shown, parts.gone)}
    derived = {ViewTotalsChanged, RankingChanged, RelatedArticlesChanged}
    assert again == SUBSCRIBERS.keys() - derived


def test_a_section_that_a_store_refuses_is_dead_once(house: House) -> None:
    one = sections.save(house.source, EDITOR, None, name=read_models.REFUSED)
    house.until_dead(1)
    for _ in range(2):
        reconcile()
        house.publish()
        assert messages(house.broker, Queue.dead) == []
    sections.save(house.source, EDITOR, one, name="Mục đã sửa")
    house.publish()
    assert house.readers.held("web", "section_saved") == {one: 2}


def test_lists_of_related_articles_come_back_by_themselves(house: House) -> None:
    """Also when only they were lost on the way, or a site made anew has got fresh news before it was compared."""
    article = house.save().id
    house.publish()
    assert house.readers.held("web", "related").keys() == {article}
    house.readers.database.execute("DELETE FROM held WHERE kind = 'related'")
    assert reconcile() == NONE
    assert ("index", "article_published") in house.rows()
    house.publish()
    assert house.readers.held("web", "related").keys() == {article}
    assert reconcile() == NONE
    assert ("index", "article_published") not in house.rows()


def test_comments_that_differ_are_sent_and_nothing_else(house: House) -> None:
    saved = house.save()
    for token in "abcde":
        said = {"article_id": saved.id, "name": "Lan", "text": token, "at": "2020-01-01T00:00:00Z"}
        comments.hold(house.source, SubmitComment.model_validate({"token": token, **said}))
    lost, seen, taken, never, _held = (row.id for row in comments.listed(house.source))
    for comment in (lost, seen, taken):
        comments.approve(house.source, comment, EDITOR)
    house.publish()
    comments.reject(house.source, never, EDITOR)
    comments.reject(house.source, taken, EDITOR)
    house.publish()
    assert reconcile() == NONE
    assert not [row for row in house.rows() if row[1].startswith("comment")]
    # Web lost one, and missed that another was taken away.
    house.readers.database.execute("DELETE FROM held WHERE kind = 'comment' AND id = ?", (lost,))
    house.readers.database.execute("UPDATE held SET version = version - 1 WHERE kind = 'comment' AND id = ?", (taken,))
    assert reconcile()["web"] == 2
    assert Counter(row[1] for row in house.rows() if row[1].startswith("comment")) == {
        "comment_published": 1,
        "comment_removed": 1,
    }
    house.publish()
    assert reconcile() == NONE
    assert house.readers.titles("web", "comment") == {lost: "a", seen: "b", taken: ""}


def test_entries_of_a_live_coverage_that_differ_are_sent_and_nothing_else(house: House) -> None:
    coverage = house.save(live=True).id

    def written(name: str, status: str = "published") -> int:
        fields = {"title": name, "body": f"<p>{name}.</p>", "status": status}
        return live_entries.write(house.source, coverage, read_fields(NewLiveEntryInput, fields), EDITOR).id

    lost, seen, taken = written("a"), written("b"), written("c")
    written("d", "draft")
    house.publish()
    live_entries.withdraw(house.source, coverage, taken, "Sai sự thật", EDITOR)
    house.publish()
    assert reconcile() == NONE
    assert house.readers.held("web", "live_entry").keys() == {lost, seen, taken}
    # Web lost one, missed that another was taken away.
    held = house.readers.database
    held.execute("DELETE FROM held WHERE kind = 'live_entry' AND id = ?", (lost,))
    held.execute("UPDATE held SET version = version - 1 WHERE kind = 'live_entry' AND id = ?", (taken,))
    assert reconcile()["web"] == 2
    assert Counter(row[1] for row in house.rows() if row[1].startswith("live")) == {
        "live_entry_published": 1,
        "live_entry_withdrawn": 1,
    }
    house.publish()
    assert reconcile() == NONE
    house.readers.lose_all("web")
    rebuild()
    house.publish()
    assert house.readers.held("web", "live_entry").keys() == {lost, seen}


@pytest.mark.parametrize("everything", [False, True])
def test_a_rebuild_sends_what_readers_see_newest_first(
    house: House, everything: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    _small_pages(monkeypatch, 2)
    monkeypatch.setattr(resend, "_ROWS_A_TRANSACTION", 2)
    shown = [house.save(title=f"Tin {number}").id for number in range(5)]
    draft = house.save(title="Bản nháp", status="draft").id
    house.publish()
    for store in NONE:
        house.readers.lose_all(store)
    assert rebuild(everything=everything) == 1 + len(expected.ONLY_ONES) + 5 + everything
    with read(house.source) as connection:
        order = connection.execute(
            select(outbox.c.key).where(outbox.c.queue == "page", outbox.c.kind == "article_published").order_by("id")
        ).scalars()
        assert [int(key) for key in order] == shown[::-1]
    house.publish()
    assert set(house.readers.held("web")) == set(shown)
    assert set(house.readers.held("search")) == {*shown, *([draft] if everything else [])}
    assert set(house.readers.held("counter")) == (set(shown) if everything else set())


@pytest.fixture
def asker(house: House) -> Iterator[Asker]:
    asking = Asker(publisher("ingest")).start()
    yield asking
    asking.close()


def test_fresh_news_that_does_not_arrive_is_sent_again(
    house: House, asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the broker gave a message to a worker whose host lost its cable in that moment."""
    monkeypatch.setattr(delivery_check, "_YOUNG", timedelta(0))
    follower = DeliveryCheck(house.source, publisher("ingest"))
    kept, gone, far = (house.save(title=f"Tin {number}") for number in range(3))
    house.publish()
    assert follower.look(asker.ask_sync) == {}
    article_store.withdraw(house.source, gone.id, "Sai", EDITOR)
    fresh = house.save(title="Tin mới")
    assert follower.look(asker.ask_sync) == {}  # it waits in the outbox
    house.publish()
    house.readers.lose("web", gone.id, fresh.id)
    house.readers.lose("search", fresh.id)
    assert follower.look(asker.ask_sync) == {"web": 2, "search": 1}
    assert Counter(house.rows()) == {
        ("page", "article_withdrawn"): 1,
        ("page", "article_published"): 1,
        ("index", "article_published"): 1,
    }
    house.publish()
    assert follower.look(asker.ask_sync) == {}
    assert house.readers.held("web") == {kept.id: 1, gone.id: 2, far.id: 1, fresh.id: 1}


@pytest.mark.parametrize("apart", [-600.0, 600.0])
def test_fresh_news_of_a_host_with_another_clock_is_followed_too(
    house: House, asker: Asker, counters_redis: RedisServer, monkeypatch: pytest.MonkeyPatch, apart: float
) -> None:
    monkeypatch.setattr(clock, "_booted_at", None)
    monkeypatch.setattr(delivery_check, "_YOUNG", timedelta(0))
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=apart)), counters_redis.client() as client:
        clock.set_by(client)
        fresh = house.save(title="Tin mới")
    monkeypatch.setattr(clock, "_booted_at", None)
    house.publish()
    house.readers.lose("web", fresh.id)
    assert DeliveryCheck(house.source, publisher("ingest")).look(asker.ask_sync) == {"web": 1}


def test_what_a_store_refuses_is_dead_once_until_it_is_replayed_or_newer(
    house: House, asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_check, "_YOUNG", timedelta(0))
    follower = DeliveryCheck(house.source, publisher("ingest"))
    house.save(title="Tin khác")
    house.publish()
    story = house.save(title=read_models.REFUSED, external_id="tin-1")
    house.until_dead(3)
    assert follower.look(asker.ask_sync) == {}
    assert reconcile() == {"web": 1, "search": 1, "counter": 1}
    assert not [row for row in house.rows() if row[1].startswith("article")]
    house.save(title="Đã sửa", external_id="tin-1")
    house.publish()
    assert house.readers.held("web")[story.id] == 2
    assert reconcile() == NONE


def test_what_has_arrived_or_is_old_is_not_asked_for(
    house: House, asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_check, "_YOUNG", timedelta(0))
    follower = DeliveryCheck(house.source, publisher("ingest"))
    house.save()
    house.publish()
    assert follower.look(asker.ask_sync) == {}
    house.readers.lose_all("web")

    def ask(*_: object) -> Never:
        pytest.fail("nothing is to be asked")

    assert follower.look(ask) == {}
    monkeypatch.setattr(delivery_check, "_OLD", timedelta(0))
    assert DeliveryCheck(house.source, publisher("ingest")).look(ask) == {}


def test_a_store_that_is_away_is_asked_again_later(house: House, asker: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery_check, "_YOUNG", timedelta(0))
    follower = DeliveryCheck(house.source, publisher("ingest"))
    story = house.save()
    house.publish()
    house.readers.lose("web", story.id)

    def nobody(*_: object) -> Never:
        raise NoAnswer("away")

    assert follower.look(nobody) == {}
    assert follower.look(asker.ask_sync) == {"web": 1}


def test_ids_that_stand_near_one_another_are_asked_for_together() -> None:
    assert list(comparison._runs([])) == []
    assert list(comparison._runs([5])) == [(5, 5)]
    assert list(comparison._runs([5, 6, 206, 500, 501])) == [(5, 206), (500, 501)]
