"""The front page: what editors pinned leads, then the sections, pictures, videos and the most read."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.web import model
from services.web.model import Card, Section
from services.web.page import Page, Site
from services.web.pages import linked_data
from services.web.pages.frame import Head, page
from services.web.pages.paper import load_paper

_BESIDE_LEAD = 5
_IN_BLOCK = 5
_IN_STRIP = 6
_NEWEST = 24
_CORRECTED = 3


@dataclass(frozen=True, slots=True)
class SectionBlock:
    """A section on the front page."""

    section: Section
    cards: tuple[Card, ...]


def home(site: Site) -> Page:
    top = _top(site)
    shown = {card.id for card in top}
    photos = _strip(site, "photo")
    videos = _strip(site, "video")
    blocks = _blocks(site, shown)
    paper = load_paper(site.settings.paper_file)
    head = Head(
        title=f"{site.settings.site_name} - {paper.tagline}" if paper.tagline else site.settings.site_name,
        description=paper.tagline,
        canonical="/",
        image=top[0].image if top else None,
        data=[linked_data.website(site.settings)],
    )
    return page(
        site,
        "home",
        "home.html",
        head,
        lead=top[:1],
        beside=top[1:],
        blocks=blocks,
        photos=photos,
        videos=videos,
        corrected=site.read.listed(model.CORRECTED, size=_CORRECTED).cards,
    )


def _top(site: Site) -> list[Card]:
    """The lead and the stories beside it: the pinned ones, then the newest, the lead with a picture if there is one."""
    pinned = site.read.pinned()
    newest = [card for card in site.read.listed(model.ALL, size=_NEWEST).cards if card not in pinned]
    if not pinned:
        newest.sort(key=lambda card: card.image is None)
        first, rest = newest[:1], newest[1:]
        newest = first + sorted(rest, key=lambda card: card.published_at, reverse=True)
    return [*pinned, *newest][: 1 + _BESIDE_LEAD]


def _blocks(site: Site, shown: set[int]) -> list[SectionBlock]:
    made = []
    for section in site.read.sections():
        cards = site.read.listed(model.of_section(section.slug), size=_IN_BLOCK + 1 + _BESIDE_LEAD).cards
        fresh = tuple(_with_picture_first([card for card in cards if card.id not in shown][:_IN_BLOCK]))
        if fresh:
            made.append(SectionBlock(section, fresh))
    return made


def _with_picture_first(cards: list[Card]) -> Iterable[Card]:
    """The newest with a picture opens its block; the others keep their order."""
    opener = next((card for card in cards if card.image), None)
    return [opener, *(card for card in cards if card is not opener)] if opener else cards


def _strip(site: Site, kind: str) -> tuple[Card, ...]:
    return tuple(card for card in site.read.listed(model.of_kind(kind), size=_IN_STRIP).cards if card.image)
