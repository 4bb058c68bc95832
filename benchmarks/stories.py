"""Made articles: any number, always the same, with words that a Vietnamese paper uses; nothing is copied from one."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from shared.contracts.articles import ArticleState, Author, Tag
from shared.vietnamese.text import slug

SECTIONS = (
    "Thời sự",
    "Kinh tế",
    "Văn hóa",
    "Giáo dục",
    "Y tế",
    "Pháp luật",
    "Thể thao",
    "Du lịch",
    "Bạn đọc",
)
_WORDS = (
    "chiều nay tại huyện xã bản người dân lãnh đạo ủy ban nhân dân tổ chức lễ khai mạc hội nghị sơ kết công tác sáu "
    "tháng đầu năm triển khai nhiệm vụ trọng tâm phát triển kinh tế nông nghiệp trồng lúa chè cà phê chăn nuôi trâu bò "
    "đường giao thông cầu treo trường học trạm y tế nước sạch điện lưới quốc gia hộ nghèo giảm so với cùng kỳ hơn trăm "
    "triệu đồng hỗ trợ nhà ở giống cây con khuyến nông cán bộ chiến sĩ biên phòng công an tuần tra mưa lũ sạt lở khắc "
    "phục hậu quả du lịch cộng đồng lễ hội xuân múa xòe khèn nhà sàn chợ phiên sản phẩm đặc sản học sinh giáo viên thi "
    "đua thanh niên tình nguyện hiến máu thể thao bóng đá giải đấu vận động viên bệnh viện bác sĩ tiêm phòng dự án đầu "
    "tư vốn ngân sách kế hoạch nghị quyết đại biểu cử tri giám sát kiểm tra xử lý vi phạm tuyên truyền pháp luật"
).split()
_PLACES = ("Mường Lò", "Nậm Khan", "Pá Hu", "Tả Sin", "Sín Chải", "Na Son", "Huổi Lèng", "Chà Nưa")
_BODIES = 400
_TAGS = 2000
_AUTHORS = 200
_NEWEST = datetime(2026, 11, 1, tzinfo=UTC)
_YEARS = 20


def title(number: int) -> str:
    """The headline of the article with this number (from 1 on)."""
    dice = random.Random(number)
    words = " ".join(dice.choices(_WORDS, k=7))
    return f"{words.capitalize()} ở {dice.choice(_PLACES)} {number}"


@lru_cache(maxsize=_BODIES * 2)
def body(number: int, paragraphs: int = 6) -> str:
    """HTML of about 380 bytes a paragraph; there are some hundreds of different ones."""
    dice = random.Random(f"body {number % _BODIES}")
    sentences = [" ".join(dice.choices(_WORDS, k=55)).capitalize() for _ in range(paragraphs)]
    return "".join(f"<p>{sentence}.</p>" for sentence in sentences)


def sent(number: int, paragraphs: int = 6, **more: Any) -> dict[str, Any]:
    """As a program sends it to POST /api/articles."""
    return {
        "external_id": f"bench-{number}",
        "title": title(number),
        "summary": title(number + 7),
        "body": body(number, paragraphs),
        "section": SECTIONS[number % len(SECTIONS)],
        "tags": [_tag(number)],
        "byline": _author(number),
        "status": "published",
        **more,
    }


def states(first: int, after: int, of: int) -> Iterator[ArticleState]:
    """The public states of articles `first`..`after`-1 of a paper of `of` articles over twenty years; newest last."""
    step = timedelta(days=365 * _YEARS) / of
    for number in range(first, after):
        section = SECTIONS[number % len(SECTIONS)]
        at = _NEWEST - (of - number) * step
        name = title(number)
        tags = {_tag(number), _tag(number * 7 + 3)}
        yield ArticleState(
            id=number,
            version=1,
            status="published",
            title=name,
            slug=slug(name),
            summary=title(number + 7),
            body=body(number),
            section_slug=slug(section),
            section_name=section,
            tags=tuple(Tag(slug=slug(tag), name=tag) for tag in sorted(tags)),
            byline=_author(number),
            authors=(Author(name=_author(number), slug=slug(_author(number)), roles=("Tin",)),),
            published_at=at,
            first_published_at=at,
            updated_at=at,
        )


def _tag(number: int) -> str:
    # Squared, so that a few tags have many articles and most have few, as in real papers.
    return f"chủ đề {int(random.Random(f'tag {number}').random() ** 2 * _TAGS)}"


def _author(number: int) -> str:
    return f"Phóng viên {number % _AUTHORS}"
