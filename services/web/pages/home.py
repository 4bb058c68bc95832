"""The front page: what editors pinned leads, then the sections, pictures, videos and the most read."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from services.web import model
from services.web.model import Card, Section
from services.web.page import Page, Site
from services.web.pages import linked_data
from services.web.pages.frame import Head, page
from services.web.pages.paper import paper_of

_BESIDE_LEAD = 5
_IN_BLOCK = 5
_LEAST_IN_BLOCK = 3
_IN_STRIP = 6
_IN_RAIL = 8
_NEWEST = 24
_CORRECTED = 3
# Sections weigh less the further down they stand: two large ones, two of headlines, four compact, headlines.
_LARGE, _MIDDLE, _COMPACT = 2, 2, 4


@dataclass(frozen=True, slots=True)
class SectionBlock:
    """A section on the front page."""

    section: Section
    cards: tuple[Card, ...]


def home(site: Site) -> Page:
    top = _top(site)
    shown = {card.id for card in top}
    photos = _strip(site, "photo", shown)
    videos = _strip(site, "video", shown)
    shown |= {card.id for card in (*photos, *videos)}
    rail = [card for card in site.read.listed(model.ALL, size=_NEWEST).cards if card.id not in shown][:_IN_RAIL]
    blocks = _blocks(site, shown, {card.id for card in rail})
    figures, figures_until = site.read.figures(datetime.now(UTC))
    paper = paper_of(site.settings)
    head = Head(
        title=f"{site.settings.site_name} - {paper.tagline}" if paper.tagline else site.settings.site_name,
        description=paper.tagline,
        canonical="/",
        image=top[0].image if top else None,
        data=[linked_data.website(site.look)],
    )
    made = page(
        site,
        "home",
        "home.html",
        head,
        lead=top[:1],
        beside=top[1:],
        rail=rail,
        large=blocks[:_LARGE],
        middle=blocks[_LARGE:][:_MIDDLE],
        compact=blocks[_LARGE + _MIDDLE :][:_COMPACT],
        others=blocks[_LARGE + _MIDDLE + _COMPACT :],
        photos=photos,
        videos=videos,
        corrected=site.read.listed(model.CORRECTED, size=_CORRECTED).cards,
        figures=figures,
    )
    if not figures:
        return made
    return replace(made, until=min(float(figures_until), made.until or figures_until))


def _top(site: Site) -> list[Card]:
    """The lead and the stories beside it: the pinned ones, then the newest, the lead with a picture if there is one."""
    pinned = site.read.pinned()
    newest = [card for card in site.read.listed(model.ALL, size=_NEWEST).cards if card not in pinned]
    if not pinned:
        newest.sort(key=lambda card: card.image is None)
        first, rest = newest[:1], newest[1:]
        newest = first + sorted(rest, key=lambda card: card.published_at, reverse=True)
    return [*pinned, *newest][: 1 + _BESIDE_LEAD]


def _blocks(site: Site, shown: set[int], in_rail: set[int]) -> list[SectionBlock]:
    """The sections with what stands nowhere else; a section with little of it repeats headlines of the rail."""
    made = []
    for section in site.read.sections():
        listed = site.read.listed(model.of_section(section.slug), size=_IN_BLOCK + len(shown) + len(in_rail)).cards
        cards = [card for card in listed if card.id not in shown]
        fresh = [card for card in cards if card.id not in in_rail]
        chosen = (fresh if len(fresh) >= _LEAST_IN_BLOCK else cards)[:_IN_BLOCK]
        if chosen:
            made.append(SectionBlock(section, tuple(_with_picture_first(chosen))))
    return made


def _with_picture_first(cards: list[Card]) -> Iterable[Card]:
    """The newest with a picture opens its block; the others keep their order."""
    opener = next((card for card in cards if card.image), None)
    return [opener, *(card for card in cards if card is not opener)] if opener else cards


def _strip(site: Site, kind: str, shown: set[int]) -> tuple[Card, ...]:
    cards = site.read.listed(model.of_kind(kind), size=_IN_STRIP + len(shown)).cards
    return tuple(card for card in cards if card.image and card.id not in shown)[:_IN_STRIP]
