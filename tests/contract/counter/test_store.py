"""The counter's SQL: deltas once, opening balances once, corrections with a trace."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, Table, func, select

from services.counter import by_hand, retention, store
from services.counter.hot import SLOT_SECONDS, Delta
from services.counter.tables import articles, corrections, daily, hourly, referrers, slots, tallies
from shared.contracts.articles import ArticleState
from shared.contracts.events import ArticleWithdrawn
from shared.database import read
from shared.vietnamese.dates import day_number

NOW = int(time.time())
SLOT = NOW // SLOT_SECONDS

State = Callable[..., ArticleState]


def delta(name: str, views: dict[int, int], slot: int = SLOT) -> Delta:
    return Delta(name, NOW, {(article, slot): number for article, number in views.items()})


def total(source: Engine, article: int) -> int:
    return store.totals_of(source, [article]).get(article, (0, 0))[0]


def sum_of(source: Engine, table: Table, article: int) -> int:
    with read(source) as connection:
        views = connection.execute(select(func.sum(table.c.views)).where(table.c.article_id == article)).scalar()
    return int(views or 0)


def test_a_delta_counts_once_in_every_table(source: Engine) -> None:
    one = delta("d-1", {7: 3, 8: 2})
    one.referrers[7, day_number(NOW), "google.com"] = 2
    one.tallies[NOW // 3600, "bot"] = 9

    assert store.add_delta(source, one)
    assert not store.add_delta(source, one)
    assert store.add_delta(source, delta("d-2", {7: 1}))

    assert total(source, 7) == 4
    for table in (slots, hourly, daily):
        assert (sum_of(source, table, 7), sum_of(source, table, 8), sum_of(source, table, 0)) == (4, 2, 6)
    assert sum_of(source, referrers, 7) == sum_of(source, referrers, 0) == 2
    with read(source) as connection:
        assert connection.execute(select(tallies.c.reason, tallies.c.number)).all() == [("bot", 9)]


def test_a_day_begins_at_midnight_in_hanoi(source: Engine) -> None:
    before = int(datetime(2023, 1, 8, 16, 55, tzinfo=UTC).timestamp())
    after = int(datetime(2023, 1, 8, 17, 0, tzinfo=UTC).timestamp())
    store.add_delta(source, Delta("d-1", before, {(7, before // SLOT_SECONDS): 1, (7, after // SLOT_SECONDS): 2}))

    with read(source) as connection:
        rows = connection.execute(select(daily.c.day, daily.c.views).where(daily.c.article_id == 7).order_by("day"))
        found = [(datetime.fromtimestamp(row.day * 86400, UTC).date().isoformat(), row.views) for row in rows]
    assert found == [("2023-01-08", 1), ("2023-01-09", 2)]


def test_opening_balances_are_added_once_whatever_comes(source: Engine, state: State) -> None:
    store.keep_articles(source, [state(7, opening_views=5546)])
    store.keep_articles(source, [state(7, opening_views=5546), state(7, version=2, opening_views=9000)])
    store.add_delta(source, delta("d-1", {7: 1}))

    assert total(source, 7) == 5547
    names, touched, _oldest = store.unannounced(source)
    assert touched == {7}
    store.mark_announced(source, names)
    assert store.unannounced(source)[0] == []


def test_an_older_version_changes_nothing(source: Engine, state: State) -> None:
    store.keep_articles(source, [state(7, version=3, title="Mới")])
    store.keep_articles(source, [state(7, version=2, title="Cũ", authors=())])

    with read(source) as connection:
        assert connection.execute(select(articles.c.title)).scalars().all() == ["Mới"]
    assert store.versions_after(source, 0, 10) == [(7, 3)]


def test_withdrawn_stays_withdrawn(source: Engine, state: State) -> None:
    gone = ArticleWithdrawn(
        article_id=7, version=2, reason_kind="withdrawn", section_slug="thoi-su", at=datetime.now(UTC)
    )

    assert not store.withdraw(source, [gone])
    store.keep_articles(source, [state(7, version=1)])
    assert not store.withdraw(source, [gone])
    store.keep_articles(source, [state(8, version=1)])
    assert store.withdraw(source, [gone.model_copy(update={"article_id": 8})])

    with read(source) as connection:
        rows = connection.execute(select(articles.c.id, articles.c.public).order_by(articles.c.id)).all()
    assert rows == [(7, False), (8, False)]
    assert store.keep_articles(source, [state(8, version=3)])


def test_a_correction_changes_the_total_and_leaves_the_history(source: Engine, state: State) -> None:
    store.keep_articles(source, [state(7)])
    store.add_delta(source, delta("d-1", {7: 100}))

    assert by_hand.correct(source, 7, -40, "Máy đếm hộ", "thư ký") == 60

    assert store.totals_of(source, [7]) == {7: (60, 1)}
    assert sum_of(source, daily, 7) == 100
    with read(source) as connection:
        (trace,) = by_hand.corrections_of(connection, 7)
        assert (trace.delta, trace.reason, trace.by) == (-40, "Máy đếm hộ", "thư ký")
        assert connection.execute(select(corrections.c.views_before)).scalar_one() == 100
    assert store.unannounced(source)[1] == {7}


def test_corrections_that_cannot_be_meant_are_refused(source: Engine, state: State) -> None:
    store.keep_articles(source, [state(7)])
    for article, change, reason in ((7, -1, "x"), (7, 1, "  "), (99, 1, "x")):
        with pytest.raises(ValueError, match=r"views|reason|known"):
            by_hand.correct(source, article, change, reason, "thư ký")

    with read(source) as connection:
        assert by_hand.corrections_of(connection) == ()
    assert by_hand.correct(source, 7, 5, "từ bản in", "thư ký") == 5


def test_what_is_kept_for_a_while_goes_and_days_stay(source: Engine) -> None:
    long_ago = SLOT - 3 * 86400 // SLOT_SECONDS
    store.add_delta(source, delta("d-1", {7: 1}, long_ago))
    store.add_delta(source, delta("d-2", {7: 1}))

    retention.prune(source, NOW)

    assert (sum_of(source, slots, 7), sum_of(source, hourly, 7), sum_of(source, daily, 7)) == (1, 1, 2)
    assert total(source, 7) == 2


BAD_NAMES = [
    "",
    "\0",
    "khong-phải",
    "0123456789abcdef-65536",
    "0123456789abcdef--1",
    "0123456789ABCDEF-0",
    "x" * 10_000,
]


def test_a_bad_batch_name_fails_no_question_about_others(source: Engine) -> None:
    store.add_delta(source, Delta("d-1", NOW, batches=["0123456789abcdef-7"]))

    found = store.stored(source, [*BAD_NAMES, "0123456789abcdef-7", "0123456789abcdef-8"])

    assert found == ["0123456789abcdef-7"]


def test_a_bad_batch_name_in_a_delta_does_not_stop_the_drain(source: Engine) -> None:
    one = delta("d-1", {7: 3})
    one.batches = [*BAD_NAMES, "0123456789abcdef-7"]

    assert store.add_delta(source, one)

    assert total(source, 7) == 3
    assert store.stored(source, one.batches) == ["0123456789abcdef-7"]
