"""The counter's process as the other services meet it: by messages and questions."""

import base64
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.web.groupcommit import ViewTransport
from shared.ask import Asker
from shared.celery_factory import make_celery
from shared.contracts.articles import ArticleState, Author
from shared.contracts.commands import CountViews, ListAppliedBatches, ListCounterVersions
from shared.contracts.events import (
    ArticlePublished,
    ArticleWithdrawn,
    RankingChanged,
    TrendingRule,
    TrendingRulesChanged,
    ViewTotalsChanged,
)
from shared.contracts.statistics import ArticleStatistics, LiveNow, SiteStatistics, ViewAudit
from shared.database import migrate
from shared.publishing import send_all
from shared.vietnamese.dates import day_number
from tests.servers import RedisServer
from tests.wait import until
from toasoan.processes import die_with_parent

ROOT = Path(__file__).resolve().parents[3]


class Counter:
    """A running counter and the queues around it."""

    def __init__(self, broker: RedisServer) -> None:
        self.app = make_celery("web")
        self.line = ViewTransport()
        self.asker = Asker(self.app).start()
        self.now = int(time.time())
        self._broker = broker

    def told(self, kind: str) -> list[dict[str, Any]]:
        """Payloads of this kind on web's queue, oldest first."""
        found = []
        with self._broker.client() as client:
            for raw in reversed(client.lrange("ts:page", 0, -1)):
                message = orjson.loads(raw)
                if message["headers"]["task"] == f"web.{kind}":
                    _args, kwargs, _embed = orjson.loads(base64.b64decode(message["body"]))
                    found += [{**event["payload"], "at": event["occurred_at"]} for event in kwargs["events"]]
        return found

    def total_told(self, article: int) -> tuple[int, int] | None:
        """(epoch, views) as web shows them: of the highest epoch the last."""
        last = None
        for event in self.told(ViewTotalsChanged.kind):
            if str(article) in event["totals"]:
                last = max(last or (0, 0), (event["epoch"], event["totals"][str(article)]))
        return last

    def list_told(self, window: str, section: str = "") -> list[int]:
        """Article ids of the newest list."""
        lists = [
            event
            for event in self.told(RankingChanged.kind)
            if (event["window"], event["section_slug"]) == (window, section)
        ]
        return [entry["id"] for entry in max(lists, key=lambda one: one["version"])["entries"]] if lists else []

    def view(self, name: str, *views: tuple[int, str, int, str], **rejected: int) -> None:
        self.line.send(CountViews(batch_id=name, views=views, rejected=rejected))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def counter(
    request: pytest.FixtureRequest, broker: RedisServer, counters_redis: RedisServer, tmp_path: Path
) -> Iterator[Counter]:
    if request.param == "postgresql":
        request.getfixturevalue("postgres")
    migrate("counter")
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "services.counter.worker"],
            cwd=ROOT,
            env=os.environ,
            stdout=log,
            stderr=log,
            preexec_fn=die_with_parent(os.getpid()),
        )
    made = Counter(broker)
    try:
        yield made
    finally:
        made.asker.close()
        process.terminate()
        process.wait(25)


def article(number: int, section: str = "thoi-su", **fields: Any) -> ArticleState:
    at = datetime(2023, 1, 9, tzinfo=UTC)
    said = {
        "id": number,
        "version": 1,
        "status": "published",
        "title": f"Bài {number}",
        "slug": "bai",
        "section_slug": section,
        "section_name": "Thời sự",
        "updated_at": at,
        "published_at": at,
        "authors": (Author(name="Quang Long", slug="quang-long"),),
        **fields,
    }
    return ArticleState.model_validate(said)


def published(counter: Counter, *states: ArticleState) -> None:
    app = counter.app
    events = [ArticlePublished(article=state) for state in states]
    batch = [(event, event.article.id, event.article.version) for event in events]
    send_all(app, batch)


@pytest.mark.timeout(120)
def test_views_become_totals_lists_and_statistics(counter: Counter) -> None:
    published(counter, article(1, opening_views=5546), article(2, "kinh-te"))
    until(lambda: counter.total_told(1) == (0, 5546), 30, "web is told of the opening balance")

    counter.view(
        "0123456789abcdef-0",
        *((1, f"r{n}", counter.now, "zalo.me") for n in range(30)),
        (2, "r1", counter.now, ""),
        bot=7,
    )
    until(lambda: counter.total_told(1) == (0, 5576) and counter.total_told(2) == (0, 1), 10, "web is told", 0.02)
    until(lambda: counter.list_told("1h") == [1, 2] and counter.list_told("24h", "kinh-te") == [2], 15, "lists")
    assert counter.list_told("trending") == [1]
    oldest = [event["at"] for event in counter.told(ViewTotalsChanged.kind) if event["totals"].get("1") == 5576]
    assert oldest[0] == counter.now, "the time of the oldest view goes along, for view_to_shown_seconds"

    ask = counter.asker.ask_sync
    today = date(1970, 1, 1) + timedelta(days=day_number(counter.now))
    one = ask(ArticleStatistics(article_id=1), 10)
    assert one.article and (one.article.views, one.article.total, one.opening_views) == (30, 5576, 5546)
    assert [(share.key, share.views) for share in one.sources] == [("zalo.me", 30)]
    site = ask(SiteStatistics(first=today, last=today), 10)
    assert (site.views, site.articles[0].path) == (31, "/thoi-su/bai-1")
    assert ask(LiveNow(), 10).views_60_minutes == 31
    # The hour may have turned since.
    assert [one.rejected for one in ask(ViewAudit(hours=2), 10).hours if one.rejected] == [{"bot": 7}]
    assert ask(ListCounterVersions(), 10).versions == ((1, 1), (2, 1))
    names = ("0123456789abcdef-0", "0123456789abcdef-1")
    assert ask(ListAppliedBatches(names=names), 10).names == names[:1]


@pytest.mark.timeout(120)
def test_a_withdrawn_article_leaves_the_lists_within_seconds(counter: Counter) -> None:
    published(counter, article(1), article(2))
    counter.view("0123456789abcdef-0", *((number, f"r{n}", counter.now, "") for n in range(25) for number in (1, 2)))
    until(lambda: counter.list_told("trending") == [2, 1], 30)

    gone = ArticleWithdrawn(
        article_id=2, version=2, reason_kind="withdrawn", section_slug="thoi-su", at=datetime.now(UTC)
    )
    send_all(counter.app, [(gone, 2, 2)])
    until(lambda: counter.list_told("trending") == counter.list_told("1h", "thoi-su") == [1], 10)

    said = TrendingRulesChanged(version=1, rules=(TrendingRule(article_id=1, rule="exclude"),))
    send_all(counter.app, [(said, 1, 1)])
    until(lambda: counter.list_told("trending") == [], 10)
    assert counter.list_told("1h") == [1]


@pytest.mark.timeout(120)
def test_a_correction_by_hand_reaches_web_and_leaves_a_trace(counter: Counter) -> None:
    published(counter, article(1, opening_views=100))
    until(lambda: counter.total_told(1) == (0, 100), 30)

    command = [
        sys.executable,
        "-m",
        "toasoan",
        "views",
        "correct",
        "1",
        "-40",
        "--reason",
        "máy đếm hộ",
        "--by",
        "thư ký",
    ]
    done = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "article 1: 60 views\n"), done.stderr
    until(lambda: counter.total_told(1) == (1, 60), 10)
    refused = subprocess.run(
        [*command[:5], "1", "-400", "--reason", "x"],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 1
    assert "less than none" in refused.stderr

    audit = subprocess.run(
        [*command[:4], "audit", "--json"], cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True
    )
    (trace,) = orjson.loads(audit.stdout)["corrections"]
    assert (trace["delta"], trace["reason"], trace["by"]) == (-40, "máy đếm hộ", "thư ký")


@pytest.mark.timeout(120)
def test_web_made_anew_gets_every_total_again(counter: Counter, broker: RedisServer) -> None:
    published(counter, article(1, opening_views=10), article(2, opening_views=20))
    until(lambda: counter.total_told(1) == (0, 10) and counter.total_told(2) == (0, 20), 30)
    with broker.client() as client:
        client.delete("ts:page")

    until(lambda: counter.total_told(1) == (0, 10) and counter.total_told(2) == (0, 20), 90, interval_s=0.5)
