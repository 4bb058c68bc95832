"""A small paper with everything that pages can show, told to web's read model as events."""

from datetime import UTC, datetime, timedelta
from hashlib import md5
from typing import Any

from sqlalchemy import Engine

from services.web import only_ones, store
from shared.contracts.articles import ArticleState, Author, Correction, Image, Tag
from shared.contracts.events import (
    CommentPublished,
    FrontPageChanged,
    RankedArticle,
    RankingChanged,
    RelatedArticlesChanged,
    SectionSaved,
)
from tests.contract.web.conftest import delivered, published, withdrawn

AT = datetime(2023, 1, 9, 10, 59, tzinfo=UTC)  # 17:59 - Thứ Hai, 09/01/2023
SECTIONS = (("thoi-su", "Thời sự", ""), ("kinh-te", "Kinh tế", ""), ("nong-nghiep", "Nông nghiệp", "kinh-te"))
LEAD, PHOTO, VIDEO, WITHDRAWN, PLAIN = 40, 39, 38, 37, 36
"""Ids: an article with everything, a photo story, a video, one that is gone, and one with words alone."""
ARTICLES = 45


def file(name: str, end: str = ".jpg") -> str:
    """The address of a picture: named by a digest, as all are."""
    return f"/media/aa/{md5(name.encode(), usedforsecurity=False).hexdigest()}{end}"


def image(name: str, caption: str = "", **fields: Any) -> Image:
    copies = tuple((width, file(name, f"-{width}.webp")) for width in (480, 960))
    known = {"url": file(name), "width": 1600, "height": 900, "alt": f"Hình {name}", "renditions": copies}
    return Image(**{**known, "caption": caption, **fields})


def article(article_id: int, **fields: Any) -> ArticleState:
    """One of the paper's articles; `fields` change it."""
    section = SECTIONS[article_id % 3]
    at = AT + timedelta(hours=article_id)
    known: dict[str, Any] = {
        "id": article_id,
        "version": 1,
        "status": "published",
        "title": f"Bản tin số {article_id} về mùa màng ở vùng cao",
        "slug": f"ban-tin-so-{article_id}",
        "summary": f"Tóm tắt của bản tin {article_id}.",
        "body": f"<p>Câu mở đầu của bản tin {article_id}.</p><p>Câu thứ hai.</p>",
        "section_slug": section[0],
        "section_name": section[1],
        "tags": (Tag(slug="tet", name="Tết"),),
        "dateline": "BM",
        "byline": "Tin, ảnh: Quang Long",
        "authors": (Author(name="Quang Long", slug="quang-long", roles=("Tin", "ảnh")),),
        "images": (image(f"anh-{article_id}", f"Chú thích ảnh {article_id}."),) if article_id % 2 else (),
        "published_at": at,
        "first_published_at": at,
        "updated_at": at,
    }
    return ArticleState(**{**known, **_SPECIAL.get(article_id, {}), **fields})


def fill(engine: Engine) -> None:
    """Tell the whole paper."""
    sections = [
        SectionSaved(id=number, version=1, slug=slug, name=name, parent_slug=parent, position=number)
        for number, (slug, name, parent) in enumerate(SECTIONS, 1)
    ]
    store.save_sections(engine, [delivered(section, section.id) for section in sections])
    store.publish(engine, [published(article(number)) for number in range(1, ARTICLES + 1)])
    store.withdraw(engine, [withdrawn(WITHDRAWN, 2)])
    only_ones.set_front_page(engine, [delivered(FrontPageChanged(version=1, pinned=(LEAD, PHOTO)), 1)])
    comments = [(1, None, "Bạn đọc A", "Bài hay.\nCảm ơn."), (2, 1, "Bạn đọc B", "Đồng ý."), (3, None, "C", "Tốt.")]
    store.save_comments(
        engine,
        [
            delivered(
                CommentPublished(
                    id=id, version=1, article_id=LEAD, parent_id=parent, name=name, text=text, at=AT + timedelta(days=3)
                ),
                id,
            )
            for id, parent, name, text in comments
        ],
    )
    ranked = tuple(RankedArticle(id=number, views=5000 - number) for number in range(1, 16))
    store.set_rankings(engine, [delivered(RankingChanged(window="24h", version=1, entries=ranked), "24h")])
    week = tuple(RankedArticle(id=number, views=9000 - number) for number in range(20, 31))
    store.set_rankings(engine, [delivered(RankingChanged(window="7d", version=1, entries=week), "7d")])
    related = RelatedArticlesChanged(article_id=LEAD, version=1, related=(1, 2, 3))
    store.set_related(engine, [delivered(related, LEAD)])


_SPECIAL: dict[int, dict[str, Any]] = {
    LEAD: {
        "title": "Chợ phiên Mường Sương họp lại sau mưa lũ",
        "slug": "cho-phien-muong-suong",
        "body": "<p>Sáng sớm, chợ đã đông.</p>"
        f'<figure><img src="{file("cho")}" alt="" width="1600" height="900">'
        "<figcaption>Một góc chợ.</figcaption></figure>"
        "<h2>Hàng hóa</h2><ul><li>Vải chàm</li><li>Mật ong</li></ul>"
        "<blockquote><p>“Năm nay được mùa.”</p></blockquote>"
        "<table><caption>Giá bán</caption><thead><tr><th>Hàng</th><th>Giá</th></tr></thead>"
        "<tbody><tr><td>Mật ong</td><td>120.000</td></tr></tbody></table>"
        '<aside><h3>Đường đến chợ</h3><p>Đi <a href="/kinh-te" rel="noopener">đường mới</a>.</p></aside>',
        "images": (image("cho", "Một góc chợ.", credit="Ảnh: A Páo"), image("khac", "Hàng thổ cẩm.")),
        "corrections": (
            Correction(at=AT + timedelta(days=2), notice="Bài in sai giá mật ong.", wrong="210.000", right="120.000"),
        ),
        "updated_at": AT + timedelta(days=2),
    },
    PHOTO: {"kind": "photo", "images": (image("a", "Ảnh một."), image("b", "Ảnh hai.", width=900, height=1600))},
    VIDEO: {"kind": "video", "video_url": "https://www.youtube.com/watch?v=abcdefghijk", "images": (image("v"),)},
    PLAIN: {"summary": "", "images": (), "tags": (), "authors": (), "byline": "", "dateline": ""},
}
