"""Lists of the most read: exact, by window and section, without what was withdrawn."""

import random
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest
from kombu.exceptions import OperationalError
from sqlalchemy import Engine

from services.counter import by_hand, store
from services.counter import rankings as module
from services.counter.hot import SLOT_SECONDS, Delta, Hot
from services.counter.publish_totals import TotalsPublisher
from services.counter.rankings import Rankings
from shared.contracts.articles import ArticleState
from shared.contracts.commands import SetTrendingRule
from shared.contracts.events import ArticleWithdrawn, RankingChanged
from tests.servers import RedisServer

NOW = int(time.time())
State = Callable[..., ArticleState]


class Told(TotalsPublisher):
    """Takes what web would be told."""

    def __init__(self) -> None:
        self.events: list[RankingChanged] = []
        self.away = False

    def rankings(self, changed: Sequence[RankingChanged]) -> None:
        if self.away:
            raise OperationalError("away")
        self.events += changed

    def last(self, window: str, section: str = "") -> list[tuple[int, int]] | None:
        for event in reversed(self.events):
            if (event.window, event.section_slug) == (window, section):
                return [(entry.id, entry.views) for entry in event.entries]
        return None


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def ranker(source: Engine, counters_redis: RedisServer, told: Told) -> Rankings:
    return Rankings(source, Hot(counters_redis.client()), told)


def add(source: Engine, *views: tuple[int, int, int]) -> None:
    """(article, seconds ago, views)"""
    delta = Delta(f"d-{random.random()}", NOW)
    for article, ago, number in views:
        key = (article, (NOW - ago) // SLOT_SECONDS)
        delta.views[key] = delta.views.get(key, 0) + number
    store.add_delta(source, delta)


def test_each_window_holds_its_time(source: Engine, ranker: Rankings, state: State) -> None:
    store.keep_articles(source, [state(number) for number in range(1, 6)])
    add(source, (1, 0, 1), (2, 5 * 3600, 2), (3, 3 * 86400, 3), (4, 20 * 86400, 4), (5, 40 * 86400, 5))

    lists = ranker.make(NOW)

    assert lists["1h", ""] == ((1, 1),)
    assert lists["24h", ""] == ((2, 2), (1, 1))
    assert lists["7d", ""] == ((3, 3), (2, 2), (1, 1))
    assert lists["30d", ""] == ((4, 4), (3, 3), (2, 2), (1, 1))


def test_sections_have_their_own_lists(source: Engine, ranker: Rankings, state: State) -> None:
    store.keep_articles(source, [state(1, "thoi-su"), state(2, "kinh-te"), state(3, "kinh-te")])
    add(source, (1, 0, 9), (2, 0, 5), (3, 0, 7), (4, 0, 100))

    lists = ranker.make(NOW)

    assert lists["1h", ""] == ((1, 9), (3, 7), (2, 5)), "article 4 was never published here"
    assert lists["1h", "kinh-te"] == ((3, 7), (2, 5))
    assert lists["24h", "thoi-su"] == ((1, 9),)


def test_a_withdrawn_article_is_out_at_once(source: Engine, ranker: Rankings, told: Told, state: State) -> None:
    store.keep_articles(source, [state(1), state(2)])
    add(source, (1, 0, 30), (2, 0, 20))
    ranker.articles_changed()
    ranker.publish(NOW)
    assert told.last("trending") == [(1, 30), (2, 20)]

    hot = ranker._hot
    gone = ArticleWithdrawn(
        article_id=1, version=2, reason_kind="withdrawn", section_slug="thoi-su", at=datetime.now(UTC)
    )
    assert store.withdraw(source, [gone])
    hot.articles_changed()

    assert ranker.articles_changed()
    ranker.publish(NOW + 1)
    for window in ("1h", "24h", "7d", "30d", "trending"):
        assert told.last(window) == told.last(window, "thoi-su") == [(2, 20)]


def test_only_changes_are_told_and_everything_after_a_while(
    source: Engine, ranker: Rankings, told: Told, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.keep_articles(source, [state(1, "thoi-su"), state(2, "kinh-te")])
    add(source, (1, 0, 3), (2, 0, 2))
    ranker.publish(NOW)
    told.events.clear()

    ranker.publish(NOW + 1)
    assert told.events == []
    add(source, (2, 0, 1))
    ranker.publish(NOW + 2)
    assert {(event.window, event.section_slug) for event in told.events} == {
        (window, section) for window in ("1h", "24h", "7d", "30d") for section in ("", "kinh-te")
    }
    told.events.clear()
    told.away = True
    add(source, (1, 0, 1))
    ranker.publish(NOW + 3)
    told.away = False
    ranker.publish(NOW + 4)
    assert told.last("1h", "thoi-su") == [(1, 4)]
    told.events.clear()
    monkeypatch.setattr(module, "_REPEAT_SECONDS", -1.0)
    ranker.publish(NOW + 5)
    assert told.last("24h", "kinh-te") == [(2, 3)]


def test_a_list_that_another_process_sent_is_emptied_when_its_time_is_over(
    source: Engine, ranker: Rankings, told: Told, state: State
) -> None:
    store.keep_articles(source, [state(1, "thoi-su"), state(2, "kinh-te")])
    add(source, (1, 0, 30), (2, 0, 20))
    ranker.publish(NOW)
    assert told.last("1h", "kinh-te") == [(2, 20)]

    began_later = Rankings(source, ranker._hot, told)
    began_later.publish(NOW + 7200)
    assert told.last("1h", "kinh-te") == []
    assert told.last("24h", "kinh-te") == [(2, 20)]
    began_later.publish(NOW + 3 * 86400)
    assert told.last("trending", "kinh-te") == told.last("24h", "thoi-su") == []


def test_a_clock_that_was_wrong_for_a_while_holds_up_no_list(
    source: Engine, ranker: Rankings, told: Told, state: State
) -> None:
    """Web keeps the list with the highest version."""
    store.keep_articles(source, [state(1, "thoi-su")])
    for number, now in enumerate((NOW, NOW + 1200, NOW + 1, NOW - 600, NOW + 2)):
        add(source, (1, 0, 30 + number))
        elsewhere = Rankings(source, ranker._hot, told)
        elsewhere.publish(now)

    versions = [event.version for event in told.events if (event.window, event.section_slug) == ("24h", "thoi-su")]
    assert len(versions) == 5
    assert versions == sorted(set(versions))


def test_the_latest_word_of_an_editor_counts_after_a_clock_was_ahead(
    source: Engine, ranker: Rankings, state: State
) -> None:
    store.keep_articles(source, [state(1), state(2)])
    add(source, (1, 0, 30), (2, 0, 20))
    ahead = datetime.fromtimestamp(NOW + 3600, UTC)
    by_hand.set_rule(source, SetTrendingRule(article_id=2, rule="pin", by="ban@bao.vn", at=ahead))
    assert ranker.make(NOW)["trending", ""] == ((2, 20), (1, 30))

    now = datetime.fromtimestamp(NOW, UTC)
    by_hand.set_rule(source, SetTrendingRule(article_id=2, rule="none", by="ban@bao.vn", at=now))

    assert ranker.make(NOW)["trending", ""] == ((1, 30), (2, 20))


def test_trending_prefers_now_and_wants_a_minimum(source: Engine, ranker: Rankings, state: State) -> None:
    store.keep_articles(source, [state(number) for number in range(1, 5)])
    add(source, (1, 20 * 3600, 100), (2, 0, 30), (3, 0, 19), (4, 30 * 3600, 500), (4, 0, 1))

    assert ranker.make(NOW)["trending", ""] == ((2, 30), (1, 100))


def test_editors_pin_and_exclude(source: Engine, ranker: Rankings, state: State) -> None:
    store.keep_articles(source, [state(number) for number in range(1, 6)])
    add(source, *((number, 0, 100 - number) for number in range(1, 5)))
    at = datetime.now(UTC)
    rule = SetTrendingRule(article_id=5, rule="pin", position=1, by="thư ký", at=at)
    by_hand.set_rule(source, rule)
    by_hand.set_rule(source, rule.model_copy(update={"article_id": 3, "position": 2}))
    by_hand.set_rule(source, rule.model_copy(update={"article_id": 1, "rule": "exclude"}))

    lists = ranker.make(NOW)
    assert [article for article, _views in lists["trending", ""]] == [5, 3, 2, 4]
    assert [article for article, _views in lists["1h", ""]] == [1, 2, 3, 4], "a count is not for editors to change"

    older = at.replace(year=at.year - 1)
    by_hand.set_rule(source, rule.model_copy(update={"article_id": 1, "rule": "none", "at": older}))
    assert 1 not in dict(ranker.make(NOW)["trending", ""])
    by_hand.set_rule(source, rule.model_copy(update={"article_id": 1, "rule": "none", "at": datetime.now(UTC)}))
    assert 1 in dict(ranker.make(NOW)["trending", ""])


def test_lists_are_exact_where_buckets_are_cut(
    source: Engine, ranker: Rankings, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forty articles, but only fifteen of each bucket are read: the lists are still those of all views."""
    monkeypatch.setattr(module, "TOP", 15)
    monkeypatch.setattr(module, "LIST_LENGTH", 5)
    monkeypatch.setattr(module, "SECTION_LIST_LENGTH", 3)
    dice = random.Random(7)
    store.keep_articles(source, [state(number, f"muc-{number % 3}") for number in range(1, 41)])
    views = [
        (article, hour * 3600, dice.randrange(1, 4000 // article)) for article in range(1, 41) for hour in range(23)
    ]
    add(source, *views)
    sums: dict[int, int] = defaultdict(int)
    for article, _ago, number in views:
        sums[article] += number
    ranked = sorted(sums.items(), key=lambda item: (-item[1], -item[0]))

    lists = ranker.make(NOW)

    assert lists["24h", ""] == tuple(ranked[:5])
    assert lists["24h", "muc-1"] == tuple(entry for entry in ranked if entry[0] % 3 == 1)[:3]
