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
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from statistics import median
from typing import Any, Literal

from services.ingest.articles.byline import parse as people_of
from services.ingest.exchange.importers.captions import CREDIT, captions
from shared.vietnamese.dates import parse_house_time
from shared.vietnamese.text import plain

_HEAD_LINES = 15  # the time line stands within so many lines from the top
_LONGEST_TIME = 60
_STORY_LENGTH = 250  # characters: related headlines and most comments are shorter
_WRAP_WIDTH = 110  # lines of mail and of text files are broken before; a paragraph copied from a page is one line


def _any_of(phrases: str) -> str:
    """A pattern of phrases written with commas between, longer ones first."""
    found = sorted((" ".join(phrase.split()) for phrase in phrases.split(",")), key=len, reverse=True)
    return "(?:" + "|".join(map(re.escape, found)) + ")"


_BUTTONS = _any_of("""in bài viết, in bài này, in bài, bản in, gửi bài viết, gửi bài, gửi email, gửi mail, chia sẻ,
    chia sẻ bài viết, lưu bài, lưu bài viết, cỡ chữ, cỡ chữ:, a+, a-, facebook, zalo, twitter, sao chép liên kết,
    copy link, google news, nghe bài, nghe đọc bài, nghe đọc bài viết, theo dõi, theo dõi báo trên, bình luận, like,
    share, print, email, quảng cáo""")
_BUTTON = re.compile(rf"(?:^|(?<=[\s|])){_BUTTONS}(?=$|[\s|])", re.IGNORECASE)
_VIEWS = re.compile(
    r"(?:số )?(?:lượt xem|lượt đọc|lượt truy cập|views?)\s*:\s*(?P<before>\S*)|"
    r"(?P<after>\d[\d.,]*)\s*(?:lượt xem|lượt đọc|views?)\b(?!\s*:)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d+|\d{1,3}(?:[.,]\d{3})+")
_TIME_LABEL = re.compile(
    r"^(?:cập nhật|ngày đăng|đăng|đăng lúc|xuất bản|thời gian)(?: lúc| ngày)?\s*:?\s*", re.IGNORECASE
)
_CLOCK, _DAY = r"\b\d{1,2}\s?[:hg]\s?\d{2}\b", r"\b\d{1,2}[/.-]\d{1,2}[/.-]\d{4}\b"
_TIME_START = re.compile(rf"{_CLOCK}|{_DAY}|(?:thứ (?:hai|ba|tư|năm|sáu|bảy|bẩy|[2-7])|chủ nhật|cn)\b", re.IGNORECASE)
_LIKE_TIME = re.compile(f"{_CLOCK}.*{_DAY}|{_DAY}.*{_CLOCK}")
_CRUMBS = re.compile(r"^(?:trang chủ|home)\s*(?:[>»/|›]|$)", re.IGNORECASE)
_CRUMB_SIGN = re.compile(r"\s*[>»/|›]\s*")
_TAGS = re.compile(r"^(?:tags?|từ khóa|từ khoá|chủ đề)\s*:\s*(?P<tags>.*)$", re.IGNORECASE)
_END = re.compile(
    _any_of("""bình luận, bình luận bạn đọc, bình luận của bạn, bình luận mới nhất, gửi bình luận, ý kiến bạn đọc,
    ý kiến của bạn, gửi ý kiến, gửi ý kiến của bạn, gửi phản hồi, tin khác, các tin khác, tin liên quan, tin mới,
    các tin liên quan, tin cùng chuyên mục, các tin cùng chuyên mục, tin cũ hơn, tin mới hơn, các tin cũ hơn, bài khác,
    các tin mới hơn, tin đọc nhiều, đọc nhiều, bài liên quan, bài viết liên quan, bài viết khác, bài cùng chuyên mục,
    bài mới, xem thêm, có thể bạn quan tâm, đánh giá bài viết, back to top, về đầu trang, lên đầu trang"""),
    re.IGNORECASE,
)
_COUNT = re.compile(r"\s*(?:\(\d+\)|\d+)?\s*:?$")
# "ĐBP - ", "(BTN) - ", "BLC.VN – ", "Mường Sáng (BM) - "; the words before a dash that mean an office are no paper.
_DATELINE = re.compile(
    r"(?P<name>\([^()\d]{2,30}\)|(?:[\w ]{2,20} )?\([A-ZĐ.]{2,10}\)|"
    r"[A-ZĐ][A-ZĐ0-9]{1,9}(?:\.(?:VN|vn))?|[A-ZĐ]\.[A-ZĐ.]{1,8})"
    r"\s*[-–—]\s+(?=[\w“\"'(])"
)
_OFFICES = frozenset("HĐND UBND MTTQ COVID THPT THCS UBMTTQ TW LLVT BCĐ BTV".split())
_NAME = r"[^\W\d_][\w.’'-]*(?: [^\W\d_][\w.’'-]*){0,5}"
_BARE_NAME = re.compile(
    rf"(?:theo )?{_NAME}(?:\s*(?:,|-|–|&|\bvà\b)\s*{_NAME}){{0,3}}(?: \([^()]{{2,30}}\))?", re.IGNORECASE
)
_SENTENCE_END = (".", "!", "?", ":", ";", "…", "”", '"', ")")


class PageError(ValueError):
    """A page's text cannot be read; the message says in Vietnamese which line, and why."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(f"Dòng {line}: {message}" if line else message)
        self.line = line


@dataclass(frozen=True, slots=True)
class Block:
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
    blocks: tuple[Block, ...]
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
    lines = _lines(text)
    if not lines:
        raise PageError("Tệp trống, không có bài nào.")
    head = _read_head(lines)
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
            Block("caption" if number in shown else "paragraph", words) for number, words in enumerate(paragraphs)
        ),
        byline=byline or top_byline,
        section=head.section,
        summary=head.summary,
        tags=tags,
    )


# ---------------------------------------------------------------- lines and paragraphs


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that is not blank: its number in the file, and whether a blank one stands before it."""

    number: int
    text: str
    after_blank: bool


def _lines(text: str) -> list[_Line]:
    lines, blank = [], True
    for number, line in enumerate(re.split(r"\r\n|[\n\r\u2028\u2029\f\v]", plain(text)), start=1):
        if words := line.strip():
            lines.append(_Line(number, words, blank))
        blank = not words
    return lines


def _paragraphs(lines: list[_Line]) -> list[str]:
    """Paragraphs' words. A line is a paragraph, except in text whose lines were broken at some width; a credit on
    a line of its own belongs to the caption before it."""
    wrapped = _is_wrapped(lines)
    paragraphs: list[str] = []
    for line in lines:
        credit = CREDIT.match(line.text) and len(line.text) < 80
        if paragraphs and (credit or (wrapped and not line.after_blank)):
            paragraphs[-1] += f" {line.text}"
        else:
            paragraphs.append(line.text)
    return paragraphs


def _is_wrapped(lines: list[_Line]) -> bool:
    """Whether lines end where a width ends: paragraphs of several lines, all about as long and cut in sentences."""
    inner = [line for line, following in pairwise(lines) if not following.after_blank]
    if not inner or max(len(line.text) for line in lines) > _WRAP_WIDTH:
        return False
    lengths = [len(line.text) for line in inner]
    cut = sum(not line.text.endswith(_SENTENCE_END) for line in inner)
    return cut > len(inner) / 2 and median(lengths) >= 0.75 * max(lengths) and median(lengths) >= 40


# ---------------------------------------------------------------- the head: headline, time, views


@dataclass(slots=True)
class _Head:
    title: str
    published_at: datetime
    rest: list[_Line] = field(default_factory=list)
    views: int | None = None
    section: str = ""
    summary: str = ""


def _read_head(lines: list[_Line]) -> _Head:
    start, stop, published_at = _find_time(lines)
    above, below = lines[:start], lines[stop:]
    views = [_views_in(line) for line in lines[start:stop]]
    section = next((crumbs for line in above if (crumbs := _section(line.text))), "")
    above = [line for line in above if not _CRUMBS.match(line.text) and not _only_furniture(line.text)]
    if not above and below:
        above, below = below[:1], below[1:]
    if not above:
        raise PageError("Không thấy tiêu đề.", lines[0].number)
    waiting_for_number = lines[stop - 1].text.rstrip().lower().endswith(("lượt xem:", "lượt đọc:"))
    while below and (_only_furniture(below[0].text) or waiting_for_number):
        views.append(_number(below[0]) if waiting_for_number else _views_in(below[0]))
        waiting_for_number = below[0].text.lower().endswith(("lượt xem:", "lượt đọc:"))
        below = below[1:]
    title, summary = _title_and_summary(above)
    known = next((count for count in views if count is not None), None)
    return _Head(title, published_at, below, known, section, summary)


def _find_time(lines: list[_Line]) -> tuple[int, int, datetime]:
    """Where the time stands (from, to) and when it is; it may be spread over up to three lines."""
    fault: PageError | None = None
    for start, line in enumerate(lines[:_HEAD_LINES]):
        if not _TIME_START.match(_without_furniture(line.text)):
            continue
        for stop in range(start + 1, min(start + 4, len(lines) + 1)):
            words = _without_furniture(" ".join(one.text for one in lines[start:stop]))
            try:
                return start, stop, parse_house_time(words)
            except ValueError as error:
                if len(words) <= _LONGEST_TIME and _LIKE_TIME.search(words):
                    fault = PageError(str(error), line.number)
                    break
    raise fault or PageError(
        f"Không thấy dòng ngày giờ (ví dụ “17:59 - Thứ Hai, 09/01/2023”) trong {_HEAD_LINES} dòng đầu; "
        f"dòng đầu là “{lines[0].text[:60]}”."
    )


def _without_furniture(words: str) -> str:
    """A head's line without views, buttons and labels: the time, if it has one."""
    rest = _BUTTON.sub(" ", _VIEWS.sub(" ", words))
    return _TIME_LABEL.sub("", " ".join(rest.split()).strip("|•·-– ")).strip("|•·,-– ")


def _only_furniture(words: str) -> bool:
    return not _without_furniture(words)


def _views_in(line: _Line) -> int | None:
    found = _VIEWS.search(line.text)
    if found is None:
        return None
    count = found["before"] if found["before"] is not None else found["after"]
    # "Lượt xem:" at the end of a line: the number stands on the next.
    return _number(_Line(line.number, count, False)) if count else None


def _number(line: _Line) -> int:
    words = line.text.strip(" .,|")
    if not _NUMBER.fullmatch(words):
        raise PageError(f"không đọc được số lượt xem “{line.text[:40]}”.", line.number)
    return int(re.sub(r"[.,]", "", words))


def _section(words: str) -> str:
    """The last step of "Trang chủ > Thời sự"."""
    steps = [step for step in _CRUMB_SIGN.split(words) if step] if _CRUMBS.match(words) else []
    return steps[-1] if len(steps) > 1 else ""


def _title_and_summary(above: list[_Line]) -> tuple[str, str]:
    """The first block is the headline; what follows it before the time is the summary."""
    end = next((number for number, line in enumerate(above) if number and line.after_blank), len(above))
    if end > 1 and len(above[1].text) > 2 * len(above[0].text):
        end = 1
    return " ".join(line.text for line in above[:end]), " ".join(line.text for line in above[end:])


# ---------------------------------------------------------------- the foot: byline, tags, furniture


def _cut_foot(lines: list[_Line]) -> tuple[list[_Line], str, tuple[str, ...]]:
    """(the story's lines, byline, tags)."""
    end = next((number for number in range(1, len(lines)) if _ends_story(lines, number)), len(lines))
    foot = [line for line in lines[end:] if _TAGS.match(line.text)]
    story = lines[:end]
    tags = [found for line in (*story, *foot) if (found := _TAGS.match(line.text))]
    story = [line for line in story if not _TAGS.match(line.text) and not _is_button(line.text)]
    return *_cut_byline(story), tuple(_split_tags(tags))


def _ends_story(lines: list[_Line], number: int) -> bool:
    """Whether the page's furniture begins here: its words stand right under a byline, or no story follows."""
    if not _END.fullmatch(_COUNT.sub("", lines[number].text)):
        return False
    if any(_has_roles(line.text) for line in lines[max(0, number - 3) : number]):
        return True
    return all(len(line.text) < _STORY_LENGTH for line in lines[number:])


def _cut_byline(story: list[_Line]) -> tuple[list[_Line], str]:
    """Lines such as "Tin, ảnh: …" at the end, or one name there."""
    end = len(story)
    while end > 1 and _has_roles(story[end - 1].text) and not _belongs_to_caption(story, end - 1):
        end -= 1
    if end == len(story) and end > 1 and _is_name(story[-1].text):
        end -= 1
    return story[:end], "; ".join(line.text.rstrip(";") for line in story[end:])


def _belongs_to_caption(story: list[_Line], number: int) -> bool:
    """ "Ảnh: …" right under a line, while another byline is still to come or none with words stands beside it."""
    return bool(
        CREDIT.match(story[number].text)
        and not story[number].after_blank
        and not _has_roles(story[number - 1].text)
        and not story[number - 1].text.endswith((".", "…", "”"))
    )


def _byline_on_top(story: list[_Line]) -> tuple[str, list[_Line]]:
    if len(story) > 1 and _has_roles(story[0].text) and not CREDIT.match(story[0].text):
        return story[0].text, story[1:]
    return "", story


def _has_roles(words: str) -> bool:
    return len(words) <= 150 and any(person.roles for person in people_of(words))


def _is_name(words: str) -> bool:
    """A byline without roles: "Quang Long", "P.V", "Theo TTXVN", "Lan Anh (tổng hợp)"."""
    if len(words) > 60 or not _BARE_NAME.fullmatch(words) or (words.endswith(".") and words.count(".") == 1):
        return False
    name = re.sub(r"\([^()]*\)|^theo |\bvà\b", "", words, flags=re.IGNORECASE)
    parts = [part for part in re.split(r"[\s,&–-]+", name) if part]
    return bool(parts) and all(part[0].isupper() for part in parts)


def _is_button(words: str) -> bool:
    return len(words) < 60 and not _BUTTON.sub("", words).strip(" |•·-–")


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
