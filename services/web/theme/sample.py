"""A small paper with everything that pages show, for trying a theme on."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from services.web import only_ones, store
from shared.contracts.articles import ArticleState, Author, Correction, Image, Tag
from shared.contracts.envelope import Delivered, Envelope
from shared.contracts.events import (
    ArticlePublished,
    ArticleWithdrawn,
    CommentPublished,
    Event,
    FrontPageChanged,
    LiveEntryPublished,
    RankedArticle,
    RankingChanged,
    RelatedArticlesChanged,
    SectionSaved,
)

ARTICLES = 45
STORY, PHOTOS, VIDEO, BARE, WITHDRAWN, LIVE = range(ARTICLES, ARTICLES - 6, -1)
"""Ids: an article with everything, a photo story, a video, one with words alone, one that is gone, a live coverage."""
_SECTIONS = (("thoi-su", "Thời sự", ""), ("kinh-te", "Kinh tế", ""), ("nong-nghiep", "Nông nghiệp", "kinh-te"))
_AT = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
_PICTURE = "/media/aa/" + "0" * 32


def fill(engine: Engine) -> None:
    """Tell the whole paper to an empty read model."""
    sections = [
        SectionSaved(id=number, version=1, slug=slug, name=name, parent_slug=parent, position=number)
        for number, (slug, name, parent) in enumerate(_SECTIONS, 1)
    ]
    store.save_sections(engine, [_delivered(section) for section in sections])
    store.publish(engine, [_delivered(ArticlePublished(article=article(one))) for one in range(1, ARTICLES + 1)])
    gone = ArticleWithdrawn(article_id=WITHDRAWN, version=2, reason_kind="withdrawn", section_slug="thoi-su", at=_AT)
    store.withdraw(engine, [_delivered(gone, 2)])
    only_ones.set_front_page(engine, [_delivered(FrontPageChanged(version=1, pinned=(STORY, PHOTOS)))])
    store.save_comments(
        engine,
        [
            _delivered(
                CommentPublished(
                    id=one, version=1, article_id=STORY, parent_id=over, name="Bạn đọc", text="Bài hay.", at=_AT
                )
            )
            for one, over in ((1, None), (2, 1))
        ],
    )
    store.save_live_entries(engine, [_delivered(entry, entry.version) for entry in LIVE_ENTRIES])
    ranked = tuple(RankedArticle(id=one, views=5000 - one) for one in range(1, 16))
    for section in ("", "thoi-su"):
        ranking = RankingChanged(window="24h", section_slug=section, version=1, entries=ranked)
        store.set_rankings(engine, [_delivered(ranking)])
    related = RelatedArticlesChanged(article_id=STORY, version=1, related=(1, 2, 3))
    store.set_related(engine, [_delivered(related)])


def article(number: int) -> ArticleState:
    """One of the paper's articles; every third one has no picture."""
    slug, name, _ = _SECTIONS[0 if number % 2 else 1 + number // 2 % 2]
    at = _AT + timedelta(hours=number)
    known: dict[str, Any] = {
        "id": number,
        "version": 1,
        "status": "published",
        "title": f"Bản tin số {number} về mùa màng ở vùng cao",
        "slug": f"ban-tin-so-{number}",
        "summary": f"Tóm tắt của bản tin {number}.",
        "body": f"<p>Câu mở đầu của bản tin {number}.</p><p>Câu thứ hai.</p>",
        "section_slug": slug,
        "section_name": name,
        "tags": (Tag(slug="tet", name="Tết"),),
        "dateline": "BM",
        "byline": "Tin, ảnh: Quang Long",
        "authors": (Author(name="Quang Long", slug="quang-long", roles=("Tin", "ảnh")),),
        "images": (_image(number),) if number % 3 else (),
        "published_at": at,
        "first_published_at": at,
        "updated_at": at,
    }
    return ArticleState(**{**known, **_SPECIAL.get(number, {})})


def _image(number: int, **fields: Any) -> Image:
    url, copies = f"{_PICTURE}.jpg", tuple((width, f"{_PICTURE}-{width}.webp") for width in (480, 960))
    known = {"url": url, "width": 1600, "height": 900, "alt": "Ruộng", "caption": f"Ảnh {number}.", "credit": "A Páo"}
    return Image(**{**known, "renditions": copies, **fields})


def _delivered(event: Event, version: int = 1) -> Delivered[Any]:
    return Delivered(Envelope(event_id="e", key="", version=version, occurred_at=_AT.timestamp(), payload={}), event)


_SPECIAL: dict[int, dict[str, Any]] = {
    STORY: {
        "body": "<p>Sáng sớm, chợ đã đông.</p><h2>Hàng hóa</h2><ul><li>Vải chàm</li><li>Mật ong</li></ul>"
        f'<figure><img src="{_PICTURE}.jpg" alt="" width="1600" height="900">'
        "<figcaption>Một góc chợ.</figcaption></figure>"
        "<blockquote><p>“Năm nay được mùa.”</p></blockquote><aside><h3>Đường đến chợ</h3><p>Đi xe.</p></aside>"
        "<table><caption>Giá bán</caption><tbody><tr><td>Mật ong</td><td>120.000</td></tr></tbody></table>",
        "corrections": (Correction(at=_AT + timedelta(days=3), notice="Bài in sai giá.", wrong="210", right="120"),),
        "updated_at": _AT + timedelta(days=3),
    },
    PHOTOS: {"kind": "photo", "images": (_image(1), _image(2, width=900, height=1600))},
    VIDEO: {"kind": "video", "video_url": "https://www.youtube.com/watch?v=abcdefghijk", "images": (_image(3),)},
    LIVE: {"live": True},
    BARE: {"summary": "", "images": (), "tags": (), "authors": (), "byline": "", "dateline": ""},
}
LIVE_ENTRIES = (
    LiveEntryPublished(
        id=1,
        version=1,
        article_id=LIVE,
        title="Chợ mở cửa",
        body="<p>Người bán đã dọn hàng.</p>",
        byline="Quang Long",
        authors=(Author(name="Quang Long", slug="quang-long"),),
        pinned=True,
        key_event=True,
        at=_AT,
        updated_at=_AT,
    ),
    LiveEntryPublished(
        id=2,
        version=2,
        article_id=LIVE,
        body="<p>Mưa tạnh.</p>",
        correction="Bài in sai giờ.",
        at=_AT + timedelta(hours=1),
        updated_at=_AT + timedelta(hours=2),
    ),
)
