"""The way into the archive: a month's calendar, each of whose days with articles leads to their list."""

import calendar
from datetime import date, datetime, timedelta

from services.web.page import Missing, Page, Site
from services.web.pages import linked_data
from services.web.pages.frame import Head, page
from shared.vietnamese.dates import VIETNAM, WEEKDAYS, day_bounds

FIRST_YEAR = 1925


def month(site: Site, written: str = "") -> Page:
    """ "2026-11"; this month without one. Raises Missing for a month that is none, or has not come."""
    today = datetime.now(VIETNAM).date()
    try:
        first = date.fromisoformat(f"{written}-01") if written else today.replace(day=1)
    except ValueError:
        raise Missing from None
    if first.year < FIRST_YEAR or first > today:
        raise Missing
    days = [first.replace(day=number) for number in range(1, calendar.monthrange(first.year, first.month)[1] + 1)]
    counts = site.read.counts(days)
    name = f"Tháng {first.month}/{first.year}"
    oldest = site.read.first_day() or today
    trail = [("Trang chủ", "/"), ("Lưu trữ", "/ngay")]
    if written:
        trail.append((name, site.path))
    head = Head(
        title=f"Lưu trữ: {name} - {site.settings.site_name}",
        description=f"Tin, bài của {site.settings.site_name} theo ngày, {name.lower()}.",
        canonical=f"/ngay/{first:%Y-%m}",
        data=[linked_data.breadcrumbs(site.settings, trail)],
    )
    before, after = days[0] - timedelta(days=1), days[-1] + timedelta(days=1)
    made = page(
        site,
        "archive",
        "archive.html",
        head,
        trail=trail,
        name=name,
        shown=first,
        weekdays=WEEKDAYS,
        weeks=calendar.Calendar().monthdatescalendar(first.year, first.month),
        counts=counts,
        today=today,
        before=before if before >= oldest else None,
        after=after if after <= today else None,
        years=range(today.year, oldest.year - 1, -1),
    )
    # Another day begins: it is today, and may be another month's.
    until = day_bounds(today)[1].timestamp() if first == today.replace(day=1) else 0.0
    return Page(made.kind, made.body, made.depends, until=until)
