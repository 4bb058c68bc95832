"""The text of an article's page, as somebody copies it from a browser, read back into an article.

    headline
    17:59 - Thứ Hai, 09/01/2023 Lượt xem: 5546 In bài viết
    BM - The lead …
    paragraphs, the captions of photos among them
    Tin, ảnh: Name
    Bình luận, Tin khác, … (the page's furniture)

Words stay as they stand, after NFC; what is dropped is furniture alone. A caption keeps its place in the body as a
figure without a picture.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from statistics import median
from typing import Any, Literal

from services.ingest.articles.byline import parse as people_of
from services.ingest.exchange.importers.captions import captions, credit_of
from services.ingest.exchange.importers.page_head import BUTTON, PageError, TextLine, any_of, lines_of, read_head

_STORY_LENGTH = 250  # characters: related headlines and most comments are shorter
_WRAP_WIDTH = 110  # lines of mail and of text files are broken before; a paragraph copied from a page is one line


_TAGS = re.compile(r"^(?:tags?|từ khóa|từ khoá|chủ đề)\s*:\s*(?P<tags>.*)$", re.IGNORECASE)
_END = re.compile(
    any_of("""bình luận, bình luận bạn đọc, bình luận của bạn, bình luận mới nhất, gửi bình luận, ý kiến bạn đọc,
    ý kiến của bạn, gửi ý kiến, gửi ý kiến của bạn, gửi phản hồi, tin khác, các tin khác, tin liên quan, tin mới,
    các tin liên quan, tin cùng chuyên mục, các tin cùng chuyên mục, tin cũ hơn, tin mới hơn, các tin cũ hơn, bài khác,
    các tin mới hơn, tin đọc nhiều, đọc nhiều, bài liên quan, bài viết liên quan, bài viết khác, bài cùng chuyên mục,
    bài mới, xem thêm, có thể bạn quan tâm, đánh giá bài viết, back to top, về đầu trang, lên đầu trang"""),
    re.IGNORECASE,
)
_COUNT = re.compile(r"(?:\(\d{1,9}\)|\d{1,9})$")
# "ĐBP - ", "(BTN) - ", "BLC.VN – ", "Mường Sáng (BM) - "; the words before a dash that mean an office are no paper.
_DATELINE = re.compile(
    r"(?P<name>\([^()\d]{2,30}\)|(?:[\w ]{2,20} )?\([A-ZĐ.]{2,10}\)|"
    r"[A-ZĐ][A-ZĐ0-9]{1,9}(?:\.(?:VN|vn))?|[A-ZĐ]\.[A-ZĐ.]{1,8})"
    r"\s*[-–—]\s+(?=[\w“\"'(])"
)
_OFFICES = frozenset("HĐND UBND MTTQ COVID THPT THCS UBMTTQ TW LLVT BCĐ BTV".split())
_ONE_OF_NAME = re.compile(r"[^\W\d_][\w.’'-]*")
_BETWEEN_NAMES = re.compile(r"[,&–]|(?<=\s)-|-(?=\s)|\bvà\b", re.IGNORECASE)
_BESIDE_NAMES = re.compile(r"^theo |(?<=\S) \([^()]{2,30}\)$", re.IGNORECASE)
_SENTENCE_END = (".", "!", "?", ":", ";", "…", "”", '"', ")")


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A paragraph, or a photo's caption at its place."""

    kind: Literal["paragraph", "caption"]
    text: str


@dataclass(frozen=True, slots=True)
class ParsedPage:
    """An article's page; `published_at` is UTC, `views` None where the page does not show them."""

    title: str
    published_at: datetime
    views: int | None
    dateline: str
    blocks: tuple[TextBlock, ...]
    byline: str
    section: str = ""
    summary: str = ""
    tags: tuple[str, ...] = ()

    @property
    def captions(self) -> tuple[str, ...]:
        """Captions in their order."""
        return tuple(block.text for block in self.blocks if block.kind == "caption")

    @property
    def body(self) -> str:
        """The paragraphs and captions as HTML, without the dateline."""
        marks = {"paragraph": "<p>{}</p>", "caption": "<figure><figcaption>{}</figcaption></figure>"}
        return "\n".join(marks[block.kind].format(html.escape(block.text, quote=False)) for block in self.blocks)

    def fields(self) -> dict[str, Any]:
        """What POST /api/articles takes; the section is left out where the page names none."""
        found: dict[str, Any] = {
            "title": self.title,
            "summary": self.summary,
            "body": self.body,
            "body_format": "html",
            "dateline": self.dateline,
            "byline": self.byline,
            "tags": list(self.tags),
            "images": [{"caption": caption} for caption in self.captions],
            "published_at": self.published_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "earlier_views": self.views or 0,
            "status": "published",
        }
        return found | ({"section": self.section} if self.section else {})


def parse_page(text: str) -> dict[str, Any]:
    """The fields of the article on a page. Raises PageError, a ValueError."""
    return read_page(text).fields()


def read_page(text: str) -> ParsedPage:
    """The article on a page. Raises PageError, a ValueError."""
    lines = lines_of(text)
    if not lines:
        raise PageError("Tệp trống, không có bài nào.")
    head = read_head(lines)
    story, byline, tags = _cut_foot(head.rest)
    top_byline, story = _byline_on_top(story)
    paragraphs = _paragraphs(story)
    if not paragraphs:
        raise PageError("Không thấy đoạn nào của bài sau dòng ngày giờ.", lines[-1].number)
    lead, dateline, paragraphs = _dateline(paragraphs)
    shown = captions(paragraphs, lead)
    return ParsedPage(
        title=head.title,
        published_at=head.published_at,
        views=head.views,
        dateline=dateline,
        blocks=tuple(
            TextBlock("caption" if number in shown else "paragraph", words) for number, words in enumerate(paragraphs)
        ),
        byline=byline or top_byline,
        section=head.section,
        summary=head.summary,
        tags=tags,
    )


# ---------------------------------------------------------------- lines and paragraphs


def _paragraphs(lines: list[TextLine]) -> list[str]:
    """Paragraphs' words. A line is a paragraph, except in text whose lines were broken at some width; a credit on
    a line of its own belongs to the caption before it."""
    wrapped = _is_wrapped(lines)
    paragraphs: list[str] = []
    for line in lines:
        credit = credit_of(line.text) == 0 and len(line.text) < 80
        if paragraphs and (credit or (wrapped and not line.after_blank)):
            paragraphs[-1] += f" {line.text}"
        else:
            paragraphs.append(line.text)
    return paragraphs


def _is_wrapped(lines: list[TextLine]) -> bool:
    """Whether lines end where a width ends: paragraphs of several lines, all about as long and cut in sentences."""
    inner = [line for line, following in pairwise(lines) if not following.after_blank]
    if not inner or max(len(line.text) for line in lines) > _WRAP_WIDTH:
        return False
    lengths = [len(line.text) for line in inner]
    cut = sum(not line.text.endswith(_SENTENCE_END) for line in inner)
    return cut > len(inner) / 2 and median(lengths) >= 0.75 * max(lengths) and median(lengths) >= 40


# ---------------------------------------------------------------- the foot: byline, tags, furniture


def _cut_foot(lines: list[TextLine]) -> tuple[list[TextLine], str, tuple[str, ...]]:
    """(the story's lines, byline, tags)."""
    told_to = next((number for number, line in reversed([*enumerate(lines)]) if len(line.text) >= _STORY_LENGTH), -1)
    end = next((number for number in range(1, len(lines)) if _ends_story(lines, number, told_to)), len(lines))
    foot = [line for line in lines[end:] if _TAGS.match(line.text)]
    story = lines[:end]
    tags = [found for line in (*story, *foot) if (found := _TAGS.match(line.text))]
    story = [line for line in story if not _TAGS.match(line.text) and not _is_button(line.text)]
    return *_cut_byline(story), tuple(_split_tags(tags))


def _ends_story(lines: list[TextLine], number: int, told_to: int) -> bool:
    """Whether the page's furniture begins here: its words stand right under a byline, or no story follows (its last
    line is `told_to`)."""
    if not _END.fullmatch(_COUNT.sub("", lines[number].text.rstrip(": ")).rstrip()):
        return False
    if any(_has_roles(line.text) for line in lines[max(0, number - 3) : number]):
        return True
    return number > told_to


def _cut_byline(story: list[TextLine]) -> tuple[list[TextLine], str]:
    """Lines such as "Tin, ảnh: …" at the end, or one name there."""
    end = len(story)
    while end > 1 and _has_roles(story[end - 1].text) and not _belongs_to_caption(story, end - 1):
        end -= 1
    if end == len(story) and end > 1 and _is_name(story[-1].text):
        end -= 1
    return story[:end], "; ".join(line.text.rstrip(";") for line in story[end:])


def _belongs_to_caption(story: list[TextLine], number: int) -> bool:
    """ "Ảnh: …" right under a line, while another byline is still to come or none with words stands beside it."""
    return bool(
        credit_of(story[number].text) == 0
        and not story[number].after_blank
        and not _has_roles(story[number - 1].text)
        and not story[number - 1].text.endswith((".", "…", "”"))
    )


def _byline_on_top(story: list[TextLine]) -> tuple[str, list[TextLine]]:
    if len(story) > 1 and _has_roles(story[0].text) and credit_of(story[0].text) != 0:
        return story[0].text, story[1:]
    return "", story


def _has_roles(words: str) -> bool:
    return len(words) <= 150 and any(person.roles for person in people_of(words))


def _is_name(words: str) -> bool:
    """A byline without roles: "Quang Long", "P.V", "Theo TTXVN", "Lan Anh (tổng hợp)"."""
    if len(words) > 60 or (words.endswith(".") and words.count(".") == 1):
        return False
    names = [name.split() for name in _BETWEEN_NAMES.split(_BESIDE_NAMES.sub("", words))]
    return len(names) <= 4 and all(
        1 <= len(name) <= 6 and all(_ONE_OF_NAME.fullmatch(part) and part[0].isupper() for part in name)
        for name in names
    )


def _is_button(words: str) -> bool:
    return len(words) < 60 and not BUTTON.sub("", words).strip(" |•·-–")


def _split_tags(found: list[re.Match[str]]) -> Iterator[str]:
    for line in found:
        yield from filter(None, (tag.strip(" .#") for tag in re.split(r"[,;]", line["tags"])))


def _dateline(paragraphs: list[str]) -> tuple[int | None, str, list[str]]:
    """(the lead's position, "ĐBP", the paragraphs without it); the captions of photos may precede the lead."""
    for number, words in enumerate(paragraphs[:3]):
        found = _DATELINE.match(words)
        if found and found["name"] not in _OFFICES:
            without = [*paragraphs[:number], words[found.end() :], *paragraphs[number + 1 :]]
            return number, found["name"], without
    return None, "", paragraphs
