"""What editors and ops are told about readers."""

import time
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from services.counter import statistics, store
from services.counter.hot import SLOT_SECONDS, Delta, Hot
from shared.contracts.articles import ArticleState, Author
from shared.contracts.commands import ArticleStatistics, CountViews, LiveNow, SiteStatistics
from shared.vietnamese.dates import day_number
from tests.servers import RedisServer

NOW = int(time.time())
TODAY = date(1970, 1, 1) + timedelta(days=day_number(NOW))
State = Callable[..., ArticleState]


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
    store.correct(paper, 1, -10, "thử", "thư ký")

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
