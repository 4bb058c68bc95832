"""Parts that many pages share: HTML fragments, put into the pages when those are served."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from services.web import model
from services.web.model import Ranked
from services.web.page import Page, Site
from shared.vietnamese.dates import day_bounds, vietnam_day
from shared.vietnamese.lunar import lunar_words

_LATEST = 12
_MOST_READ = 10
_NEWS = 40
_IN_RIBBON = 3
_ENOUGH = 5
"""Less is no ranking: two stories that somebody has just opened."""
_NEW = timedelta(days=30)
_WITHIN = {"24h": "24 giờ qua", "7d": "7 ngày qua", "30d": "30 ngày qua"}


def latest(site: Site) -> Page:
    """The newest headlines of the whole paper."""
    cards = site.read.listed(model.ALL, size=_LATEST).cards
    return site.page("part", "part_latest.html", cards=cards)


def most_read(site: Site) -> Page:
    """The most read of a day, or of the shortest longer time that has any; before there were readers of ours, what of
    the new stories was read most wherever they come from."""
    ranked, within = ranking(site, "", _MOST_READ)
    return site.page("part", "part_most_read.html", ranked=ranked, within=within)


def live(site: Site) -> Page:
    """The ribbon above every page: breaking news until its time is over, then what is told as it happens, while it is
    among the newest."""
    breaking = site.read.breaking(datetime.now(UTC))[:_IN_RIBBON]
    urgent = [card for card, _ in breaking]
    newest = site.read.listed(model.ALL, size=_NEWS).cards
    going_on = [card for card in newest if card.kind == "live" and card not in urgent]
    made = site.page("part", "part_live.html", urgent=urgent, cards=going_on[: _IN_RIBBON - len(urgent)])
    return replace(made, until=min((end.timestamp() for _, end in breaking), default=0.0))


def today(site: Site) -> Page:
    """The day, with its lunar one; another at midnight."""
    day = vietnam_day(datetime.now(UTC))
    made = site.page("part", "part_today.html", day=day, lunar=lunar_words(day))
    return replace(made, until=day_bounds(day)[1].timestamp())


def ranking(site: Site, section_slug: str, size: int) -> tuple[list[Ranked], str]:
    """(the most read of the paper or a section, within which time): the shortest time with enough of them."""
    found = []
    for window, within in _WITHIN.items():
        ranked = site.read.ranking(window, section_slug, size)
        if len(ranked) >= min(size, _ENOUGH):
            return ranked, within
        found.append((ranked, within))
    return max([*found, (most_viewed(site, section_slug, size), "")], key=lambda one: len(one[0]))


def most_viewed(site: Site, section_slug: str, size: int) -> list[Ranked]:
    """Of the stories of the last 30 days those with the most views in all."""
    of = model.of_section(section_slug) if section_slug else model.ALL
    return site.read.most_viewed(of, datetime.now(UTC) - _NEW, size)
