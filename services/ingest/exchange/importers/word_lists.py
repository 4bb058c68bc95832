"""Lists that Word wrote as paragraphs with a mark of their own, made lists again.

"1." and "a)" become `<ol>` with its start and type, bullets `<ul>`; levels nest. Letters count as Vietnamese does
(a b c d đ e); where a list's own count otherwise, and for Roman numbers and capitals, labels are no list's and stay as
words, so that none is ever printed wrongly. The desk's editor does the same (desk/src/word_lists.js).
"""

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from services.ingest.exchange.importers.tree import style

LETTERS = "abcdđeghiklmnopqrstuvxy"
_LEVEL = re.compile(r"level(\d{1,2})")
_MARK = re.compile(
    r"\s{0,9}(?:([·•▪■●○◦§ØüÿvqwZo–—*+-])|\(?((?:\d{1,3}\.){0,5}\d{1,4}|[a-zđ]{1,7}|[A-ZĐ]{1,7})\s?[.)]?)[\s\xa0]+"
)


@dataclass(slots=True)
class _Item:
    paragraph: Element
    level: int
    mark: str
    """As printed: "4.1", "đ", "IV"; "" for a bullet."""
    label: str
    """The same with its signs: "4.1.", "đ)"."""
    length: int
    type: str = ""
    """Of an ol: "1" or "a"; "" for a ul, "?" for a label that no list prints."""
    number: int = 0


def with_lists(root: Element) -> bool:
    """Make lists of Word's list paragraphs, wherever they stand; whether there were any."""
    found = False
    for parent in [element for element in root.iter() if any(map(_is_listed, element))]:
        run: list[_Item] = []
        for child in [*parent, None]:
            item = None if child is None else _item(child)
            goes_on = item is not None and item.type != "?" and not (run and (run[-1].paragraph.tail or "").strip())
            if run and not goes_on:
                found |= _made(parent, run)
                run = []
            if item is not None and item.type == "?":
                _label(item)
            elif item is not None:
                run.append(item)
    return found


def _made(parent: Element, run: list[_Item]) -> bool:
    if _counts_on(run):
        _replace(parent, run)
        return True
    for item in run:
        _label(item)
    return False


def _label(item: _Item) -> None:
    """The label as words before the others."""
    _cut(item.paragraph, item.length)
    item.paragraph.text = f"{item.label} {item.paragraph.text or ''}"


def _is_listed(element: Element) -> bool:
    return element.tag == "p" and (
        "MsoListParagraph" in element.get("class", "") or "level" in style(element, "mso-list")
    )


def _item(element: Element) -> _Item | None:
    found = _MARK.match("".join(element.itertext())[:60]) if _is_listed(element) else None
    if found is None:
        return None
    level = _LEVEL.search(style(element, "mso-list"))
    mark = found[2] or ""
    item = _Item(element, int(level[1]) if level else 1, mark, found[0].strip(), found.end())
    if mark[:1].isdigit():
        item.type, item.number = "1", int(mark.rpartition(".")[2])
    elif mark:
        item.type, item.number = ("a", LETTERS.index(mark) + 1) if mark in tuple(LETTERS) else ("?", 0)
    return item


def _counts_on(run: list[_Item]) -> bool:
    """Whether letters count as a list would print them: each on from the one before it at its level."""
    last: dict[int, _Item] = {}
    for item in run:
        for deeper in [level for level in last if level > item.level]:
            del last[deeper]
        before = last.get(item.level)
        if item.type == "a" and before and before.type == "a" and item.number not in (before.number + 1, 1):
            return False
        last[item.level] = item
    return True


def _replace(parent: Element, run: list[_Item]) -> None:
    lists: list[tuple[int, _Item, Element]] = []
    place = list(parent).index(run[0].paragraph)
    for item in run:
        while lists and lists[-1][0] > item.level:
            lists.pop()
        known = lists[-1] if lists and lists[-1][0] == item.level else None
        if known and (known[1].type != item.type or (item.type and known[1].number + 1 != item.number)):
            lists.pop()
            known = None
        if known is None:
            made = Element("ul" if not item.type else "ol")
            if item.type == "a":
                made.set("type", "a")
            if item.type and item.number != 1:
                made.set("start", str(item.number))
            if lists:
                lists[-1][2][-1].append(made)
            else:
                parent.insert(place, made)
                place += 1
        else:
            made = known[2]
            lists.pop()
        lists.append((item.level, item, made))
        entry = SubElement(made, "li")
        _cut(item.paragraph, item.length)
        entry.text = item.paragraph.text
        entry.extend(list(item.paragraph))
    tail = run[-1].paragraph.tail
    for item in run:
        parent.remove(item.paragraph)
    list(parent)[place - 1].tail = tail


def _cut(element: Element, length: int) -> int:
    """Take so many characters off an element's beginning; returns how many are left to take."""
    text = element.text or ""
    element.text, length = text[length:], max(0, length - len(text))
    for child in list(element):
        if not length:
            break
        length = _cut(child, length)
        tail = child.tail or ""
        child.tail, length = tail[length:], max(0, length - len(tail))
    return length
