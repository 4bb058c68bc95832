"""What helps through a long text; the day and what goes on now at the head of every page."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from services.web import only_ones, store
from services.web.pages import parts
from services.web.pages.body import lay_out
from shared.contracts.addresses import article_path
from shared.contracts.articles import ArticleState
from shared.contracts.events import BreakingNews, FrontPageChanged
from tests.contract.web.conftest import delivered, published, state
from tests.unit.web.pages import sample
from tests.unit.web.pages.conftest import Paper

PARTS = ("Đường lên bản", "Chợ &lt;họp&gt; <em>sớm</em>", "Người ở lại")


def long_story(headings: tuple[str, ...] = PARTS, sentences: int = 100) -> ArticleState:
    told = "<p>" + "Bà con dựng lại từng gian hàng. " * sentences + "</p>"
    return state(1, body="".join(f"<h2>{one}</h2>{told}" for one in headings) or told)


def test_a_long_text_says_how_long_it_is_and_what_is_in_it() -> None:
    text = lay_out(long_story())
    assert text.minutes == 8, "2100 syllables, and those of the headings"
    assert [str(words) for _, words in text.contents] == ["Đường lên bản", "Chợ &lt;họp&gt; sớm", "Người ở lại"]
    assert re.findall(r'<h2 id="(phan-\d)">', text.html) == [id_ for id_, _ in text.contents]


@pytest.mark.parametrize(("story", "minutes"), [(long_story(sentences=20), 0), (long_story(PARTS[:2]), 6)])
def test_a_short_text_and_one_of_few_parts_have_no_list(story: ArticleState, minutes: int) -> None:
    text = lay_out(story)
    assert text.contents == () and text.minutes == minutes and "<h2 id" not in text.html


def test_the_day_stands_at_the_head_until_midnight(paper: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    class Evening(datetime):
        @classmethod
        def now(cls, _zone: object = None) -> datetime:  # type: ignore[override]
            return datetime(2027, 2, 5, 17, 30, tzinfo=UTC)

    monkeypatch.setattr(parts, "datetime", Evening)
    made = paper.make(parts.today)
    assert '<time datetime="2027-02-06">Thứ Bảy, 06/02/2027</time>' in made.body, "by Vietnam's clock"
    assert "mùng 1 tháng Giêng năm Đinh Mùi" in made.body
    assert datetime.fromtimestamp(made.until, UTC) == datetime(2027, 2, 6, 17, tzinfo=UTC)
    assert date.fromisoformat("2027-02-06") and "\x00part:today\x00" in paper.page("/gioi-thieu").body


def test_what_is_told_live_stands_at_the_head_of_every_page_until_it_is_over(paper: Paper) -> None:
    assert paper.make(parts.live).body.strip() == ""
    going_on = sample.article(39).model_copy(update={"version": 2, "live": True, "title": "Lũ lên <b> nhanh"})
    store.publish(paper.engine, [published(going_on)])
    made = paper.make(parts.live)
    assert f'<a href="{article_path(going_on.section_slug, going_on.slug, 39)}">Lũ lên &lt;b&gt; nhanh</a>' in made.body
    assert "list:all" in made.depends and "card:39" in made.depends
    assert "\x00part:live\x00" in paper.page("/gioi-thieu").body
    store.publish(paper.engine, [published(going_on.model_copy(update={"version": 3, "live": False}))])
    assert paper.make(parts.live).body.strip() == ""


def test_breaking_news_stands_above_every_page_and_goes_at_its_time(
    paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=30)
    told = FrontPageChanged(version=2, breaking=(BreakingNews(article_id=sample.LEAD, until=until),))
    only_ones.set_front_page(paper.engine, [delivered(told, 1, 2)])
    made = paper.make(parts.live)
    assert "Tin nóng" in made.body and f'-{sample.LEAD}"' in made.body
    assert made.until == until.timestamp(), "the page is made anew at that second, whether or not ingest says so"

    class Later(datetime):
        @classmethod
        def now(cls, _zone: object = None) -> datetime:  # type: ignore[override]
            return until

    monkeypatch.setattr(parts, "datetime", Later)
    assert paper.make(parts.live).body.strip() == ""
