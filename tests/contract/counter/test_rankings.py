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
from services.counter.tables import rules
from shared.contracts.articles import ArticleState
from shared.contracts.envelope import Delivered, Envelope
from shared.contracts.events import ArticleWithdrawn, RankingChanged, TrendingRulesChanged
from shared.database import migrate, write
from shared.migrations import upgrade
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


def test_trending_prefers_now_and_wants_a_minimum(source: Engine, ranker: Rankings, state: State) -> None:
    store.keep_articles(source, [state(number) for number in range(1, 5)])
    add(source, (1, 20 * 3600, 100), (2, 0, 30), (3, 0, 19), (4, 30 * 3600, 500), (4, 0, 1))

    assert ranker.make(NOW)["trending", ""] == ((2, 30), (1, 100))


def say(source: Engine, version: int, *said: dict[str, object]) -> bool:
    event = TrendingRulesChanged.model_validate({"version": version, "rules": said})
    envelope = Envelope(event_id="e", key="1", version=version, occurred_at=NOW, payload={})
    return by_hand.set_rules(source, [Delivered(envelope, event)])


def test_editors_pin_and_exclude(source: Engine, ranker: Rankings, state: State) -> None:
    store.keep_articles(source, [state(number) for number in range(1, 7)])
    add(source, *((number, 0, 100 - number) for number in range(1, 5)))
    pins = [{"article_id": number, "rule": "pin", "position": place} for number, place in ((3, 2), (6, 1), (5, 1))]
    kept_out = {"article_id": 1, "rule": "exclude"}
    assert say(source, 2, kept_out, *pins)

    lists = ranker.make(NOW)
    assert [article for article, _views in lists["trending", ""]] == [6, 5, 3, 2, 4]
    assert [article for article, _views in lists["1h", ""]] == [1, 2, 3, 4], "a count is not for editors to change"

    assert not say(source, 1), "what was said before comes late"
    assert not say(source, 2, kept_out, *pins), "and twice"
    assert ranker.make(NOW) == lists
    assert say(source, 3)
    assert [article for article, _views in ranker.make(NOW)["trending", ""]] == [1, 2, 3, 4]


def test_pins_of_the_release_before_stand_until_ingest_has_told_them(counters_redis: RedisServer, told: Told) -> None:
    upgrade("counter", "counter_0005")
    source = store.engine()
    with write(source) as connection:
        for article, rule in ((1, "none"), (2, "exclude"), (3, "pin")):
            row = {"article_id": article, "rule": rule, "position": 1, "by": "thư ký", "at": datetime.now(UTC)}
            connection.execute(rules.insert(), row)
    migrate("counter")
    assert Rankings(source, Hot(counters_redis.client()), told)._rules() == ([3], {2})


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
