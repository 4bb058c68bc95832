"""Two texts side by side with their differences by word, and a third one made of both where they do not collide.

Finding differences takes time with the square of the length and more, so `answers` asks a bounded process.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from services.ingest.articles.sanitise import to_text
from services.ingest.kit import bounded
from services.ingest.kit.errors import TooHeavy
from shared.blocks import markup
from shared.telemetry import log

_WORDS = re.compile(r"\s+|[\w'’-]+|[^\w\s]")
_BLOCK = re.compile(r"<(/?)(p|h[2-6]|hr|ul|ol|blockquote|table|figure|aside)(?=[ >])[^>]*>")
_ROOM = re.compile(r"[ \t\r\n]+")
_EDGE = re.compile(
    r" ?(</?(?:p|h[2-6]|hr|ul|ol|li|blockquote|table|tr|td|th|figure|figcaption|aside)(?=[ >])[^<>]*>) ?"
)
_IMAGE = re.compile(r'<img (?:[^<>"]|"[^"]*+")*?src="([^"]*)"')
_WIDTH = re.compile(r' data-width="([a-z]+)"')
_PICTURES = {"wide": "Ảnh rộng", "full": "Ảnh tràn"}
# Two paragraphs that share less than this are another paragraph, not a changed one.
_ALIKE = 0.35
_BOUNDS = bounded.Bounds(cpu_seconds=8, memory_bytes=500_000_000, seconds=15)

Part = tuple[str, bool]
"""(text, whether the other side does not have it)"""


@dataclass(frozen=True, slots=True)
class Row:
    """A paragraph of each text; one side is empty where the other has one more."""

    left: list[Part]
    right: list[Part]

    @property
    def differs(self) -> bool:
        return any(changed for _, changed in (*self.left, *self.right))


Question = tuple[str, ...]
"""("words", left, right), ("paragraphs", left, right) or ("merged", base, mine, theirs)."""


@dataclass(frozen=True, slots=True)
class Comparisons:
    """One a question, as the functions of their names give them; `whole` is False where the texts are too long to be
    compared: then they stand side by side, and nothing is merged."""

    given: list[Any]
    whole: bool = True


def answers(questions: Sequence[Question]) -> Comparisons:
    """The answers to all questions, within some seconds."""
    try:
        found = bounded.run(answers_here, questions, bounds=_BOUNDS) if questions else []
    except TooHeavy as ended:
        log.warning("texts not compared", cause=ended.cause)
        return Comparisons([_without_looking(*question) for question in questions], False)
    return Comparisons([_read(kind, answer) for (kind, *_), answer in zip(questions, found, strict=True)])


def answers_here(questions: Sequence[Question]) -> list[Any]:
    """Inside the bounded process."""
    return [_FUNCTIONS[kind](*texts) for kind, *texts in questions]


def _read(kind: str, answer: Any) -> Any:
    """An answer that travelled as JSON."""
    if kind == "words":
        return Row(**answer)
    return [Row(**row) for row in answer] if kind == "paragraphs" else answer


def _without_looking(kind: str, *texts: str) -> Any:
    if kind == "merged":
        return None
    left, right = texts if kind == "words" else (" ".join(to_text(text).split()) for text in texts)
    row = Row([(left, False)], [(right, False)])
    return row if kind == "words" else [row]


def words(left: str, right: str) -> Row:
    """Two lines or paragraphs, word by word."""
    old, new = _WORDS.findall(left), _WORDS.findall(right)
    made: tuple[list[Part], list[Part]] = ([], [])
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        for side, text in ((made[0], "".join(old[a:b])), (made[1], "".join(new[c:d]))):
            if text:
                side.append((text, kind != "equal"))
    return Row(*made)


def paragraphs(left: str, right: str) -> list[Row]:
    """Two clean bodies, paragraph by paragraph and inside them word by word."""
    old, new = _readable(left), _readable(right)
    rows: list[Row] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            rows += [Row([(text, False)], [(text, False)]) for text in old[a:b]]
        else:
            rows += _paired(old[a:b], new[c:d])
    return rows


def merged(base: str, mine: str, theirs: str) -> str | None:
    """A body with both sides' changes to `base`, by whole paragraphs; None where both changed the same place."""
    texts = [blocks(body) for body in (base, mine, theirs)]
    original, left, right = ([_seen(block) for block in text] for text in texts)
    parts: list[str] = []
    at, left_at, right_at = 0, 0, 0
    for base_to, left_to, right_to, length in _in_step(original, left, right):
        ours, other = left[left_at:left_to], right[right_at:right_to]
        before = original[at:base_to]
        if ours in (before, other):
            parts += texts[2][right_at:right_to]
        elif other == before:
            parts += texts[1][left_at:left_to]
        else:
            return None
        parts += texts[0][base_to : base_to + length]
        at, left_at, right_at = base_to + length, left_to + length, right_to + length
    return "".join(parts)


def blocks(body: str) -> list[str]:
    """The paragraphs, headings, lists and figures of a clean body, as HTML."""
    found, depth, start = [], 0, 0
    for tag in _BLOCK.finditer(body):
        depth += 0 if tag[2] == "hr" else -1 if tag[1] else 1
        if depth <= 0:
            depth = 0
            found.append(body[start : tag.end()].strip())
            start = tag.end()
    return [block for block in [*found, body[start:].strip()] if block]


def _seen(block: str) -> str:
    """A block as it is seen: an editor that opens a text leaves out the white space that nobody sees."""
    return _EDGE.sub(r"\1", _ROOM.sub(" ", block))


def _readable(body: str) -> list[str]:
    texts = []
    for block in blocks(body):
        found = next(markup.find(block), None)
        if found and (story_block := found.block()):
            texts.append(markup.plain(story_block))
            continue
        picture = _IMAGE.search(block)
        text = " ".join(to_text(block).split())
        if picture:
            width = _WIDTH.search(block)
            name = _PICTURES.get(width[1], "Ảnh") if width else "Ảnh"
            text = f"[{name} {picture[1].rpartition('/')[2]}] {text}".strip()
        texts.append(text)
    return [text for text in texts if text]


def _paired(old: Sequence[str], new: Sequence[str]) -> Iterator[Row]:
    """Changed paragraphs beside those they most likely were."""
    rest = list(new)
    for text in old:
        likely = max(rest[:4], key=lambda other: _ratio(text, other), default=None)
        if likely is None or _ratio(text, likely) < _ALIKE:
            yield Row([(text, True)], [])
            continue
        while rest[0] != likely:
            yield Row([], [(rest.pop(0), True)])
        yield words(text, rest.pop(0))
    for text in rest:
        yield Row([], [(text, True)])


def _ratio(left: str, right: str) -> float:
    return SequenceMatcher(None, left.split(), right.split(), autojunk=False).ratio()


def _in_step(original: Sequence[str], left: Sequence[str], right: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """(place in original, left, right, length) of the runs that stand in all three, and the end of all."""
    ours = SequenceMatcher(None, original, left, autojunk=False).get_matching_blocks()
    other = SequenceMatcher(None, original, right, autojunk=False).get_matching_blocks()
    i = j = 0
    while i < len(ours) and j < len(other):
        start = max(ours[i].a, other[j].a)
        end = min(ours[i].a + ours[i].size, other[j].a + other[j].size)
        if start < end:
            yield start, ours[i].b + start - ours[i].a, other[j].b + start - other[j].a, end - start
        if ours[i].a + ours[i].size < other[j].a + other[j].size:
            i += 1
        else:
            j += 1
    yield len(original), len(left), len(right), 0


_FUNCTIONS: dict[str, Callable[..., Any]] = {"words": words, "paragraphs": paragraphs, "merged": merged}
