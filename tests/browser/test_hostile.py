"""Every field that a page shows filled with what breaks pages: nothing runs, nothing breaks out, nothing overflows."""

import json
from collections.abc import Iterator

import feedparser
import pytest
from defusedxml.ElementTree import fromstring
from playwright.sync_api import Browser, Page

from services.ingest.articles.sanitise import clean_html
from services.web import first_script, only_ones, store
from shared.contracts.articles import ArticleState, Author, Correction, Image, Tag
from shared.contracts.events import (
    CommentPublished,
    FrontPageChanged,
    RankedArticle,
    RankingChanged,
    RelatedArticlesChanged,
    SectionSaved,
)
from tests.contract.web.conftest import START, Site, delivered, published

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

EVIL = (
    "</title></script></textarea></style>--><x-evil onclick=ran()>\"'><img src=/x onerror=ran()><script>ran()</script>"
    "<svg onload=ran()>{{ran()}}{% evil %}${ran()} &lt;b&gt; javascript:ran() ]]> \\u003cscript> %00 \u202eagnol\u2066 "
    "\u2028\u2029\u0085 &quot;onfocus=ran() autofocus x=&quot; 𝒙🏴󠁧󠁢󠁥󠁮󠁧󠁿 "
)
LONG = "ườ" * 5000
RAN = "window.ran = () => { window.evil = (window.evil || 0) + 1 }; window.alert = window.ran;"
# Slugs are made of a-z, 0-9 and hyphens at ingest's door.
PATH = "/thoi-su/bai-1"


def story(article_id: int, words: str) -> ArticleState:
    picture = Image(
        url=f'/media/aa/{words[:60]}.jpg"x',
        caption=words,
        credit=words,
        alt=words,
        width=1600,
        height=900,
        renditions=((480, "/media/aa/a-480.webp"),),
    )
    return ArticleState(
        id=article_id,
        version=1,
        status="published",
        kind=("article", "photo", "video")[article_id % 3],
        title=words,
        slug="bai",
        summary=words,
        body=clean_html(f"<h2>{words}</h2><p>{words}</p><table><tr><td>{words}</td></tr></table><p>{words}</p>"),
        section_slug="thoi-su",
        section_name=words,
        tags=(Tag(slug="tu-khoa", name=words),),
        dateline=words[:200],
        byline=words,
        authors=(Author(name=words, slug="tac-gia", roles=(words,)),),
        images=(picture, Image(url="", caption=f"2 {words}")),
        video_url=f"https://www.youtube.com/watch?v={words[:40]}",
        corrections=(Correction(at=START, notice=words, wrong=words, right=words),),
        published_at=START,
        updated_at=START,
    )


@pytest.fixture
def hostile_site(site: Site) -> Site:
    """All of the read model filled with it."""
    names = [
        SectionSaved(id=1, version=1, slug="thoi-su", name=EVIL),
        SectionSaved(id=2, version=1, slug="b", name=LONG),
    ]
    site.tell(store.save_sections, *(delivered(one, one.id) for one in names))
    site.tell(store.publish, *(published(story(number, EVIL if number < 4 else LONG)) for number in range(1, 7)))
    site.tell(only_ones.set_front_page, delivered(FrontPageChanged(version=1, pinned=(1,)), 1))
    comments = [(1, None, EVIL), (2, 1, EVIL), (3, None, LONG)]
    site.tell(
        store.save_comments,
        *(
            delivered(
                CommentPublished(id=id, version=1, article_id=1, parent_id=to, name=words, text=words, at=START), id
            )
            for id, to, words in comments
        ),
    )
    ranked = tuple(RankedArticle(id=number, views=9) for number in range(1, 7))
    site.tell(store.set_rankings, delivered(RankingChanged(window="24h", version=1, entries=ranked), "24h"))
    site.tell(store.set_related, delivered(RelatedArticlesChanged(article_id=1, version=1, related=(2, 4)), 1))
    site.until("/doc-nhieu", "9 lượt xem")
    return site


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 800}, bypass_csp=True)
    context.add_init_script(RAN)
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def test_nothing_runs_and_nothing_breaks_out(hostile_site: Site, page: Page) -> None:
    # Without the Content-Security-Policy: the pages themselves must hold.
    page.on("dialog", lambda dialog: pytest.fail(f"a dialog: {dialog.message}"))
    places = ["/", "/thoi-su", "/b", "/tu-khoa/tu-khoa", "/tac-gia/tac-gia", "/ngay/2026-03-01", "/anh", "/video"]
    places += ["/doc-nhieu", "/cai-chinh", "/khong-co", *(f"{PATH[:-1]}{number}" for number in range(1, 7))]
    for place in places:
        page.goto(hostile_site.url + place)
        found = page.evaluate(
            """(own) => ({
                ran: window.evil || 0,
                evil: document.querySelectorAll(
                    "x-evil, main svg:not(.tools svg, .within svg), footer svg, [onerror], [onload], [onclick]").length,
                scripts: [...document.scripts].filter(one => !one.src && one.type != "application/ld+json"
                    && one.outerHTML != own).length,
                data: [...document.querySelectorAll('[type="application/ld+json"]')].map(one => one.textContent),
                links: [...document.links].filter(one => !/^(https?|mailto|tel):/.test(one.href)).map(one => one.href),
                wide: document.documentElement.scrollWidth - innerWidth,
            })""",
            str(first_script.ELEMENT),
        )
        assert {name: found[name] for name in ("ran", "evil", "scripts", "links", "wide")} == {
            "ran": 0,
            "evil": 0,
            "scripts": 0,
            "links": [],
            "wide": 0,
        }, place
        for data in found["data"]:
            json.loads(data)
    page.goto(hostile_site.url + f"{PATH}")
    assert page.title() == " ".join(EVIL.replace("\u0085", " ").split()) or EVIL[:40] in page.title()
    assert EVIL[:80] in page.locator("h1").inner_text()


def test_machines_read_the_same_words(hostile_site: Site) -> None:
    article = hostile_site.get("/api/articles/1").json()
    assert article["title"] == article["byline"] == article["images"][0]["caption"] == EVIL
    for path in ("/rss.xml", "/atom.xml", "/rss/thoi-su.xml"):
        found = feedparser.parse(hostile_site.get(path).content)
        assert not found.bozo, (path, found.get("bozo_exception"))
        assert len(found.entries) == 6
    for path in ("/sitemap.xml", "/sitemap-0.xml", "/news-sitemap.xml"):
        fromstring(hostile_site.get(path).content)
    titles = {item["title"] for item in hostile_site.get("/feed.json").json()["items"]}
    assert titles == {EVIL, LONG}
    assert hostile_site.get("/api/articles/1/comments").json()["comments"][0]["text"] == EVIL
