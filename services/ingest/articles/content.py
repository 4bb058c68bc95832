"""From what was sent to what is kept: the pure part of saving an article, done before any transaction."""

import html
import re
from dataclasses import dataclass, replace
from hashlib import sha256

import orjson

from services.ingest.articles import byline, sanitise
from services.ingest.articles.input import ArticleInput, ImageInput
from services.ingest.kit.errors import Invalid
from shared.blocks import markup as blocks
from shared.contracts.articles import Author, Image, Tag
from shared.vietnamese.text import one_line, slug

SUMMARY_LENGTH = 240
_PARAGRAPH = re.compile(r"<p>([^<]*+(?:<(?!/?p>)[^<]*+)*)</p>")
_MARKS = r"(?:</?(?:strong|em)>|\s|&nbsp;)*"
_SENTENCE_END = re.compile(r"[.!?…][”\"»)]?\s")


@dataclass(frozen=True, slots=True)
class Content:
    """An article's text made ready; `images` and what it leads to still name rows that the transaction looks up."""

    title: str
    kicker: str
    card_title: str
    search_title: str
    slug: str
    summary: str
    body: str
    section: str
    second_section: str
    tags: tuple[Tag, ...]
    event: Tag | None
    dateline: str
    byline: str
    authors: tuple[Author, ...]
    images: tuple[ImageInput, ...]
    kind: str
    live: bool
    video_url: str
    social_image: str
    related: tuple[int, ...]
    related_external_ids: tuple[str, ...]
    source: str
    print_page: str
    language: str
    comments_closed: bool
    words: int
    original: str
    original_format: str
    input_hash: str


def prepare(sent: ArticleInput) -> Content:
    """Clean, derive and count. Raises Invalid."""
    body = without_dateline(clean(sent.body, sent.body_format), sent.dateline)
    printed, people = _byline(sent)
    return Content(
        title=sent.title,
        kicker=sent.kicker,
        card_title=sent.card_title,
        search_title=sent.search_title,
        slug=slug(sent.title),
        summary=one_line(sent.summary) or derived_summary(body),
        body=body,
        section=sent.section,
        second_section=sent.second_section,
        tags=_tags(sent.tags),
        event=_event(sent.event),
        dateline=sent.dateline,
        byline=printed,
        authors=people,
        images=sent.images,
        kind=sent.kind,
        live=sent.live,
        video_url=sent.video_url,
        social_image=sent.social_image,
        related=sent.related,
        related_external_ids=sent.related_external_ids,
        source=sent.source,
        print_page=sent.print_page,
        language=sent.language,
        comments_closed=sent.comments_closed,
        words=len(sanitise.to_text(body).split()),
        original=sent.body,
        original_format=sent.body_format,
        input_hash=input_hash(sent),
    )


def clean(body: str, body_format: str) -> str:
    """A body as clean HTML. Raises Invalid."""
    return sanitise.text_to_html(body) if body_format == "text" else sanitise.clean_html(body)


def with_captions_in_place(content: Content, images: tuple[Image, ...]) -> Content:
    """In a plain text a paragraph that is a picture's caption becomes that picture, where it stands."""
    if content.original_format != "text" or not images:
        return content
    by_caption = {" ".join(image.caption.split()): image for image in images if image.caption}

    def figure(found: re.Match[str]) -> str:
        image = by_caption.pop(html.unescape(found[1]).replace("<br>", " "), None)
        return found[0] if image is None else _figure(image)

    return replace(content, body=_PARAGRAPH.sub(figure, content.body)) if by_caption else content


def _figure(image: Image) -> str:
    caption = f"<figcaption>{html.escape(' '.join(image.caption.split()), quote=False)}</figcaption>"
    if not image.url:
        return f"<figure>{caption}</figure>"
    size = f' width="{image.width}" height="{image.height}"' if image.width else ""
    return f'<figure><img src="{html.escape(image.url)}" alt="{html.escape(image.alt)}"{size}>{caption}</figure>'


def without_dateline(body: str, dateline: str) -> str:
    """The body without "ĐBP - " at the beginning of its words when that is its dateline: pages print it there from its
    own field."""
    if not dateline:
        return body
    printed = re.escape(html.escape(dateline, quote=False))
    at = max(0, blocks.first_paragraph(body))
    found = re.compile(rf"\s*<p>{_MARKS}{printed}{_MARKS}[-–—]+{_MARKS}").match(body, at)
    if found is None:
        return body
    rest = f"{body[:at]}<p>{body[found.end() :]}"
    # Marks around the dateline are gone, their ends may be left.
    return sanitise.clean_html(rest) if "</" in found[0] or found[0].count("<") > 1 else rest


def derived_summary(body: str) -> str:
    """The first paragraph, cut at a sentence's or at least a word's end."""
    first = sanitise.first_paragraph(body)
    if len(first) <= SUMMARY_LENGTH:
        return first
    cut = first[: SUMMARY_LENGTH + 1]
    ends = [found.end() for found in _SENTENCE_END.finditer(cut)]
    if ends and ends[-1] > SUMMARY_LENGTH // 2:
        return cut[: ends[-1]].strip()
    return cut.rpartition(" ")[0].rstrip(" ,;:-–") + "…"


def _byline(sent: ArticleInput) -> tuple[str, tuple[Author, ...]]:
    if isinstance(sent.byline, str):
        return sent.byline, byline.parse(sent.byline)
    people = byline.authors([(person.name, list(person.roles)) for person in sent.byline])
    return byline.printed(people), people


def _tags(names: tuple[str, ...]) -> tuple[Tag, ...]:
    found: dict[str, Tag] = {}
    for index, name in enumerate(names):
        if not (address := slug(name, 80)):
            raise Invalid.of(f"tags.{index}", "Từ khóa phải có chữ cái hoặc chữ số.")
        found.setdefault(address, Tag(slug=address, name=name))
    return tuple(found.values())


def _event(name: str) -> Tag | None:
    address = slug(name, 80)
    if name and not address:
        raise Invalid.of("event", "Tên sự kiện phải có chữ cái hoặc chữ số.")
    return Tag(slug=address, name=name) if name else None


def input_hash(sent: ArticleInput) -> str:
    """What two sendings of the same article have in common."""
    # Without what was left out: a field that articles get some day does not make all of them new.
    fields = sent.model_dump(mode="json", exclude={"external_id"}, exclude_defaults=True)
    return sha256(orjson.dumps(fields)).hexdigest()
