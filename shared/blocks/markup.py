"""Blocks in a clean body: where they are, their fields, and how they are written there and on pages.

Bodies are what an HTML cleaner wrote: every tag is closed, attributes stand in double quotes. All of it is one pass.
"""

import html
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from pydantic import ValidationError

from shared.blocks.registry import KINDS, Block, kinds

Cards = Callable[[list[int]], Iterable[Any]]
"""What is known now of the paper's own articles by their ids: each with `id`, `path` and `title`."""
MOST = 100
"""Blocks of an article."""
FIELD, ITEM, VALUE = "data-field", "data-item", "data-value"
MARKS = (FIELD, ITEM, VALUE)
ROOTS = ("figure", "aside")
_MARK = "data-block="
_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*+)((?: [a-z-]+="[^"]*+")*+)>')
_ATTRIBUTE = re.compile(r' ([a-z-]+)="([^"]*+)"')
_ROOT = re.compile(r'<(figure|aside)((?: [a-z-]+="[^"]*+")*+)>')
_NAMES = re.compile(rf' (?:{"|".join(MARKS)})="[^"]*+"')
_ANY_MARK = re.compile(rf' (?:data-block|data-v|{"|".join(MARKS)})="[^"]*+"')
_VOID = frozenset(("br", "hr", "img"))
_TEXT = frozenset(("p", "ul", "ol"))


@dataclass(frozen=True, slots=True)
class FoundBlock:
    """A block in a body: `markup` is all of it; `block` is None for one that this code does not know."""

    kind: str
    version: int
    start: int
    end: int
    markup: str

    @property
    def is_known(self) -> bool:
        known = kinds().get(self.kind)
        return known is not None and self.version == known.VERSION

    def block(self) -> Block | None:
        """The block itself; None where it is not known, or its fields do not hold."""
        if not self.is_known:
            return None
        try:
            return kinds()[self.kind].model_validate(fields(self.markup))
        except ValidationError:
            return None


def find(body: str) -> Iterator[FoundBlock]:
    """The blocks of a body, none within another."""
    if _MARK not in body:
        return
    at = 0
    while root := _ROOT.search(body, at):
        at = root.end()
        said = dict(_ATTRIBUTE.findall(root[2]))
        if not ("data-block" in said and said.get("data-v", "").isdecimal()):
            continue
        end = _end(body, root)
        yield FoundBlock(said["data-block"], int(said["data-v"]), root.start(), end, body[root.start() : end])
        at = end


def pieces(body: str) -> Iterator[str | FoundBlock]:
    """A body cut into its blocks and what stands between them."""
    at = 0
    for found in find(body):
        yield body[at : found.start]
        yield found
        at = found.end
    yield body[at:]


def first_paragraph(body: str) -> int:
    """Where the first `<p>` stands that belongs to no block; -1 without one."""
    at = 0
    for piece in pieces(body):
        markup = piece if isinstance(piece, str) else piece.markup
        if isinstance(piece, str) and (place := piece.find("<p>")) >= 0:
            return at + place
        at += len(markup)
    return -1


def cover(body: str) -> str:
    """The block that makes an article a long form: a cover, where the body begins with one; "" for all others."""
    return _first(body, "cover")


def is_infographic(body: str) -> bool:
    """Whether the body begins with what makes an article an infographic."""
    return bool(_first(body, "infographic"))


def _first(body: str, kind: str) -> str:
    """The block of a kind that a body begins with; "" where it does not."""
    found = next(find(body), None)
    return found.markup if found and not found.start and found.kind == kind and found.block() else ""


def without_blocks(body: str) -> str:
    return "".join(piece for piece in pieces(body) if isinstance(piece, str))


def rewritten(body: str, clean: Callable[[str], str]) -> str:
    """A cleaned body with each known block as its template writes it, `clean` once more; one whose fields do not hold
    loses its marks, as everything does that stands in none. Raises ValueError for more than MOST blocks."""
    if "data-" not in body:
        return body
    made, count = [], 0
    for piece in pieces(body):
        if isinstance(piece, str):
            made.append(_unmarked(piece))
            continue
        count += 1
        if count > MOST:
            raise ValueError(f"more than {MOST} blocks")
        if (block := piece.block()) is not None:
            made.append(clean(written(block)))
        else:
            made.append(_unmarked(piece.markup) if piece.is_known else piece.markup)
    return "".join(made)


def written(block: Block) -> str:
    """A block as a body holds it."""
    return _rendered(block, page=False)


def shown(body: str, cards: Cards | None = None) -> tuple[str, bool]:
    """(the body with its blocks as a page shows them, whether it has any). Without `cards`
    the paper's own articles are shown as they were written down."""
    if _MARK not in body:
        return body, False
    found = list(pieces(body))
    text = "".join(piece if isinstance(piece, str) else on_page(piece, cards) for piece in found)
    return text, len(found) > 1


def on_page(found: FoundBlock, cards: Cards | None = None) -> str:
    """A block as a page shows it; "" where nothing is left of it."""
    block = _now(found, cards)
    if block is None:
        return "" if found.block() else _without_names(found.markup)
    return _without_names(_rendered(block, page=True, **block.more()))


def current(body: str, cards: Cards) -> str:
    """A body whose blocks name the paper's own articles as they are now: for feeds and programs."""
    return "".join(piece if isinstance(piece, str) else _current(piece, cards) for piece in pieces(body))


def _current(found: FoundBlock, cards: Cards) -> str:
    block = found.block()
    if block is None or not block.articles():
        return found.markup
    now = _now(found, cards)
    return written(now) if now else ""


def _now(found: FoundBlock, cards: Cards | None) -> Block | None:
    block = found.block()
    if block is None or cards is None or not (ids := block.articles()):
        return block
    return block.now({card.id: card for card in cards(list(ids))})


def _without_names(markup: str) -> str:
    return _TAG.sub(lambda tag: _NAMES.sub("", tag[0]), markup)


def fields(markup: str) -> dict[str, Any]:
    """The fields of a block."""
    root = _tree(markup)
    made = _own_value(root)
    _collect(root, markup, made)
    return made


def plain(block: Block) -> str:
    """All that a block says in one line, addresses of pictures and links too: what differs can be seen."""
    return f"[{block.LABEL}] " + " · ".join(_said(block.model_dump()))


# ---------------------------------------------------------------- reading


@dataclass(slots=True)
class _Element:
    tag: str
    said: dict[str, str]
    start: int
    inside: int
    stop: int = 0
    end: int = 0
    children: list["_Element"] = field(default_factory=list)
    is_marked: bool = False
    """A mark stands on it or somewhere in it."""


def _end(body: str, root: re.Match[str]) -> int:
    depth = 1
    for tag in re.compile(rf"<(/?){root[1]}(?=[ >])").finditer(body, root.end()):
        depth += -1 if tag[1] else 1
        if not depth:
            return tag.end() + 1
    return len(body)


def _tree(markup: str) -> _Element:
    top = _Element("", {}, 0, 0, len(markup), len(markup))
    open_: list[_Element] = [top]
    for tag in _TAG.finditer(markup):
        if tag[1]:
            if len(open_) > 1 and open_[-1].tag == tag[2]:
                closed = open_.pop()
                closed.stop, closed.end = tag.start(), tag.end()
                open_[-1].is_marked |= closed.is_marked
            continue
        said = {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(tag[3])}
        made = _Element(tag[2], said, tag.start(), tag.end(), tag.end(), tag.end())
        made.is_marked = any(mark in said for mark in MARKS)
        open_[-1].children.append(made)
        if tag[2] in _VOID:
            open_[-1].is_marked |= made.is_marked
        else:
            open_.append(made)
    return top.children[0] if top.children else top


def _own_value(element: _Element) -> dict[str, Any]:
    """The field that stands on a block or one of a list itself, beside what is in it."""
    return {element.said[FIELD]: element.said.get(VALUE, "")} if FIELD in element.said else {}


def _collect(element: _Element, markup: str, made: dict[str, Any]) -> None:
    for child in element.children:
        if name := child.said.get(ITEM):
            item = _own_value(child)
            _collect(child, markup, item)
            made.setdefault(name, []).append(item)
        elif name := child.said.get(FIELD):
            made[name] = _value(child, markup)
        elif child.is_marked:
            _collect(child, markup, made)
        elif child.tag in _TEXT:
            made["text"] = made.get("text", "") + markup[child.start : child.end]


def _value(element: _Element, markup: str) -> Any:
    if VALUE in element.said:
        return element.said[VALUE]
    if element.tag == "img":
        return {"url": element.said.get("src", ""), "alt": element.said.get("alt", "")}
    words = _words(markup[element.inside : element.stop])
    if element.tag == "a":
        return {"url": element.said.get("href", ""), "words": words}
    return _sheet(element, markup) if element.tag == "table" else words


def _sheet(table: _Element, markup: str) -> dict[str, Any]:
    rows = [
        [_words(markup[cell.inside : cell.stop]) for cell in row.children if cell.tag in ("td", "th")]
        for row in _all(table, "tr")
    ]
    return {"columns": rows[0] if rows else [], "rows": rows[1:]}


def _all(element: _Element, tag: str) -> Iterator[_Element]:
    for child in element.children:
        if child.tag == tag:
            yield child
        else:
            yield from _all(child, tag)


def _words(inside: str) -> str:
    """The words of an element, with the breaks of its lines."""
    return html.unescape(_TAG.sub("", inside.replace("<br>", "\n")))


def _unmarked(markup: str) -> str:
    return _TAG.sub(lambda tag: _ANY_MARK.sub("", tag[0]), markup) if "data-" in markup else markup


def _said(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _said(html.unescape(_TAG.sub(" ", one)) if name == "text" else one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _said(one)
    elif value:
        yield " ".join(str(value).split())


# ---------------------------------------------------------------- writing


@lru_cache(maxsize=1)
def _templates() -> Environment:
    made = Environment(
        autoescape=True,
        loader=FileSystemLoader([KINDS, KINDS.parent]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters["lines"] = lambda text: Markup("<br>").join(text.split("\n"))
    return made


def _rendered(block: Block, *, page: bool, **more: object) -> str:
    """Lines of a template are joined without white space: none of it is part of what a block says."""
    kind = block.kind()
    opening = Markup('data-block="{}" data-v="{}"').format(kind, block.VERSION)
    text = _templates().get_template(f"{kind}/block.html").render(block=block, opening=opening, page=page, **more)
    return "".join(line.strip() for line in text.splitlines())
