"""Bodies made clean: HTML by an own allowlist (nh3), plain text into paragraphs.

Readers' pages get what stands here, so nothing active may pass: no script, style, event, frame, form or foreign
picture. Links keep http, https, mailto, tel and addresses inside the site; pictures are ours or none.
"""

import html
import re
from functools import lru_cache

import nh3

from services.ingest.kit.errors import Invalid
from shared.blocks import markup as blocks
from shared.markup import without
from shared.settings import get_settings
from shared.vietnamese.text import plain

MAX_DEPTH = 100
MAX_TAGS = 20_000
MAX_ATTRIBUTES = 200
"""Of one tag: the parser compares each with all before it."""
MAX_REFERENCES = 50_000
"""Such as "&amp;", and what is written so, as hard spaces are: the parser copies a text for each."""

_TAGS = set(
    """h2 h3 h4 h5 h6 p br hr a em strong b i u s sub sup ul ol li blockquote cite q
    table caption thead tbody tfoot tr th td figure figcaption img aside""".split()
)
_ATTRIBUTES = {
    "*": {"lang", "title", *blocks.MARKS},
    **{root: {"data-block", "data-v"} for root in blocks.ROOTS},
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height", "data-width"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start", "type"},
}
_WIDTHS = ("wide", "full")
"""How much of a page a picture takes (`data-width`); without one it is as wide as the text."""
_DROPPED_WITH_CONTENT = {
    "script", "style", "noscript", "iframe", "object", "embed", "svg", "math", "template", "head", "title",
    "textarea", "select", "form", "button", "audio", "video", "canvas", "noembed", "noframes", "xmp",
}  # fmt: skip
# As a parser reads them: a quote that nobody closes reaches to the end.
_ATTRIBUTE = re.compile(r"""[\s/]*+=?[^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"?|'[^']*+'?|[^\s>]*+))?""")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
# No depth of their own: empty ones, and those whose end tag may be left out.
_FLAT = set("br hr img input meta link wbr col source track area base embed param p li td th tr dt dd option".split())
_DIGITS = re.compile(r"[0-9]{1,4}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_VALUE = re.compile(r"[a-z0-9][a-z0-9_.]{0,39}")
_SAME_AS = re.compile(r"<(/?)(b|i)(?=[ >])")
_IMG = re.compile(r"""<img(?:[^<>"]|"[^"]*+")*>""")
_BLOCK = re.compile(
    r"<(/?)(?:div|section|article|main|header|footer|center|address|dd|dt|pre)(?=[\s>/])", re.IGNORECASE
)
_H1 = re.compile(r"<(/?)h1(?=[\s>])", re.IGNORECASE)
_EMPTY = re.compile(r"<(p|h[2-6]|figure|figcaption|li|blockquote|aside|em|strong)>(?:\s|&nbsp;|<br>)*</\1>")
_EMPTY_LINK = re.compile(r"<a(?: [^<>]*+)?>(\s*+)</a>")
_TOP_BLOCK = re.compile(r"<(/?)(p|h[2-6]|hr|ul|ol|li|blockquote|table|figure|figcaption|aside)(?=[ >])[^>]*>")
_BLOCK_END = re.compile(r"</(?:p|h[2-6]|li|tr|td|th|figcaption|blockquote|aside|caption)>|<br>|<hr>")
# Each mends what the one before left; a few are enough for any document that is not made to need more.
_ROUNDS = 10
_BLANK_LINE = re.compile(r"\n[ \t]*\n\s*")
_FIRST_PARAGRAPH = re.compile(r"<p>([^<]*+(?:<(?!/?p>)[^<]*+)*)</p>")


def clean_html(body: str) -> str:
    """The allowed part of an HTML body. Cleaning it again changes nothing.

    Raises Invalid for a body nested deeper than MAX_DEPTH, with more tags or references than MAX_TAGS and
    MAX_REFERENCES, with a tag of more than MAX_ATTRIBUTES attributes, or that never comes to rest.
    """
    cleaner = _cleaner(get_settings().site_url)
    for _ in range(_ROUNDS):
        refuse_monsters(body)
        # A <p> ends where the next block begins, so blocks turned into it never nest.
        cleaned = cleaner.clean(_H1.sub(r"<\1h2", _BLOCK.sub(r"<\1p", plain(body))))
        _refuse_many_references(cleaned)
        shaped = _with_blocks(_shaped(cleaned), cleaner)
        # What was cut with patterns is never the last word.
        if shaped == cleaned == body:
            return body
        body = shaped
    raise Invalid.of("body", "Nội dung có mã HTML quá rối.")


def text_to_html(body: str) -> str:
    """Paragraphs of a plain text: cut at blank lines, or at every line where there is no blank one."""
    body = plain(body.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n"))
    body = body.strip()
    parts = _BLANK_LINE.split(body) if _BLANK_LINE.search(body) else body.split("\n")
    paragraphs = []
    for part in parts:
        lines = [" ".join(line.split()) for line in part.split("\n")]
        escaped = [html.escape(line, quote=False) for line in lines if line]
        if escaped:
            paragraphs.append(f"<p>{'<br>'.join(escaped)}</p>")
    return "\n".join(paragraphs)


def to_text(body: str) -> str:
    """The words of a clean body, a line a block."""
    spaced = _BLOCK_END.sub("\n", body)
    return html.unescape(without(spaced, "<", ">"))


def first_paragraph(body: str) -> str:
    """The words of the first paragraph that has any and stands in no block, "" without one."""
    for found in _FIRST_PARAGRAPH.finditer(blocks.without_blocks(body)):
        words = " ".join(to_text(found[1]).split())
        if words:
            return words
    return ""


@lru_cache(maxsize=2)
def _cleaner(site_url: str) -> nh3.Cleaner:
    own_media = f"{site_url}/media/"

    def allow(tag: str, name: str, value: str) -> str | None:
        value = value.strip()
        if tag == "img" and name == "src":
            if value.startswith(own_media):
                value = value.removeprefix(site_url)
            return value if value.startswith("/media/") and ".." not in value else None
        if name == "href" and value.startswith("/"):
            # "//host" and "/\host" leave the site without naming a scheme.
            return value if not value.startswith(("//", "/\\")) else None
        if name == "href":
            return value if ":" in value else None
        if name in ("width", "height", "colspan", "rowspan", "start", "data-v"):
            return value if _DIGITS.fullmatch(value) else None
        if name == "data-width":
            return value if value in _WIDTHS else None
        if name == blocks.VALUE:
            return value if _VALUE.fullmatch(value) else None
        if name.startswith("data-"):
            return value if _NAME.fullmatch(value) else None
        if name == "type":
            return "a" if value == "a" else None
        return value

    return nh3.Cleaner(
        tags=_TAGS,
        clean_content_tags=_DROPPED_WITH_CONTENT,
        attributes=_ATTRIBUTES,
        attribute_filter=allow,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener",
    )


def _shaped(cleaned: str) -> str:
    """Of what the cleaner allows: our names of marks, pictures that are ours, nothing empty, no loose words."""
    # References such as &#x202e; have become characters by now.
    shaped = _SAME_AS.sub(lambda m: f"<{m[1]}{'strong' if m[2] == 'b' else 'em'}", plain(cleaned))
    shaped = _IMG.sub(lambda m: m[0] if ' src="' in m[0] else "", shaped)
    while (fewer := _EMPTY.sub("", _EMPTY_LINK.sub(r"\1", shaped))) != shaped:
        shaped = fewer
    return _with_paragraphs(shaped.strip())


def _with_blocks(shaped: str, cleaner: nh3.Cleaner) -> str:
    """Story blocks as their templates write them."""
    try:
        return blocks.rewritten(shaped, lambda block: _shaped(cleaner.clean(block)))
    except ValueError:
        raise Invalid.of("body", f"Nội dung có quá {blocks.MOST} khối.") from None


def _with_paragraphs(cleaned: str) -> str:
    """Loose words between blocks made paragraphs of their own."""
    parts, depth, loose_from = [], 0, 0
    for found in _TOP_BLOCK.finditer(cleaned):
        if depth == 0:
            parts.append(_paragraph(cleaned[loose_from : found.start()]))
            loose_from = found.start()
        if found[2] != "hr":
            depth += -1 if found[1] else 1
        if depth <= 0:
            depth = 0
            parts.append(cleaned[loose_from : found.end()])
            loose_from = found.end()
    parts.append(_paragraph(cleaned[loose_from:]))
    return "".join(parts)


def _paragraph(loose: str) -> str:
    """Words outside any block as a paragraph; left alone where a mark begins here and ends elsewhere."""
    if not loose.strip() or loose.lstrip().startswith("<img"):
        return loose
    balance = sum(-1 if closing else 1 for closing, name in _TAG.findall(loose) if name not in _FLAT)
    return loose if balance else f"<p>{loose.strip()}</p>"


def refuse_monsters(body: str) -> None:
    _refuse_many_references(body)
    depth = tags = 0
    # Tags do not overlap, so all that is read of them is not longer than the body.
    left = 2 * len(body) + 10_000
    for tag in _TAG.finditer(body):
        closing, name = tag.groups()
        tags += 1
        if tags > MAX_TAGS:
            raise Invalid.of("body", f"Nội dung có quá {MAX_TAGS} thẻ HTML.")
        if body[tag.end() : tag.end() + 1] != ">":
            left -= _length_of_attributes(body, tag.end())
            if left < 0:
                raise Invalid.of("body", "Nội dung có nhiều thẻ HTML viết sai.")
        if name.lower() in _FLAT:
            continue
        depth = max(0, depth - 1) if closing else depth + 1
        if depth > MAX_DEPTH:
            raise Invalid.of("body", f"Nội dung có các thẻ lồng nhau quá {MAX_DEPTH} lớp.")


def _refuse_many_references(body: str) -> None:
    if body.count("&") + body.count("\xa0") > MAX_REFERENCES:
        raise Invalid.of("body", f"Nội dung có quá {MAX_REFERENCES} ký hiệu viết thành mã (như &amp;).")


def _length_of_attributes(body: str, begin: int) -> int:
    """How many characters they take. Raises Invalid for more than MAX_ATTRIBUTES."""
    at = begin
    for _ in range(MAX_ATTRIBUTES + 1):
        found = _ATTRIBUTE.match(body, at)
        if found is None or found.end() == at:
            return at - begin
        at = found.end()
    raise Invalid.of("body", f"Nội dung có thẻ mang quá {MAX_ATTRIBUTES} thuộc tính.")
