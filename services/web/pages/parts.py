"""Parts that many pages share: HTML fragments, put into the pages when those are served."""

from dataclasses import replace
from datetime import UTC, datetime

from services.web import model
from services.web.model import Ranked
from services.web.page import Page, Site
from shared.vietnamese.dates import day_bounds, vietnam_day
from shared.vietnamese.lunar import lunar_words

_LATEST = 12
_MOST_READ = 10
_NEWS = 40
_LIVE = 2
_WITHIN = {"24h": "24 giờ qua", "7d": "7 ngày qua", "30d": "30 ngày qua"}


def latest(site: Site) -> Page:
    """The newest headlines of the whole paper."""
    cards = site.read.listed(model.ALL, size=_LATEST).cards
    return site.page("part", "part_latest.html", cards=cards)


def most_read(site: Site) -> Page:
    """The most read of a day, or of the shortest longer time that has any; nothing while there were no readers."""
    ranked, within = ranking(site, "", _MOST_READ)
    return site.page("part", "part_most_read.html", ranked=ranked, within=within)


def live(site: Site) -> Page:
    """What goes on and is told as it happens, while it is among the newest."""
    newest = site.read.listed(model.ALL, size=_NEWS).cards
    return site.page("part", "part_live.html", cards=[card for card in newest if card.kind == "live"][:_LIVE])


def today(site: Site) -> Page:
    """The day, with its lunar one; another at midnight."""
    day = vietnam_day(datetime.now(UTC))
    made = site.page("part", "part_today.html", day=day, lunar=lunar_words(day))
    return replace(made, until=day_bounds(day)[1].timestamp())


def ranking(site: Site, section_slug: str, size: int) -> tuple[list[Ranked], str]:
    """(the most read of the paper or a section, within which time)."""
    found = ((site.read.ranking(window, section_slug, size), within) for window, within in _WITHIN.items())
    return next((one for one in found if one[0]), ([], ""))
