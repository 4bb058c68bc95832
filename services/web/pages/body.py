"""An article's body on its page: dateline before the first words, pictures in place, tables that can be scrolled.

What comes in is the clean HTML that ingest made; nothing here adds anybody's text unescaped.
"""

import html
import re
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import count

from markupsafe import Markup, escape

from services.web.pages import pictures
from shared.blocks import markup as blocks
from shared.contracts.articles import ArticleState, Image
from shared.markup import without

_IMG = r'<img src="([^"]*)"(?:[^<>"]|"[^"]*+")*>'
_TOLD = r"<figcaption>([^<]*+(?:<(?!/?figcaption>)[^<]*+)*)</figcaption>"
_FIGURE = re.compile(rf"<figure>\s*{_IMG}\s*(?:{_TOLD}\s*)?</figure>|{_IMG}")
_SRC = re.compile(r'src="([^"]*)"')
_ALT = re.compile(r' alt="([^"]+)"')
_WORDS_ALONE = re.compile(r"<p>([^<]*+)</p>")
_HEADING = re.compile(r"<h2>([^<]*+(?:<(?!/?h2>)[^<]*+)*)</h2>")
_SYLLABLES_A_MINUTE = 250
_LONG_SYLLABLES = 700
_LEAST_HEADINGS = 3
_CHAPTER = re.compile(r"<li>((?:[0-9]{1,2}:)?[0-5]?[0-9]:[0-5][0-9])(?=[ :.,–-])")
_LEAST_CHAPTERS = 2
_CAPTION_ALONE = re.compile(r"<figcaption>([^<]*+)</figcaption>")
_BORDER = re.compile(r"<(/?)(p|blockquote|aside|figure|table|ul|ol)(?=[ >])[^>]*+>")
_POSTER = re.compile(r' poster="([^"]*)"')
_OF_BLOCK = re.compile(r' class="of-block ?([a-z]*)"')
_WIDTH = re.compile(r' data-width="([a-z]+)"')
# How wide a picture is shown, by the room that it has, or its block gives it.
_SIZES = {
    "": "(min-width: 64rem) 52rem, 100vw",
    "tall": "(min-width: 32rem) 30rem, 100vw",
    "small": "46rem",
    "wide": "(min-width: 80rem) 72rem, 100vw",
    "full": "100vw",
    "cover": "100vw",
    "portrait": "7rem",
    "tile": "(min-width: 48rem) 22rem, 86vw",
}
_EDGE_TO_EDGE = "(min-width: 104rem) 104rem, 100vw"


@dataclass(frozen=True, slots=True)
class LaidOut:
    """`summary` is "" where the text begins with the same words."""

    summary: str
    html: Markup
    has_blocks: bool
    minutes: int = 0
    """What reading it takes; 0 for a short text."""
    cover: Markup | None = None
    """What stands behind the headline of a long form."""
    contents: tuple[tuple[str, Markup], ...] = ()
    """(id, words) of its parts' headings; none of a text that is short or has few of them."""
    has_chapters: bool = False
    is_infographic: bool = False


def lay_out(
    state: ArticleState, poster: Image | None = None, cards: blocks.Cards | None = None, film: str = ""
) -> LaidOut:
    """The article's text as its page shows it; `poster` is the picture that its video shows already, `cards` tells of
    the paper's own articles that its blocks name, `film` is the address of its own video, whose chapters a list of
    times is."""
    minutes = _minutes(state.body)
    # Before blocks have lost their marks: their headings are no parts of the text.
    text, contents = _with_contents(state.body) if minutes else (state.body, ())
    before = blocks.cover(text)
    text, has_blocks = blocks.shown(text.removeprefix(before), cards)
    known = {image.url: image for image in state.images if image.url}
    cover = Markup(_responsive(blocks.shown(before)[0], known)) if before else None
    text = _responsive(text, known, eager=0 if cover else 1)
    text, apart = _captions_in_place(text, state)
    apart = [image for image in apart if image is not poster]
    summary = "" if _begins_with(state.body, state.summary) else state.summary
    text = _with_pictures(text, apart, at_top=bool(summary) or state.kind != "article")
    text = _with_dateline(text, state.dateline)
    if state.kind == "photo":
        text = text.replace(_SIZES[""], _EDGE_TO_EDGE)
    has_chapters = bool(film) and len(_CHAPTER.findall(text)) >= _LEAST_CHAPTERS
    if has_chapters:
        text = _CHAPTER.sub(partial(_chapter, film), text)
    # Ingest's clean HTML; what was added here is escaped.
    made = Markup(_with_room_for_tables(text))
    return LaidOut(
        summary,
        made,
        has_blocks or bool(cover),
        minutes,
        cover,
        contents,
        has_chapters,
        blocks.is_infographic(state.body),
    )


def _chapter(film: str, found: re.Match[str]) -> str:
    """The begin of a chapter leads there: in the player by video.js, without it in the browser's own."""
    seconds = 0
    for part in found[1].split(":"):
        seconds = seconds * 60 + int(part)
    link = Markup('<li><a class="chapter" href="{}#t={}" data-at="{}">{}</a>')
    return str(link.format(film, seconds, seconds, found[1]))


def _minutes(text: str) -> int:
    syllables = len(without(text, "<", ">", " ").split())
    return round(syllables / _SYLLABLES_A_MINUTE) if syllables >= _LONG_SYLLABLES else 0


def _with_contents(text: str) -> tuple[str, tuple[tuple[str, Markup], ...]]:
    """The text with a name for each heading, and the headings, if there are enough to choose from."""
    found = _HEADING.findall(text)
    if len(found) < _LEAST_HEADINGS:
        return text, ()
    numbers = count(1)
    text = _HEADING.sub(lambda heading: f'<h2 id="phan-{next(numbers)}">{heading[1]}</h2>', text)
    words = (" ".join(without(heading, "<", ">").split()) for heading in found)
    return text, tuple((f"phan-{number}", Markup(one)) for number, one in enumerate(words, 1))


def lay_out_entry(text: str, images: Iterable[Image]) -> Markup:
    """An entry of a live coverage: the same but for a dateline and pictures that stand outside the text."""
    text, _ = blocks.shown(text)
    return Markup(_with_room_for_tables(_responsive(text, {image.url: image for image in images}, eager=0)))


def byline(printed: str, authors: Iterable[tuple[str, str, str]]) -> Markup:
    """The printed byline; names in it lead to their authors' pages. `authors` are (name, path, roles)."""
    paths = {str(escape(name)): path for name, path, _roles in authors if name}
    if not paths:
        return escape(printed)
    names = "|".join(re.escape(name) for name in sorted(paths, key=len, reverse=True))
    linked = re.sub(names, lambda name: f'<a href="{paths[name[0]]}" rel="author">{name[0]}</a>', str(escape(printed)))
    return Markup(linked)  # escaped above, paths are slugs


def _figure(
    image: Image, caption: Markup | None = None, lazy: bool = True, *, sizes: str = "", width: str = ""
) -> Markup:
    """A picture with caption and credit, across more than the text's column if `width` says so; a caption whose
    picture is not at hand stands alone."""
    words = escape(" ".join(image.caption.split())) if caption is None else caption
    if image.credit:
        words += Markup(' <span class="credit">{}</span>').format(image.credit)
    told = Markup("<figcaption>{}</figcaption>").format(words.strip()) if words else Markup("")
    if not image.url:
        return Markup('<figure class="caption-only">{}</figure>').format(told)
    room = width or pictures.room(image)
    kind = Markup(' class="{}"').format(room) if room else ""
    # Enlarged in place by article.js; without it, the picture itself.
    return Markup('<figure{}><a class="zoom" href="{}">{}</a>{}</figure>').format(
        kind, image.url, _picture(image, lazy, _SIZES[width] if width else sizes or _SIZES[room]), told
    )


def _picture(image: Image, lazy: bool, sizes: str) -> Markup:
    """<picture> with the smaller copies; its room is kept before it has loaded."""
    size = Markup(' width="{}" height="{}"').format(image.width, image.height) if image.width and image.height else ""
    when = Markup(' loading="lazy" decoding="async"') if lazy else Markup(' fetchpriority="high"')
    own = Markup('<img src="{}" alt="{}"{}{}>').format(
        pictures.smallest(image, 960), image.alt or " ".join(image.caption.split()), size, when
    )
    sources = Markup("").join(
        Markup('<source type="{}" srcset="{}" sizes="{}">').format(media_type, srcset, sizes)
        for media_type, srcset in pictures.sources(image)
    )
    return Markup("<picture>{}{}</picture>").format(sources, own) if sources else own


def _with_room_for_tables(text: str) -> str:
    """Tables that are wider than the page are scrolled in a place of their own."""
    text = text.replace("<table>", '<div class="table" tabindex="0" role="group" aria-label="Bảng"><table>')
    return text.replace("</table>", "</table></div>")


def _responsive(text: str, known: Mapping[str, Image], eager: int = 1) -> str:
    """The body's pictures with their smaller copies and credits; only the first `eager` of them load at once."""
    seen = 0

    def better(found: re.Match[str]) -> str:
        nonlocal seen
        seen += 1
        image = known.get(html.unescape(found[1] or found[3] or ""))
        of_block, width = _OF_BLOCK.search(found[0]), _WIDTH.search(found[0])
        if image is not None and of_block and (said := _ALT.search(found[0])):
            image = image.model_copy(update={"alt": html.unescape(said[1])})
        if image is None:
            return found[0].replace("<img ", '<img loading="lazy" decoding="async" ', 1)
        room = pictures.room(image)
        size = _SIZES[of_block[1] if of_block and of_block[1] else room]
        if not found[0].startswith("<figure>"):
            return str(_picture(image, seen > eager, size))
        told = None if found[2] is None else Markup(found[2])
        # A picture that is small or tall would look too large across the page.
        chosen = width[1] if width and not room else ""
        return str(_figure(image, told, lazy=seen > eager, sizes=size, width=chosen))

    def smaller(found: re.Match[str]) -> str:
        image = known.get(html.unescape(found[1]))
        if image is None:
            return found[0]
        # A film has the shape of the picture that stands for it.
        size = f' width="{image.width}" height="{image.height}"' if image.width and image.height else ""
        return f' poster="{html.escape(pictures.smallest(image, 960))}"{size}'

    return _POSTER.sub(smaller, _FIGURE.sub(better, text))


def _captions_in_place(text: str, state: ArticleState) -> tuple[str, list[Image]]:
    """A paragraph that is a picture's caption becomes that picture; what stands nowhere in the text comes back."""
    text = text.replace("<figure><figcaption>", '<figure class="caption-only"><figcaption>')
    in_body = {html.unescape(url) for url in _SRC.findall(state.body)}
    loose = [image for image in state.images if not (image.url and image.url in in_body)]
    waiting: dict[str, deque[Image]] = {}
    for image in loose:
        waiting.setdefault(_caption(image), deque()).append(image)
    placed: list[Image] = []

    def place(found: re.Match[str]) -> str:
        images = waiting.get(found[1]) if found[1] else None
        if not images:
            return found[0]
        placed.append(images.popleft())
        return str(_figure(placed[-1]))

    text = _WORDS_ALONE.sub(place, text)
    told = {*_CAPTION_ALONE.findall(text), ""}
    at_place = set(map(id, placed))
    apart = [
        image
        for image in loose
        if id(image) not in at_place and (_caption(image) not in told or (image.url and not _caption(image)))
    ]
    return text, apart


def _caption(image: Image) -> str:
    """As it would stand in a body."""
    return html.escape(" ".join(image.caption.split()), quote=False)


def _begins_with(body: str, summary: str) -> bool:
    """The summary is the text's own beginning, perhaps cut."""
    wanted = summary.removesuffix("…").split()
    # Twice the length is enough for the words and the marks between them.
    beginning = blocks.without_blocks(body)[: 200 + 2 * len(summary)]
    words = html.unescape(without(beginning, "<", ">", " ")).split()
    return words[: len(wanted)] == wanted or (len(wanted) > 1 and words[: len(wanted) - 1] == wanted[:-1])


def _with_pictures(text: str, apart: list[Image], at_top: bool) -> str:
    """Pictures that do not stand in the body: the first follows the lead (the summary, or else the first paragraph),
    the others stand between the paragraphs, and what is left over behind the last one."""
    if not apart:
        return text
    at_once = "fetchpriority" not in text
    shown = deque(_figure(image, lazy=place > 0 or not at_once) for place, image in enumerate(apart))
    ends = _paragraph_ends(text)
    pieces, done = [], 0
    if not (at_top and text.startswith("<figure")):
        done = 0 if at_top or not ends else ends[0]
        pieces = [text[:done], shown.popleft()]
    between = [end for end in ends[:-1] if end > done]
    number = min(len(shown), len(between))
    for place in range(number):
        end = between[(2 * place + 1) * len(between) // (2 * number)]
        pieces += [text[done:end], shown.popleft()]
        done = end
    return "".join([*pieces, text[done:], *shown])


def _paragraph_ends(text: str) -> list[int]:
    """Where the paragraphs end that stand in no list, quotation, table or box."""
    ends, depth = [], 0
    for found in _BORDER.finditer(text):
        if found[2] != "p":
            depth += -1 if found[1] else 1
        elif found[1] and not depth:
            ends.append(found.end())
    return ends


def _with_dateline(text: str, dateline: str) -> str:
    if not dateline:
        return text
    printed = Markup('<span class="dateline">{} - </span>').format(dateline)
    at = blocks.first_paragraph(text)
    return f"<p>{printed}</p>{text}" if at < 0 else f"{text[:at]}<p>{printed}{text[at + len('<p>') :]}"
