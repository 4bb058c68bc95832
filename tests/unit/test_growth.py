"""What a request, a feed or a file can make long is worked on in time that grows with its length, not its square.

Each function gets a text that others chose, and one four times as long: what is linear takes four times as long, what
is quadratic sixteen times.
"""

import gc
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree.ElementTree import Element, SubElement

import pytest

from services.ingest.articles import byline, content, sanitise
from services.ingest.articles.store import pictures
from services.ingest.exchange.importers import bodies, feed, shortcodes, wxr, xml
from services.ingest.exchange.importers import text as page_text
from services.ingest.exchange.importers.paragraphs import classic
from services.ingest.kit.errors import Refused
from services.ingest.kit.json_input import read_json
from services.search import documents
from services.web.pages import body, feeds
from shared.contracts.addresses import old_path
from shared.contracts.articles import ArticleState, Image
from shared.players import host_of
from shared.vietnamese import highlight, legacy, text

_TIMES = 4
_MOST = 9.0
"""Twice what is linear, and some for caches that no longer hold all of it."""
_LEAST_S = 0.02
_OTHERS = count()
HEAD = "Tiêu đề\n17:59 - Thứ Hai, 09/01/2023\n"


def article(text: str, images: int = 0) -> ArticleState:
    return ArticleState(
        id=1, version=1, status="published", title="T", slug="t", summary="", body=text, section_slug="s",
        section_name="S", tags=(), dateline="", byline="", authors=(), images=tuple(map(image, range(images))),
        published_at=datetime.now(UTC), updated_at=datetime.now(UTC), kind="article",
    )  # fmt: skip


def image(number: int) -> Image:
    return Image(url=f"/media/aa/{number}.jpg", caption=f"chú thích {number}", alt="", width=10, height=10)


def figures(number: int) -> str:
    return "".join(
        f'<figure><img src="/media/aa/{one}.jpg"><figcaption>x</figcaption></figure>' for one in range(number)
    )


def paragraphs(number: int) -> str:
    return "".join(f"<p>chú thích {one}</p>" for one in range(number))


def feed_of(state: ArticleState) -> str:
    return feeds._whole(state, SimpleNamespace(site_url="https://bao.example"))  # type: ignore[arg-type]


def items_in(text: str) -> int:
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(text)
        file.flush()
        return sum(1 for _ in xml.items(Path(file.name), "item"))


def _anew(work: Callable[[str], Any], url: str) -> None:
    work(f"{url}{next(_OTHERS)}")


def item_with(name: str, text: str) -> Element:
    item = Element("item")
    SubElement(item, name).text = text
    return item


def wordpress(text: str) -> str:
    return classic(shortcodes.shown(text, lambda _: [], list, lambda _: "")[0])


WORK: dict[str, tuple[Callable[[Any], Any], Callable[[int], Any]]] = {
    "clean paragraphs": (sanitise.clean_html, lambda n: "<p>a</p>" * n),
    "clean loose words": (sanitise.clean_html, lambda n: "a <b>b</b> <p>c</p> " * (n // 4)),
    "clean empty blocks": (sanitise.clean_html, lambda n: "<p> </p>" * n),
    "clean pictures": (sanitise.clean_html, lambda n: '<img src="/media/a.jpg">' * n),
    "clean nested": (sanitise.clean_html, lambda n: ("<em>" * 90 + "</em>" * 90) * (n // 90)),
    "clean one tag of many attributes": (sanitise.clean_html, lambda n: "<p " + " ".join(f"a{i}=b" for i in range(n))),
    "clean half tags": (sanitise.clean_html, lambda n: "a&b<" * n),
    "clean open quotes": (sanitise.clean_html, lambda n: "<a x='" * n),
    "clean references": (sanitise.clean_html, lambda n: "&amp; " * 20 * n),
    "clean hard spaces": (sanitise.clean_html, lambda n: "\xa0" * 20 * n),
    "clean signs": (sanitise.clean_html, lambda n: "<" * n),
    "clean blocks": (
        sanitise.clean_html,
        lambda n: (
            '<figure data-block="new" data-v="1"><p data-field="a">b</p></figure>'
            + '<ol><li data-item="c">d</li></ol>' * n
        ),
    ),
    "clean nested blocks": (
        sanitise.clean_html,
        lambda n: ('<aside data-block="x" data-v="1">' * 90 + "</aside>" * 90) * (n // 90),
    ),
    "clean marks without a block": (
        sanitise.clean_html,
        lambda n: '<figure data-block="x"><p data-field="a">b</p></figure>' * n,
    ),
    "page of a block": (
        body.lay_out,
        lambda n: article(
            f'<aside data-block="facts" data-v="1"><h2 data-field="title">a</h2>{"<p>b</p>" * n}</aside>'
        ),
    ),
    "plain text": (sanitise.text_to_html, lambda n: "a\n\n" * n),
    "first paragraph": (sanitise.first_paragraph, lambda n: "<p> </p>" * n),
    "dateline": (lambda text: content.without_dateline(text, "BM"), lambda n: "<p>" + "<strong></strong>" * n),
    "byline": (byline.parse.__wrapped__, lambda n: "Tin: A, ảnh: B; " * n),
    "pictures of a body": (pictures._pictures_in, figures),
    "page of pictures": (body.lay_out, lambda n: article(figures(n), n)),
    "page of captions": (body.lay_out, lambda n: article(paragraphs(n), n)),
    "page of pictures apart": (body.lay_out, lambda n: article("<p>a</p>", n)),
    "page of tables": (body.lay_out, lambda n: article("<table></table>" * n)),
    "feed of links": (feed_of, lambda n: article('<a href="/x">a</a>' * n)),
    "index": (documents.plain_text, lambda n: "<p>a</p>" * n),
    "marked words": (lambda text: highlight.highlight(text, "ăn cơm"), lambda n: "ăn cơm " * n),
    "page's text": (page_text.read_page, lambda n: HEAD + "Một đoạn văn bản ngắn.\n" * n),
    "page's text of bylines": (page_text.read_page, lambda n: HEAD + "Tin, ảnh: Quang Long\nbình luận\n" * n),
    "page's text of furniture": (page_text.read_page, lambda n: HEAD + "bình luận\n" * n),
    "page's text of buttons": (page_text.read_page, lambda n: HEAD + "In bài\n" * n + "Một đoạn văn bản."),
    "WordPress captions": (wordpress, lambda n: "[caption id=1]<img src=x> a[/caption]\n\n" * n),
    "WordPress half captions": (wordpress, lambda n: "[caption id=1][vc_row a='" * n),
    "WordPress blocks": (wordpress, lambda n: "<!-- wp:block {} /-->\n\n<div>" * (n // 4)),
    "old encodings": (legacy.mended, lambda n: "Céng hßa Äiá»‡n " * n),
    "bodies": (bodies.prepared, lambda n: "<p class=MsoListParagraph>1. Céng hßa<img data-src=x></p>" * (n // 4)),
    "XML": (items_in, lambda n: f"<rss>{'<x/><item/>' * n}</rss>"),
    "XML, bare signs": (items_in, lambda n: f"<rss>{'<item>x&y&nbsp;</item>' * n}</rss>"),
    "XML, damaged items": (items_in, lambda n: f"<rss>{'<item><t>x</b></item>' * (n // 4)}</rss>"),
    "XML, items without end": (items_in, lambda n: "<rss>" + "<item><a>x" * n),
    "XML, sections without end": (items_in, lambda n: "<rss>" + "<item><![CDATA[x" * n),
    "marks on one letter": (text.plain, lambda n: "a" + "\u031b\u0323" * n),
    "marks that are folded": (text.fold.__wrapped__, lambda n: "a" + "\u031b\u0323" * n),
    "signs that come apart into marks": (text.nfc, lambda n: "\u0f73" * n),
    **{
        # Another one each time: Python remembers what it took apart.
        f"{name} with marks in its host": (
            partial(_anew, work),
            lambda n: "http://a" + "\u031b\u0323" * n,
        )
        for name, work in {
            "old address": old_path,
            "player's address": host_of,
            "WordPress site": wxr._address,
            "link of a body": lambda url: bodies.prepared(f'<a href="{url}">a</a>', "https://cu.example/"),
            "link of a feed": lambda url: feed._rss(item_with("link", url), "https://cu.example/"),
            "base of a feed": lambda url: feed._rss(item_with("link", "/a"), url),
        }.items()
    },
    "JSON": (read_json, lambda n: b'{"a":[' + b'{"a":1},' * n + b"1]}"),
}


@pytest.mark.parametrize("name", WORK)
def test_four_times_the_text_takes_no_sixteen_times_as_long(name: str) -> None:
    work, make = WORK[name]
    number = 1000
    # Long enough to be measured; what is refused at once never is.
    while (short := seconds(work, make(number))) < _LEAST_S and number < 16_000:
        number *= 2
    long = seconds(work, make(number * _TIMES))
    if long >= max(short, _LEAST_S) * _MOST:
        # A machine with other work is slow now and then, a square always.
        short, long = seconds(work, make(number)), seconds(work, make(number * _TIMES))
    assert long < max(short, _LEAST_S) * _MOST, f"{short:.3f} s for {number}, {long:.3f} s for {_TIMES} times as many"


def seconds(work: Callable[[Any], Any], given: Any) -> float:
    """The least processor time of some runs, without the collector of garbage: its turns come in leaps, and one of its
    own before each run takes seconds in a process that has run many tests."""
    found = []
    for _ in range(3):
        gc.disable()
        began = time.process_time()
        try:
            with suppress(Refused, ValueError):
                work(given)
        finally:
            found.append(time.process_time() - began)
            gc.enable()
    return min(found)
