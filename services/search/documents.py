"""From an article to what stands in the index: pure functions, the same for every engine."""

import html
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shared.contracts.addresses import article_at, article_path
from shared.contracts.articles import ArticleState
from shared.markup import without
from shared.settings import get_settings
from shared.vietnamese import forms
from shared.vietnamese.dates import VIETNAM
from shared.vietnamese.text import slug

MAPPING_VERSION = 3
"""Raise when fields are added to the index or mean something else: indexes have to be made anew."""

PUBLISHED = "published"
WITHDRAWN = "withdrawn"
SEPARATOR = "_"
"""Stands between headline, lead and text, so that no phrase reaches across; no query contains it."""

# How much of an article is searched: longer ones are lists and tables, and one must not fill the index.
_MAX_TEXT = 60_000
# How much of a text tells what it is about: news says it first. (Of the pages that one of LibreOffice's Vietnamese help
# links to, the six related ones have .655 by 700 characters, .652 by 1,500 and .618 by none; half the work of 1,500.)
_ABOUT_TEXT = 700
# What an article says first, where it has no lead of its own. (Questions to the same pages without their leads: nDCG@10
# .678 by the headline alone, .693 with this.)
_LEAD_TEXT = 300
_START_LENGTH = 64
_STARTS = 24
_LINK = re.compile(r'href="([^"]*)"')
_BLOCK = re.compile(r"</?(?:p|h[1-6]|li|ul|ol|div|br|tr|td|th|table|blockquote|figure|figcaption)\b[^<>]*>", re.I)


@dataclass(frozen=True, slots=True)
class IndexDocument:
    """What the index keeps of one version of an article; enough to make every form anew.

    A tombstone (status "withdrawn") has a version and no text. `published_at` is in unix seconds, 0 for none.
    """

    id: int
    version: int
    status: str
    title: str = ""
    summary: str = ""
    text: str = ""
    """The body as plain text, paragraphs on lines."""
    extra: str = ""
    """Searched, never shown: tags, what it is a part of, byline, captions."""
    url: str = ""
    section_slug: str = ""
    section_name: str = ""
    second_section: str = ""
    """The slug of another section that lists it too."""
    authors: tuple[tuple[str, str], ...] = ()
    """(slug, name)"""
    published_at: int = 0
    image: str = ""
    linked: tuple[int, ...] = ()
    """Articles of the paper that the text links to."""
    tags: tuple[tuple[str, str], ...] = ()
    """(slug, name as it was typed)"""

    @property
    def public(self) -> bool:
        return self.status == PUBLISHED

    @property
    def year(self) -> int:
        """Year of publication in Vietnam; 0 for none."""
        return datetime.fromtimestamp(self.published_at, VIETNAM).year if self.published_at else 0

    @property
    def sections(self) -> tuple[str, ...]:
        """The slugs of those that list it."""
        return tuple(filter(None, (self.section_slug, self.second_section)))

    def stored(self) -> dict[str, Any]:
        """As a JSON object; `from_stored` reads it."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_stored(cls, values: dict[str, Any]) -> "IndexDocument":
        if values.keys() != _NAMES:
            values = {name: values[name] for name in cls.__slots__ if name in values}
        authors = tuple([(address, name) for address, name in values.get("authors", ())])
        tags = [(address, name) for address, name in values["tags"]] if "tags" in values else _tags_among(values)
        return cls(**{**values, "authors": authors, "linked": tuple(values.get("linked", ())), "tags": tuple(tags)})


_NAMES = frozenset(IndexDocument.__slots__)
_LONGEST_TAG = 40


def _tags_among(values: dict[str, Any]) -> list[tuple[str, str]]:
    """What may be tags of a document that was stored before they stood apart from bylines ("Tin: …") and captions."""
    lines = values.get("extra", "").split("\n")
    return [(made, line) for line in lines if len(line) <= _LONGEST_TAG and ":" not in line and (made := slug(line))]


@dataclass(frozen=True, slots=True)
class Tokens:
    """The searched fields of a document, as space-separated tokens ready for an engine that does not analyse."""

    folded: str
    exact: str
    pairs: str
    exact_pairs: str
    title_pairs: str
    head: str
    """The folded words of headline and lead, or of what the text begins with."""
    starts: tuple[str, ...]
    """The folded headline from each of its syllables on, for completion; "_" for spaces."""


def from_state(state: ArticleState) -> IndexDocument:
    """The document of an article. A withdrawn one becomes a tombstone, whatever text it still carries."""
    if state.status == WITHDRAWN:
        return tombstone(state.id, state.version)
    captions = (text for image in state.images for text in (image.caption, image.credit))
    tags = dict.fromkeys(tag.name for tag in (*state.tags, state.event) if tag)
    extra = "\n".join(text for text in (*tags, state.byline, *captions) if text)
    return IndexDocument(
        id=state.id,
        version=state.version,
        status=state.status,
        title=state.title,
        summary=state.summary,
        text=plain_text(state.body),
        extra=extra,
        url=article_path(state.section_slug, state.slug, state.id),
        section_slug=state.section_slug,
        section_name=state.section_name,
        second_section=state.second_section if state.second_section != state.section_slug else "",
        authors=tuple((author.slug, author.name) for author in state.authors),
        published_at=int(state.published_at.timestamp()) if state.published_at else 0,
        image=next((image.url for image in state.images if image.url), ""),
        linked=tuple(dict.fromkeys(linked_articles(state.body, get_settings().site_url))),
        tags=tuple((tag.slug, tag.name) for tag in state.tags),
    )


def tombstone(article_id: int, version: int) -> IndexDocument:
    return IndexDocument(id=article_id, version=version, status=WITHDRAWN)


def linked_articles(body: str, site_url: str) -> list[int]:
    """The ids of the paper's own articles that sanitised HTML links to, in its order."""
    paths = (address.removeprefix(site_url) for address in _LINK.findall(body))
    return [id_ for id_ in map(article_at, paths) if id_]


def plain_text(body: str) -> str:
    """The text of sanitised HTML, a paragraph a line, at most 60,000 characters."""
    text = html.unescape(without(_BLOCK.sub("\n", body), "<", ">", " ") if "<" in body else body)
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return "\n".join(filter(None, lines))[:_MAX_TEXT]


def tokens(document: IndexDocument) -> Tokens:
    """Every searched form of a document; empty for a tombstone."""
    title = forms.forms(document.title)
    rest = [forms.forms(part) for part in (document.summary, *document.text.split("\n"), document.extra) if part]
    parts = [title, *rest]
    gap = f" {SEPARATOR} "
    return Tokens(
        folded=gap.join([part.folded for part in parts]),
        exact=gap.join([part.exact for part in parts]),
        pairs=" ".join([part.pairs for part in parts]),
        exact_pairs=" ".join([part.exact_pairs for part in parts]),
        title_pairs=title.pairs,
        head=forms.folded_text(f"{document.title} {_lead(document)}"),
        starts=_starts(title.folded.split()),
    )


def _lead(document: IndexDocument) -> str:
    return document.summary or document.text[:_LEAD_TEXT].partition("\n")[0]


def about(document: IndexDocument) -> str:
    """The `exact_pairs` of headline, lead and beginning: what related articles are found by."""
    parts = (document.title, document.summary, *document.text[:_ABOUT_TEXT].split("\n"))
    return " ".join(filter(None, map(forms.exact_pairs, parts)))


def _starts(words: list[str]) -> tuple[str, ...]:
    # A space at the end, so that a finished last word ("hoc ") completes too; "^" marks the headline's beginning.
    made = [completion_prefix(" ".join(words[at : at + 16]) + " ") for at in range(min(len(words), _STARTS))]
    return (f"^{made[0]}", *made) if made else ()


def completion_prefix(text: str) -> str:
    """As much of a folded text as the index keeps for completion, as one token."""
    return text[:_START_LENGTH].replace(" ", "_")


def iso(seconds: int) -> datetime | None:
    """The time that `published_at` means."""
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
