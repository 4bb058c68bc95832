"""What editors and ops are told about readers."""

import random
import time
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select, text, update
from sqlalchemy.exc import DBAPIError

from services.counter import by_hand, statistics, store
from services.counter.hot import SLOT_SECONDS, Delta, Hot
from services.counter.tables import SPAN_DAYS, daily, searches, spans, trending_rules
from shared.contracts.articles import ArticleState, Author
from shared.contracts.commands import CountViews
from shared.contracts.statistics import ArticleStatistics, LiveNow, SiteStatistics
from shared.database import migrate, read, write
from shared.vietnamese.dates import day_number, day_start
from tests.servers import RedisServer

NOW = int(time.time())
TODAY = date(1970, 1, 1) + timedelta(days=day_number(NOW))
State = Callable[..., ArticleState]


def as_date(day: int) -> date:
    return date(1970, 1, 1) + timedelta(days=day)


@pytest.fixture
def paper(source: Engine, state: State) -> Engine:
    """Three articles in two sections with readers of today and yesterday."""
    store.keep_articles(
        source,
        [
            state(1, "thoi-su", opening_views=1000),
            state(2, "kinh-te", authors=(Author(name="Lê Hoa", slug="le-hoa"),)),
            state(3, "kinh-te", authors=(Author(name="Lê Hoa", slug="le-hoa"), Author(name="B", slug="b"))),
        ],
    )
    slot, day = NOW // SLOT_SECONDS, day_number(NOW)
    yesterday = (NOW - 86400) // SLOT_SECONDS
    delta = Delta("d-1", NOW, {(1, slot): 50, (2, slot): 30, (3, slot): 5, (1, yesterday): 20})
    delta.referrers = {(1, day, "google.com"): 12, (1, day, "*"): 3, (2, day, "zalo.me"): 30}
    delta.tallies = {(NOW // 3600, "bot"): 500, (NOW // 3600 - 1, "bot"): 10, (NOW // 3600, "repeated"): 40}
    store.add_delta(source, delta)
    store.set_readers(source, day, {0: 60, 1: 55})
    return source


def test_an_articles_curve_sources_and_total(paper: Engine) -> None:
    by_hand.correct(paper, 1, -10, "thử", "thư ký")

    answer = statistics.of_article(paper, ArticleStatistics(article_id=1, days=7), NOW)

    assert answer.article is not None
    assert (answer.article.views, answer.article.total, answer.opening_views) == (70, 1060, 1000)
    assert [(point.views, point.readers) for point in answer.days[-3:]] == [(0, 0), (20, 20), (50, 50)]
    assert answer.days[-1].at.isoformat().endswith("17:00:00+00:00")
    assert len(answer.hours) == 48 and answer.hours[-1].views == 50
    assert [(source.name, source.views) for source in answer.sources] == [
        ("Trực tiếp", 55),
        ("google.com", 12),
        ("Nguồn khác", 3),
    ]
    assert [correction.delta for correction in answer.corrections] == [-10]


def test_an_unknown_article_is_said_to_be_unknown(paper: Engine) -> None:
    assert statistics.of_article(paper, ArticleStatistics(article_id=99), NOW).article is None


def test_the_whole_paper(paper: Engine) -> None:
    answer = statistics.of_site(paper, SiteStatistics(first=TODAY - timedelta(days=1), last=TODAY))

    assert answer.views == 105
    assert [(point.views, point.readers) for point in answer.days] == [(20, 20), (85, 60)]
    assert [(article.id, article.views) for article in answer.articles] == [(1, 70), (2, 30), (3, 5)]
    assert [(section.key, section.views) for section in answer.sections] == [("thoi-su", 70), ("kinh-te", 35)]
    assert [(author.name, author.views) for author in answer.authors][:2] == [("Quang Long", 70), ("Lê Hoa", 35)]
    assert sum(source.views for source in answer.sources) == 105


def test_a_section_and_an_author(paper: Engine) -> None:
    section = statistics.of_site(paper, SiteStatistics(first=TODAY, last=TODAY, section_slug="kinh-te"))
    author = statistics.of_site(paper, SiteStatistics(first=TODAY, last=TODAY, author_slug="b"))

    assert (section.views, [article.id for article in section.articles]) == (35, [2, 3])
    assert (author.views, [article.id for article in author.articles]) == (5, [3])


def test_right_now(paper: Engine, counters_redis: RedisServer) -> None:
    hot = Hot(counters_redis.client())
    hot.apply(CountViews(batch_id="0123456789abcdef-0", views=tuple((1, f"r{n}", NOW, "") for n in range(40))))

    answer = statistics.live(paper, hot, LiveNow(), NOW)

    assert 39 <= answer.readers <= 41
    assert (answer.views_5_minutes, answer.views_60_minutes) == (85, 85)
    assert [article.id for article in answer.articles] == [1, 2, 3]
    assert len(answer.curve) == 12


def test_the_audit_shows_refusals_and_marks_spikes(paper: Engine) -> None:
    answer = statistics.audit(paper, 24, NOW)

    last = answer.hours[-1]
    assert (last.accepted, last.rejected) == (85, {"bot": 500, "repeated": 40})
    assert last.spikes == ("bot",)
    assert answer.hours[-2].rejected == {"bot": 10} and answer.hours[-2].spikes == ()


def a_long_time_of_views(source: Engine, state: State, chance: random.Random) -> dict[tuple[int, int], int]:
    """(article, day) -> views of eight months; some stand on the very edges of what is summed beforehand."""
    store.keep_articles(source, [state(n, f"muc-{n % 2}") for n in range(1, 9)])
    last = day_number(NOW)
    views: dict[tuple[int, int], int] = {}
    for _ in range(40):
        day = last - chance.randrange(240)
        day = day // SPAN_DAYS * SPAN_DAYS + chance.choice([0, SPAN_DAYS - 1, day % SPAN_DAYS])
        views[chance.randrange(1, 9), day] = chance.randrange(1, 50)
    for number, ((article, day), count) in enumerate(views.items()):
        at = day_start(day) + 3600
        store.add_delta(source, Delta(f"d-{number}", at, {(article, at // SLOT_SECONDS): count}))
    return views


def test_any_stretch_of_days_is_summed_as_its_days_say(source: Engine, state: State) -> None:
    chance = random.Random(7)
    views = a_long_time_of_views(source, state, chance)
    today = day_number(NOW)
    for _ in range(60):
        first = today - chance.randrange(300)
        last = first + chance.randrange(300)
        section = chance.choice(["", "muc-1"])
        wanted: dict[int, int] = {}
        for (article, day), count in views.items():
            if first <= day <= last and (not section or article % 2):
                wanted[article] = wanted.get(article, 0) + count

        answer = statistics.of_site(
            source, SiteStatistics(first=as_date(first), last=as_date(last), section_slug=section)
        )

        assert {one.id: one.views for one in answer.articles} == wanted
        assert answer.views == sum(wanted.values()) == sum(one.views for one in answer.sections)
        assert [one.views for one in answer.articles] == sorted(wanted.values(), reverse=True)


def test_a_year_reads_the_rows_of_a_month(source: Engine) -> None:
    for first in range(20_000, 20_100):
        for length in (90, 365, 3660):
            pieces = statistics._pieces(first, first + length - 1)
            assert sum(end - begin + 1 for table, begin, end, _ in pieces if table is daily) <= SPAN_DAYS


def test_sums_that_an_older_version_did_not_add_to_are_made_good(source: Engine, state: State) -> None:
    views = a_long_time_of_views(source, state, random.Random(8))
    (article, day), count = next(iter(views.items()))
    with write(source) as connection:
        connection.execute(
            update(daily).where(daily.c.article_id == article, daily.c.day == day).values(views=count + 5)
        )

    store.resum_spans(source, day)

    answer = statistics.of_site(source, SiteStatistics(first=as_date(day - 100), last=as_date(day + 100)))
    assert {one.id: one.views for one in answer.articles}[article] == 5 + sum(
        number for (of, on), number in views.items() if of == article and abs(on - day) <= 100
    )


def test_an_older_database_is_summed_when_it_is_migrated(source: Engine, state: State) -> None:
    a_long_time_of_views(source, state, random.Random(9))
    with read(source) as connection:
        before = sorted(connection.execute(select(spans)).all())
    with write(source) as connection:
        spans.drop(connection)
        searches.drop(connection)
        trending_rules.drop(connection)
        connection.execute(text("UPDATE alembic_version SET version_num = 'counter_0002'"))

    migrate("counter")

    with read(source) as connection:
        assert sorted(connection.execute(select(spans)).all()) == before


def test_a_question_that_would_take_long_is_ended(source: Engine) -> None:
    endless = (
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 1000000000) SELECT max(x) FROM n"
    )
    began = time.monotonic()

    with pytest.raises(DBAPIError), read(source, within=0.2) as connection:
        connection.execute(select(daily))
        connection.execute(text(endless))

    assert time.monotonic() - began < 5
    with read(source) as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
