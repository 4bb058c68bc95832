"""The form of an article: from a version of it, from what was sent or autosaved, and to what the store takes."""

import re
from dataclasses import asdict, dataclass, field, fields
from itertools import zip_longest
from typing import Any

from services.ingest.articles import byline
from services.ingest.articles.content import derived_summary
from services.ingest.articles.input import ArticleInput
from services.ingest.articles.sanitise import clean_html
from services.ingest.desk_kit.forms import Fields
from services.ingest.kit.errors import Invalid
from services.ingest.kit.json_input import read_fields
from shared.contracts.articles import ArticleState
from shared.vietnamese.text import one_line

LABELS = {
    "title": "Tiêu đề",
    "kicker": "Tít phụ trên",
    "card_title": "Tít ngắn cho thẻ bài",
    "search_title": "Tít cho máy tìm kiếm, mạng xã hội",
    "summary": "Sapo",
    "body": "Nội dung",
    "section": "Chuyên mục",
    "second_section": "Đăng thêm ở mục",
    "tags": "Từ khóa",
    "event": "Sự kiện",
    "dateline": "Địa danh đầu tin",
    "people": "Tác giả",
    "images": "Ảnh",
    "kind": "Loại bài",
    "video_url": "Video",
    "social_image": "Ảnh khi chia sẻ",
    "related": "Bài liên quan",
    "source": "Nguồn tin",
    "print_page": "Trang báo in",
    "language": "Ngôn ngữ",
    "comments": "Bình luận",
}
LIVE = "live"
_NUMBER = re.compile(r"(?:^#?|[-/])([1-9][0-9]{0,8})$")
KINDS = {"article": "Bài viết", "photo": "Phóng sự ảnh", "video": "Video", LIVE: "Tường thuật trực tiếp"}


LANGUAGES = {"vi": "Tiếng Việt", "en": "Tiếng Anh", "fr": "Tiếng Pháp", "zh": "Tiếng Trung", "km": "Tiếng Khmer"}
CLOSED = "closed"
COMMENTS = {"": "Nhận bình luận", CLOSED: "Không nhận bình luận"}
_LINES = """title kicker card_title search_title section second_section dateline video_url source print_page""".split()
"""Fields of one line, which the form, a version and what is sent have alike."""
_PICTURE = ("url", "caption", "credit", "alt", "focus")


@dataclass
class Draft:
    """What the form shows. `people` are [name, "Tin, ảnh"], `images` {"url", "caption", "credit", "alt", "focus"},
    the last as "0.5,0.3" or ""."""

    title: str = ""
    kicker: str = ""
    card_title: str = ""
    search_title: str = ""
    summary: str = ""
    body: str = ""
    section: str = ""
    second_section: str = ""
    event: str = ""
    tags: list[str] = field(default_factory=list)
    dateline: str = ""
    people: list[list[str]] = field(default_factory=list)
    images: list[dict[str, str]] = field(default_factory=list)
    kind: str = "article"
    video_url: str = ""
    social_image: str = ""
    related: str = ""
    source: str = ""
    print_page: str = ""
    language: str = "vi"
    comments: str = ""

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def from_state(state: ArticleState) -> Draft:
    """The form of a version; a summary that is only the text's beginning is not one that somebody wrote."""
    return Draft(
        **{name: getattr(state, name) for name in _LINES if name != "section"},
        summary="" if state.summary == derived_summary(state.body) else state.summary,
        body=state.body,
        section=state.section_slug,
        event=state.event.name if state.event else "",
        social_image=state.social_image.url if state.social_image else "",
        related=", ".join(map(str, state.related)),
        tags=[tag.name for tag in state.tags],
        people=[[author.name, ", ".join(author.roles)] for author in state.authors],
        images=[
            {
                "url": image.url,
                "caption": image.caption,
                "credit": image.credit,
                "alt": image.alt,
                "focus": ",".join(f"{share:g}" for share in image.focus or ()),
            }
            for image in state.images
        ],
        kind=LIVE if state.live else state.kind,
        language=state.language,
        comments=CLOSED if state.comments_closed else "",
    )


def from_form(form: Fields) -> Draft:
    """What was sent. Raises Invalid for a form whose lists do not fit together (none of ours)."""
    pictures = [form.many(f"image_{part}") for part in _PICTURE]
    people = zip(form.many("person_name"), form.many("person_roles"), strict=False)
    tags = [one_line(tag) for tag in form.text("tags").split(",")]
    return Draft(
        **{name: form.text(name) for name in (*_LINES, "event", "social_image", "related")},
        summary=form.prose("summary"),
        body=form.raw("body"),
        tags=list(dict.fromkeys(tag for tag in tags if tag)),
        people=[[name, roles] for name, roles in people if name],
        images=[
            dict(zip(_PICTURE, values, strict=True)) for values in zip_longest(*pictures, fillvalue="") if any(values)
        ],
        kind=form.text("kind") or "article",
        language=form.text("language") or "vi",
        comments=form.text("comments"),
    )


def from_autosave(kept: dict[str, Any]) -> Draft:
    """What was kept; what an older form did not have is empty."""
    known = {one.name for one in fields(Draft)}
    return Draft(**{name: value for name, value in kept.items() if name in known})


def cleaned(draft: Draft) -> Draft:
    """The same with a clean body, so that it can be compared with a version. Raises Invalid."""
    return from_autosave(draft.plain() | {"body": clean_html(draft.body)})


def to_input(draft: Draft, before: ArticleState | None) -> ArticleInput:
    """For the store; the status stays. Raises Invalid with a message for each field."""
    given = {
        **{name: getattr(draft, name) for name in _LINES},
        "summary": draft.summary,
        "body": draft.body,
        "event": draft.event,
        "social_image": draft.social_image,
        "related": related_in(draft.related),
        "tags": draft.tags,
        "byline": _byline(draft, before),
        "images": [image | {"focus": _focus(image.get("focus", ""))} for image in draft.images],
        "kind": "article" if draft.kind == LIVE else draft.kind,
        "live": draft.kind == LIVE,
        "language": draft.language,
        "comments_closed": draft.comments == CLOSED,
    }
    return read_fields(ArticleInput, given)


def named_in(words: str) -> int:
    """The id of the article that is named by number or by address; 0 for anything else, as words of a headline."""
    found = _NUMBER.search(words.partition("?")[0].partition("#")[0]) if " " not in words else None
    return int(found[1]) if found and (words.isdigit() or "/" in words) else 0


def related_in(words: str) -> list[int]:
    """The ids of articles that were named by number or by address, at the desk or for readers. Raises Invalid."""
    named = words.replace(",", " ").split()
    found = [_NUMBER.search(one.partition("?")[0].partition("#")[0]) for one in named]
    if wrong := next((one for one, number in zip(named, found, strict=True) if number is None), ""):
        raise Invalid.of("related", f"Không rõ bài nào: {wrong[:60]}. Ghi số bài hoặc dán địa chỉ bài.")
    return [int(number[1]) for number in found if number]


def _focus(written: str) -> list[float] | None:
    """Two shares from "0.5,0.3"; None for anything else."""
    shares = written.split(",")
    try:
        return [float(share) for share in shares] if len(shares) == 2 else None
    except ValueError:
        return None


def _byline(draft: Draft, before: ArticleState | None) -> Any:
    """The people; where they are those of before, the line as it was printed stays."""
    if before is not None and draft.people == from_state(before).people:
        return before.byline
    return [{"name": name, "roles": byline.roles_in(roles)} for name, roles in draft.people]


def same(left: Any, right: Any) -> bool:
    """Whether two values of a field say the same."""
    if isinstance(left, str) and isinstance(right, str):
        return " ".join(left.split()) == " ".join(right.split())
    return bool(left == right)
