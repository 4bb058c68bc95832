"""Front page, sections, tags, authors, days and the other lists."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from services.web import model, only_ones, store
from services.web.page import Missing, slot
from services.web.pages import errors, parts
from shared.contracts.events import (
    Figure,
    FiguresChanged,
    FrontPageChanged,
    RankedArticle,
    RankingChanged,
    SectionSaved,
    ViewTotalsChanged,
)
from tests.contract.web.conftest import delivered, published
from tests.unit.web.pages import sample
from tests.unit.web.pages.conftest import Paper
from tests.unit.web.pages.reader import Reader


def test_editors_decide_what_leads_the_front_page(paper: Paper) -> None:
    page = paper.page("/")
    assert page.body.index("Chợ phiên Mường Sương") < page.body.index("Bản tin số 45")
    assert '<h1 class="nameplate">' in page.body
    for name in ("Thời sự", "Kinh tế", "Nông nghiệp", "Ảnh", "Video"):
        assert name in Reader(page.body).words
    # No story stands twice.
    shown = re.findall(r'<a href="/[a-z-]+/([^"#]+-\d+)"', page.body)
    assert len(shown) > 20
    assert sorted(shown) == sorted(set(shown))
    assert slot("part:most-read") in page.body


def test_without_an_editors_choice_the_newest_with_a_picture_leads(paper: Paper) -> None:
    only_ones.set_front_page(paper.engine, [delivered(FrontPageChanged(version=2, pinned=()), 1, 2)])
    newest = sample.article(sample.ARTICLES + 1, images=())
    store.publish(paper.engine, [published(newest)])
    words = Reader(paper.page("/").body).words
    assert words.index("Bản tin số 45") < words.index("Bản tin số 46")


def test_a_card_keeps_in_sight_what_was_chosen(paper: Paper) -> None:
    picture = sample.article(sample.LEAD).images[0]
    seen = []
    for version, focus in ((2, None), (3, (0.04, 0.75))):
        shown = sample.article(sample.LEAD, version=version, images=(picture.model_copy(update={"focus": focus}),))
        store.publish(paper.engine, [published(shown)])
        seen.append(re.search(r'class="frame ([^"]*)"', paper.page("/").body))
    assert [one and one[1] for one in seen] == ["wide", "wide fx0 fy8"]


def test_a_card_says_when_as_shortly_as_it_can(paper: Paper) -> None:
    with time_machine.travel("2023-01-11T12:00:00+07:00", tick=False):
        page = paper.page("/")
    assert ">09:59</time>" in page.body and ">10/01</time>" in page.body
    # At midnight the hour of today would be taken for another day's.
    assert page.until == datetime.fromisoformat("2023-01-12T00:00:00+07:00").timestamp()
    assert ">10/01/2023</time>" in paper.page("/").body
    assert paper.page("/").until == 0.0


@pytest.mark.parametrize("number", [1, 2])
def test_a_paper_with_few_stories_has_no_empty_places(empty_paper: Paper, number: int) -> None:
    store.publish(empty_paper.engine, [published(sample.article(one)) for one in range(1, number + 1)])
    body = empty_paper.page("/").body
    assert ("is-single" in body) is (number == 1)
    assert "is-young" in body
    for absent in ('class="blocks"', 'class="part rail"', 'class="strip"', "quartet", "texts"):
        assert absent not in body, absent


def test_corrections_have_their_place_on_the_front_page(paper: Paper) -> None:
    reader = Reader(paper.page("/").body)
    assert "Thông tin cải chính, xin lỗi" in reader.words
    assert [link for link in reader.links if link.endswith("#cai-chinh")] == [
        "/kinh-te/cho-phien-muong-suong-40#cai-chinh"
    ]


def test_a_paper_without_articles_has_a_front_page(empty_paper: Paper) -> None:
    front = Reader(empty_paper.page("/").body).words
    assert "đang chuẩn bị những bài đầu tiên" in front
    assert "cải chính" not in front
    assert empty_paper.page("/doc-nhieu").body.count("Chưa đủ lượt đọc để xếp hạng.") == 1
    for path in ("/doc-nhieu", "/anh", "/video", "/cai-chinh", "/rss.xml", "/sitemap.xml", "/sitemap-0.xml"):
        assert empty_paper.page(path).status == 200


def test_a_section_shows_its_sub_sections_and_turns_pages(paper: Paper) -> None:
    first = Reader(paper.page("/kinh-te").body)
    assert "/nong-nghiep" in first.links
    assert "/kinh-te?trang=2" in first.links
    second = Reader(paper.page("/kinh-te?trang=2").body)
    assert second.rels["canonical"].endswith("/kinh-te?trang=2")
    assert second.rels["prev"] == "/kinh-te"
    shown = {link for link in first.links + second.links if link.startswith(("/kinh-te/", "/nong-nghiep/"))}
    # Everything in the section and its sub-section, the withdrawn one left out.
    assert len(shown) == sum(1 for number in range(1, 46) if number % 3 and number != sample.WITHDRAWN)
    with pytest.raises(Missing):
        paper.page("/kinh-te?trang=9")
    with pytest.raises(Missing):
        paper.page("/khong-co")


@pytest.mark.parametrize(("path", "within"), [("/kinh-te", "kinh-te"), ("/nong-nghiep", "nong-nghiep"), ("/anh", "")])
def test_a_section_is_searched_from_its_page(paper: Paper, path: str, within: str) -> None:
    body = paper.page(path).body
    assert ("Tìm trong mục này" in body) is bool(within)
    assert re.findall('<input type="hidden" name="section" value="(.*?)">', body) == [within] * bool(within)


def test_a_sub_section_knows_where_it_stands(paper: Paper) -> None:
    reader = Reader(paper.page("/nong-nghiep").body)
    assert reader.words.startswith("Trang chủ Kinh tế Nông nghiệp")


def test_a_section_far_down_says_all_that_stands_above_it(paper: Paper) -> None:
    deeper = [(10, "lua", "Lúa", "nong-nghiep"), (11, "lua-nuong", "Lúa nương", "lua")]
    for number, slug, name, parent in deeper:
        made = SectionSaved(id=number, version=1, slug=slug, name=name, parent_slug=parent, position=number)
        store.save_sections(paper.engine, [delivered(made, number)])
    store.publish(paper.engine, [published(sample.article(60, section_slug="lua-nuong", section_name="Lúa nương"))])
    trail = "Trang chủ Kinh tế Nông nghiệp Lúa Lúa nương"
    assert Reader(paper.page("/lua-nuong").body).words.startswith(trail)
    story = paper.page("/lua-nuong/ban-tin-so-60-60").body
    assert Reader(story).words.partition("Trang chủ")[2].startswith(trail.removeprefix("Trang chủ"))
    assert '/kinh-te" aria-current' in story
    for path in ("/kinh-te", "/nong-nghiep", "/lua"):
        assert "Bản tin số 60 " in Reader(paper.page(path).body).words, path


@pytest.mark.parametrize(
    ("path", "name"), [("/tu-khoa/tet", "Từ khóa Tết"), ("/tac-gia/quang-long", "Tác giả Quang Long")]
)
def test_tags_and_authors(paper: Paper, path: str, name: str) -> None:
    assert name in Reader(paper.page(path).body).words
    with pytest.raises(Missing):
        paper.page(f"{path}-khong-co")


def test_a_day_leads_to_its_neighbours(paper: Paper) -> None:
    reader = Reader(paper.page("/ngay/2023-01-10").body)
    assert "Thứ Ba, 10/01/2023" in reader.words
    assert {"/ngay/2023-01-09", "/ngay/2023-01-11"} <= set(reader.links)
    assert "Bản tin số 20 " in reader.words
    assert "Bản tin số 40 " not in reader.words
    assert "Không có bài nào trong ngày này." in paper.page("/ngay/2022-12-31").body
    for wrong in ("2023-02-30", "1899-01-01", "2999-01-01"):
        with pytest.raises(Missing):
            paper.page(f"/ngay/{wrong}")


def test_the_archive_is_reached_by_a_calendar(paper: Paper) -> None:
    with time_machine.travel("2023-02-10T01:00:00+07:00", tick=False):
        page = paper.page("/ngay/2023-01")
        this_month = paper.page("/ngay")
        for wrong in ("2023-13", "1899-01", "2023-03"):
            with pytest.raises(Missing):
                paper.page(f"/ngay/{wrong}")
    reader = Reader(page.body)
    assert "Tháng 1/2023" in reader.words
    # 10 January has the articles 7 to 30.
    assert "10 24 bài" in reader.words
    assert "/ngay/2023-01-10" in reader.links and "/ngay/2023-01-01" not in reader.links
    assert reader.rels["canonical"].endswith("/ngay/2023-01")
    assert "day:2023-01-31" in page.depends
    assert "Tháng 2/2023" in Reader(this_month.body).words and "/ngay/2023-01" in Reader(this_month.body).links
    assert "/ngay" in Reader(paper.page("/").body).links
    assert "/ngay/2023-01" in Reader(paper.page("/ngay/2023-01-10").body).links
    # At midnight another day is today.
    assert this_month.until == datetime.fromisoformat("2023-02-11T00:00:00+07:00").timestamp()


def test_kinds_and_corrections(paper: Paper) -> None:
    assert f"-{sample.PHOTO}" in paper.page("/anh").body
    assert f"-{sample.VIDEO}" in paper.page("/video").body
    words = Reader(paper.page("/cai-chinh").body).words
    assert "Chợ phiên Mường Sương họp lại sau mưa lũ" in words
    assert "Bài in sai giá mật ong." in words


def test_the_most_read_with_their_numbers(paper: Paper) -> None:
    assert "Bản tin số 1 về mùa màng ở vùng cao 4.999 lượt xem" in Reader(paper.page("/doc-nhieu").body).words
    assert "1 giờ qua" not in paper.page("/doc-nhieu").body
    part = paper.make(parts.most_read)
    assert "4.999 lượt xem 24 giờ qua" in part.body
    assert "rank:24h:" in part.depends
    newest = paper.make(parts.latest)
    assert newest.body.index("số 45") < newest.body.index("số 44")


def test_a_section_has_its_own_most_read(paper: Paper) -> None:
    assert slot("part:most-read") in paper.page("/kinh-te").body
    ranked = (RankedArticle(id=1, views=70), RankedArticle(id=4, views=50))
    told = RankingChanged(window="7d", section_slug="kinh-te", version=1, entries=ranked)
    store.set_rankings(paper.engine, [delivered(told, "7d:kinh-te")])
    page = paper.page("/kinh-te")
    assert "Đọc nhiều trong mục" in page.body and "70 lượt xem 7 ngày qua" in page.body
    assert slot("part:most-read") not in page.body
    assert "rank:24h:kinh-te" in page.depends


def test_before_there_are_readers_what_was_read_elsewhere_is_told(paper: Paper) -> None:
    now = datetime.now(UTC)
    new = [sample.article(number, published_at=now, updated_at=now) for number in (50, 53)]
    store.publish(paper.engine, [published(story) for story in new])
    told = ViewTotalsChanged(totals={50: 70, 53: 900, 44: 5000})
    store.set_totals(paper.engine, [delivered(told, "totals")])
    page = paper.page("/nong-nghiep").body
    assert page.index("900 lượt xem") < page.index("70 lượt xem")
    assert "5.000 lượt xem" not in page, "years old"


def test_a_page_depends_on_what_it_shows(paper: Paper) -> None:
    depends = paper.page("/kinh-te").depends
    assert {"list:s:kinh-te", "sections"} <= depends
    depends = paper.page("/kinh-te/cho-phien-muong-suong-40").depends
    assert {"article:40", "around:40", "related:40", "comments:40", "card:1", "sections"} <= depends
    assert {"front", "list:all", "card:40"} <= paper.page("/").depends


def test_pages_of_errors(paper: Paper) -> None:
    for maker, status in ((errors.not_found, 404), (errors.gone, 410), (errors.unavailable, 503)):
        page = paper.make(maker)
        assert page.status == status
        assert 'content="noindex"' in page.body
        assert 'rel="canonical"' not in page.body
    alone = errors.unavailable(None)
    assert alone.status == 503
    assert ("Retry-After", "10") in alone.headers
    assert "Trang tạm thời chưa mở được" in alone.body
    assert "\x00" not in alone.body


def test_the_days_of_the_archive_follow_vietnam(paper: Paper) -> None:
    late = sample.article(60, published_at=sample.AT.replace(hour=17, minute=30) + timedelta(days=30))
    store.publish(paper.engine, [published(late)])
    assert "Bản tin số 60 " in Reader(paper.page("/ngay/2023-02-09").body).words


def test_what_leads_the_paper_leads_its_section_too(paper: Paper) -> None:
    newest = [link for link in Reader(paper.page("/kinh-te").body).links if re.search(r"-\d+$", link)]
    assert newest[0] == "/kinh-te/cho-phien-muong-suong-40", "editors pinned it; newer ones stand behind"
    only_ones.set_front_page(paper.engine, [delivered(FrontPageChanged(version=2, pinned=()), 1, 2)])
    (first,) = re.findall(
        r'<article class="row first">.*?<a href="(/[^"]+-(?:\d+))"', paper.page("/kinh-te").body, re.S
    )
    assert int(first.rpartition("-")[2]) % 2, "without pins the newest with a picture leads"


def test_a_section_is_led_by_its_own_pins(paper: Paper) -> None:
    def led(path: str) -> list[str]:
        return [link for link in Reader(paper.page(path).body).links if re.search(r"-\d+$", link)]

    oldest = sample.article(1)
    told = FrontPageChanged(version=2, pinned=(sample.LEAD,), sections={"kinh-te": (oldest.id, 2)})
    only_ones.set_front_page(paper.engine, [delivered(told, 1, 2)])
    assert led("/kinh-te")[:3] == [
        "/kinh-te/ban-tin-so-1-1",
        "/nong-nghiep/ban-tin-so-2-2",
        "/kinh-te/cho-phien-muong-suong-40",
    ]
    assert led("/kinh-te").count("/kinh-te/ban-tin-so-1-1") == 1
    assert "/kinh-te/ban-tin-so-1-1" not in led("/nong-nghiep")[:3]
    moved = oldest.model_copy(update={"section_slug": "thoi-su", "section_name": "Thời sự", "version": 2})
    store.publish(paper.engine, [published(moved)])
    assert led("/kinh-te")[0] == "/nong-nghiep/ban-tin-so-2-2", "what has left the section does not lead it"


def test_weather_and_prices_are_shown_until_their_end(paper: Paper) -> None:
    figure = Figure(label="Mường Sương", value="18–26 °C", note="nắng")
    until = datetime.fromisoformat("2023-01-11T15:00:00+07:00")
    told = FiguresChanged(version=1, figures=(figure,), until=until)
    only_ones.set_figures(paper.engine, [delivered(told, 1)])
    with time_machine.travel("2023-01-11T14:59:00+07:00", tick=False):
        page = paper.page("/")
    assert "Mường Sương 18–26 °C nắng" in Reader(page.body).words.replace("\n", " ")
    assert page.until == until.timestamp(), "the page is made anew by then"
    with time_machine.travel("2023-01-11T15:00:01+07:00", tick=False):
        assert "18–26" not in paper.page("/").body


def test_a_sub_section_leads_back_to_the_whole_section(paper: Paper) -> None:
    tabs = paper.page("/nong-nghiep").body.partition('<nav class="tabs"')[2].partition("</nav>")[0]
    assert re.findall(r'href="([^"]+)"( aria-current="page")?', tabs) == [
        ("/kinh-te", ""),
        ("/nong-nghiep", ' aria-current="page"'),
    ]


def test_topics_say_how_much_there_is_and_can_be_followed(paper: Paper) -> None:
    for path, number in (("/tu-khoa/tet", "43 bài"), ("/tac-gia/quang-long", "43 bài"), ("/kinh-te", "")):
        page = paper.page(path).body
        assert f'data-follow="{path}"' in page
        assert number in Reader(page).words
    assert "data-follow" not in paper.page("/anh").body


def test_of_a_long_list_no_page_waits_for_the_exact_number(paper: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "MOST_COUNTED", 43)
    assert "43 bài" in Reader(paper.page("/tu-khoa/tet").body).words
    monkeypatch.setattr(model, "MOST_COUNTED", 42)
    assert "hơn 42 bài" in Reader(paper.page("/tac-gia/quang-long").body).words


def test_feeds_are_listed_for_people(paper: Paper) -> None:
    links = Reader(paper.page("/kenh-rss").body).links
    for feed in ("/rss.xml", "/atom.xml", "/feed.json", "/rss/thoi-su.xml", "/rss/nong-nghiep.xml"):
        assert feed in links
        assert paper.page(feed).status == 200
