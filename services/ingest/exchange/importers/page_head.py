"""The head of a page's text: headline, time of publication, views, section, summary; and the lines it is read by."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from shared.vietnamese.dates import parse_house_time
from shared.vietnamese.text import plain

_HEAD_LINES = 15  # the time line stands within so many lines from the top
_LONGEST_TIME = 60


def any_of(phrases: str) -> str:
    """A pattern of phrases written with commas between: the longest that fits, each letter looked at once."""
    return _tree({" ".join(phrase.split()) for phrase in phrases.split(",")})


def _tree(endings: set[str]) -> str:
    by_letter: dict[str, set[str]] = {}
    for ending in filter(None, endings):
        by_letter.setdefault(ending[0], set()).add(ending[1:])
    if not by_letter:
        return ""
    branches = "|".join(re.escape(letter) + _tree(rest) for letter, rest in sorted(by_letter.items()))
    return f"(?:{branches}){'?' if '' in endings else ''}"


_BUTTONS = any_of("""in bài viết, in bài này, in bài, bản in, gửi bài viết, gửi bài, gửi email, gửi mail, chia sẻ,
    chia sẻ bài viết, lưu bài, lưu bài viết, cỡ chữ, cỡ chữ:, a+, a-, facebook, zalo, twitter, sao chép liên kết,
    copy link, google news, nghe bài, nghe đọc bài, nghe đọc bài viết, theo dõi, theo dõi báo trên, bình luận, like,
    share, print, email, quảng cáo""")
BUTTON = re.compile(rf"(?:^|(?<=[\s|])){_BUTTONS}(?=$|[\s|])", re.IGNORECASE)
_VIEWS = re.compile(
    r"(?:số )?(?:lượt xem|lượt đọc|lượt truy cập|views?)\s*:\s*(?P<before>\S*)|"
    r"(?<![\d.,])(?P<after>\d[\d.,]*+)\s*+(?:lượt xem|lượt đọc|views?)\b(?!\s*:)",
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
_CRUMB_SIGN = re.compile(r"[>»/|›]")


class PageError(ValueError):
    """A page's text cannot be read; the message says in Vietnamese which line, and why."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(f"Dòng {line}: {message}" if line else message)
        self.line = line


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line that is not blank: its number in the file, and whether a blank one stands before it."""

    number: int
    text: str
    after_blank: bool


def lines_of(text: str) -> list[TextLine]:
    lines, blank = [], True
    for number, line in enumerate(re.split(r"\r\n|[\n\r\u2028\u2029\f\v]", plain(text)), start=1):
        if words := line.strip():
            lines.append(TextLine(number, words, blank))
        blank = not words
    return lines


@dataclass(slots=True)
class PageHead:
    title: str
    published_at: datetime
    rest: list[TextLine] = field(default_factory=list)
    views: int | None = None
    section: str = ""
    summary: str = ""


def read_head(lines: list[TextLine]) -> PageHead:
    """What stands above the story; `rest` is what follows. Raises PageError without a headline or a time."""
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
    story = 0
    for line in below:
        if not waiting_for_number and not _only_furniture(line.text):
            break
        views.append(_number(line) if waiting_for_number else _views_in(line))
        waiting_for_number = line.text.lower().endswith(("lượt xem:", "lượt đọc:"))
        story += 1
    title, summary = _title_and_summary(above)
    known = next((count for count in views if count is not None), None)
    return PageHead(title, published_at, below[story:], known, section, summary)


def _find_time(lines: list[TextLine]) -> tuple[int, int, datetime]:
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
    rest = BUTTON.sub(" ", _VIEWS.sub(" ", words))
    return _TIME_LABEL.sub("", " ".join(rest.split()).strip("|•·-– ")).strip("|•·,-– ")


def _only_furniture(words: str) -> bool:
    return not _without_furniture(words)


def _views_in(line: TextLine) -> int | None:
    found = _VIEWS.search(line.text)
    if found is None:
        return None
    count = found["before"] if found["before"] is not None else found["after"]
    # "Lượt xem:" at the end of a line: the number stands on the next.
    return _number(TextLine(line.number, count, False)) if count else None


def _number(line: TextLine) -> int:
    words = line.text.strip(" .,|")
    if not _NUMBER.fullmatch(words):
        raise PageError(f"không đọc được số lượt xem “{line.text[:40]}”.", line.number)
    return int(re.sub(r"[.,]", "", words))


def _section(words: str) -> str:
    """The last step of "Trang chủ > Thời sự"."""
    steps = [step.strip() for step in _CRUMB_SIGN.split(words) if step.strip()] if _CRUMBS.match(words) else []
    return steps[-1] if len(steps) > 1 else ""


def _title_and_summary(above: list[TextLine]) -> tuple[str, str]:
    """The first block is the headline; what follows it before the time is the summary."""
    end = next((number for number, line in enumerate(above) if number and line.after_blank), len(above))
    if end > 1 and len(above[1].text) > 2 * len(above[0].text):
        end = 1
    return " ".join(line.text for line in above[:end]), " ".join(line.text for line in above[end:])
