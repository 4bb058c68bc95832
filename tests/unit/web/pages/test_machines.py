"""Feeds, sitemaps and small files, as their readers parse them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import feedparser
import pytest
import time_machine
from defusedxml.ElementTree import fromstring

from services.web import static_files, store
from services.web.page import Missing
from services.web.pages import feeds
from services.web.pages.paper import load_paper
from services.web.render import make_renderer
from shared.settings import get_settings
from tests.contract.web.conftest import published
from tests.unit.web.pages import sample
from tests.unit.web.pages.conftest import Paper
from tests.unit.web.pages.reader import Reader

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
ODD = "Giá < 5 & > 3 \"đô\" ]]> \u0001 'nháy'"


def parsed(paper: Paper, address: str) -> Any:
    found = feedparser.parse(paper.page(address).body.encode())
    assert not found.bozo, found.get("bozo_exception")
    return found


@pytest.mark.parametrize("address", ["/rss.xml", "/rss/kinh-te.xml", "/atom.xml"])
def test_feeds_are_well_formed_and_newest_first(paper: Paper, address: str) -> None:
    store.publish(paper.engine, [published(sample.article(61, title=ODD, section_slug="kinh-te"))])
    found = parsed(paper, address)
    entry = found.entries[0]
    assert entry.title == ODD.replace("\u0001", "")
    assert entry.link.endswith("/kinh-te/ban-tin-so-61-61")
    assert entry.summary == "Tóm tắt của bản tin 61."
    assert entry.published_parsed > found.entries[1].published_parsed
    assert entry.author == "Quang Long"
    assert any(link.rel == "self" and link.href.endswith(address) for link in found.feed.links)


def test_a_feed_of_a_section_has_only_its_articles(paper: Paper) -> None:
    links = {entry.link.split("/")[3] for entry in parsed(paper, "/rss/kinh-te.xml").entries}
    assert links == {"kinh-te", "nong-nghiep"}
    with pytest.raises(Missing):
        paper.page("/rss/khong-co.xml")


def test_whole_texts_by_setting(paper: Paper) -> None:
    whole = paper.settings.model_copy(update={"feed_full_text": True, "websub_hub": "https://hub.example/"})
    paper.settings = whole
    rss, atom = parsed(paper, "/rss.xml"), parsed(paper, "/atom.xml")
    for found in (rss, atom):
        entry = next(one for one in found.entries if one.link.endswith("-40"))
        assert "BM - Sáng sớm, chợ đã đông." in entry.content[0].value
        assert f'href="{whole.site_url}/kinh-te"' in entry.content[0].value
        assert any(link.rel == "hub" and link.href == "https://hub.example/" for link in found.feed.links)
    assert "hub" in paper.page("/feed.json").body


def test_the_address_of_an_entry_may_change_its_identity_not(paper: Paper) -> None:
    def identity() -> str:
        found = parsed(paper, "/rss.xml")
        return str(next(entry.id for entry in found.entries if entry.link.endswith("-45")))

    before = identity()
    store.publish(paper.engine, [published(sample.article(45, version=2, slug="ten-moi"))])
    assert identity() == before


def test_json_feed_follows_version_1_1(paper: Paper) -> None:
    page = paper.page("/feed.json")
    assert page.content_type.startswith("application/feed+json")
    feed = json.loads(page.body)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert {"title", "home_page_url", "feed_url", "items"} <= set(feed)
    assert len(feed["items"]) == feeds.SIZE
    for item in feed["items"]:
        assert isinstance(item["id"], str)
        assert "content_text" in item or "content_html" in item
        datetime.fromisoformat(item["date_published"])


def locations(paper: Paper, address: str, row: str) -> list[str]:
    tree: Element = fromstring(paper.page(address).body.encode())
    return [str(one.findtext(f"{SITEMAP}loc")) for one in tree.iter(f"{SITEMAP}{row}")]


def test_the_sitemap_names_every_public_page_once(paper: Paper) -> None:
    files = locations(paper, "/sitemap.xml", "sitemap")
    found = [place for file in files for place in locations(paper, file.removeprefix(paper.settings.site_url), "url")]
    assert len(found) == len(set(found))
    articles = [place for place in found if place.count("/") == 4]
    assert len(articles) == sample.ARTICLES - 1
    assert f"{paper.settings.site_url}/kinh-te/cho-phien-muong-suong-40" in found
    assert f"{paper.settings.site_url}/nong-nghiep" in found
    with pytest.raises(Missing):
        paper.page("/sitemap-1.xml")


def test_the_news_sitemap_forgets_an_article_by_itself(paper: Paper) -> None:
    assert paper.page("/news-sitemap.xml").until == 0.0
    now = datetime.now(UTC)
    soon = [sample.article(number, published_at=now - timedelta(hours=hours)) for number, hours in ((61, 47), (62, 1))]
    store.publish(paper.engine, [published(article) for article in soon])
    with time_machine.travel(now, tick=False):
        page = paper.page("/news-sitemap.xml")
    with time_machine.travel(page.until, tick=False):
        assert page.until == pytest.approx((now + timedelta(hours=1)).timestamp(), abs=1)
        assert [place.rpartition("-")[2] for place in locations(paper, "/news-sitemap.xml", "url")] == ["62"]


def test_news_of_the_last_two_days_alone(paper: Paper) -> None:
    assert locations(paper, "/news-sitemap.xml", "url") == []
    now = datetime.now(UTC)
    new = sample.article(61, title=ODD, published_at=now - timedelta(hours=1))
    old = sample.article(62, published_at=now - timedelta(days=3))
    store.publish(paper.engine, [published(new), published(old)])
    assert [place.rpartition("-")[2] for place in locations(paper, "/news-sitemap.xml", "url")] == ["61"]


def test_small_files(paper: Paper) -> None:
    robots = paper.page("/robots.txt").body
    assert f"Sitemap: {paper.settings.site_url}/sitemap.xml" in robots
    assert "Disallow: /tim-kiem" in robots
    manifest = json.loads(paper.page("/manifest.webmanifest").body)
    assert {"name", "start_url", "icons", "display"} <= set(manifest)
    known = {file.address for file in static_files.files(paper.settings).values()}
    assert {icon["src"] for icon in manifest["icons"]} <= known
    security = dict(line.split(": ", 1) for line in paper.page("/.well-known/security.txt").body.splitlines())
    assert security["Contact"].startswith("mailto:")
    expires = datetime.fromisoformat(security["Expires"])
    assert timedelta(days=300) < expires - datetime.now(UTC) < timedelta(days=366)
    worker = paper.page("/sw.js")
    assert worker.content_type.startswith("text/javascript")
    assert static_files.address("site.css", paper.settings) in worker.body


@pytest.mark.parametrize(
    ("name", "short"),
    [("Báo Mẫu", "Báo Mẫu"), ("Báo Điện Biên Phủ", "Báo Điện"), ("Dienbienphu24", "Dienbienphu2")],
)
def test_a_long_name_is_cut_at_a_word(paper: Paper, name: str, short: str) -> None:
    paper.settings = paper.settings.model_copy(update={"site_name": name})
    assert json.loads(paper.page("/manifest.webmanifest").body)["short_name"] == short


def test_the_style_sheet_names_the_font_by_its_present_address() -> None:
    style = static_files.files(get_settings())["site.css"].data.decode()
    assert static_files.address("headline.woff2", get_settings()) in style


def test_the_imprint_says_each_thing_once(paper: Paper) -> None:
    assert "Cơ quan chủ quản Hội Nhà báo tỉnh Mẫu" in Reader(paper.page("/gioi-thieu").body).words


def test_another_paper_brings_its_own_words(paper: Paper, tmp_path: Path) -> None:
    own = tmp_path / "paper.toml"
    own.write_text(
        'tagline = "Báo của tỉnh"\nabout = ["Một dòng."]\n'
        '[[imprint]]\nsince = 2020-01-01\nagency = "Báo cũ"\n[[imprint]]\nsince = 2024-05-06\nagency = "Báo và Đài"\n'
        '[[imprint]]\nsince = 2999-01-01\nagency = "Mai sau"\n'
    )
    theirs = Paper(paper.settings.model_copy(update={"paper_file": own, "site_name": "Báo Tỉnh"}))
    body = theirs.page("/gioi-thieu").body
    assert "Báo của tỉnh" in body
    assert body.index("Mai sau") < body.index("Báo và Đài") < body.index("Báo cũ")
    assert "từ ngày 06/05/2024" in body
    assert load_paper(own).imprint.agency == "Báo và Đài"
    assert make_renderer(paper.settings)("unavailable.html", number=503, name="x", words="y")


def test_a_new_paper_has_no_licence_that_nobody_gave_it(paper: Paper) -> None:
    settings = paper.settings.model_copy(update={"demo": False, "site_name": "Báo Tỉnh"})
    theirs = Paper(settings)
    for address in ("/", "/gioi-thieu"):
        body = theirs.page(address).body
        assert "Báo Tỉnh" in body
        for invented in ("Giấy phép", "Hội Nhà báo", "baomau.example", "Tổng biên tập"):
            assert invented not in body, (address, invented)
    with pytest.raises(Missing):
        theirs.page("/.well-known/security.txt")


def test_a_paper_file_that_cannot_be_meant_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "paper.toml"
    wrong.write_text('tagline = "x"\nabout = []\nkhong_co = 1\n[[imprint]]\nsince = 2020-01-01\nagency = "a"\n')
    with pytest.raises(ValueError, match="khong_co"):
        load_paper(wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        "since = 2020-01-01\nagency = 5",
        'since = "2020-01-01"\nagency = "a"',
        'since = 2020-01-01T00:00:00\nagency = "a"',
        'since = 2020-01-01\nagency = "a"\nlicence = ["b"]',
    ],
)
def test_a_paper_file_whose_words_are_none_is_refused_at_once(tmp_path: Path, wrong: str) -> None:
    """Not when the page is made that prints them."""
    own = tmp_path / "paper.toml"
    own.write_text(f'tagline = "x"\nabout = []\n[[imprint]]\n{wrong}\n')
    with pytest.raises(ValueError, match=r"paper\.toml: \w+: ") as refused:
        load_paper(own)
    assert "\n" not in str(refused.value)


_OF_THE_DEMO = load_paper().imprint


@pytest.mark.parametrize("day", ["2020-01-01", "2999-01-01"])
@pytest.mark.parametrize(
    ("name", "word"),
    [("licence", ""), ("licence", " "), ("licence", _OF_THE_DEMO.licence), ("agency", " "), ("agency", "Báo Mẫu")],
)
def test_production_refuses_a_foot_without_publisher_and_licence_or_with_the_demos(
    paper: Paper, tmp_path: Path, name: str, word: str, day: str
) -> None:
    """One that holds from a day to come is refused today: on that day nobody starts the house again."""
    own = tmp_path / "paper.toml"
    words = {"agency": "a", "licence": "b"} | {name: word}
    head = 'tagline = "x"\nabout = []\n[[imprint]]\nsince = 2019-01-01\nagency = "a"\nlicence = "b"\n'
    lines = "".join(f'{key} = "{value}"\n' for key, value in words.items())
    own.write_text(f"{head}[[imprint]]\nsince = {day}\n{lines}")
    settings = paper.settings.model_copy(update={"paper_file": own, "demo": False})
    make_renderer(settings)
    with pytest.raises(ValueError, match=name):
        make_renderer(settings.model_copy(update={"production": True}))
    own = tmp_path / "good.toml"
    own.write_text(head)
    make_renderer(settings.model_copy(update={"production": True, "paper_file": own}))
