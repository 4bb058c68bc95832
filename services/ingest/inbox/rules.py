"""What people are told of, who is told, and when: pure.

Deadlines and quiet hours are those of Vietnam's wall clock, whatever the server's zone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from shared.vietnamese.dates import VIETNAM

KINDS = {
    "assigned": "Được giao việc",
    "sent_back": "Bài bị trả lại",
    "mentioned": "Có người gọi tên",
    "due": "Sắp đến hạn",
    "late": "Trễ hạn",
    "published": "Bài lên trang",
    "correction": "Đề nghị cải chính",
    "tip": "Bạn đọc gửi tin",
}
OF_ARTICLES = {
    "article.handed_over": "assigned",
    "article.sent_back": "sent_back",
    "article.unscheduled": "sent_back",
    "article.noted": "mentioned",
    "article.published": "published",
    "article.correction_asked": "correction",
}
"""Of entries of the audit log about articles: the kind that they are."""
OF_PLANS = {"plan.added": "assigned", "plan.changed": "assigned"}
OF_TIPS = {"tip.received": "tip"}
DUE_BEFORE = timedelta(hours=2)
# A task for any time of a day is due in the morning, and late when the day is over.
_MORNING = time(8)
# Whoever is told after so long is told too late: a house that stood still, or plans from before it had an inbox.
FRESH = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class InboxChoice:
    """How a person wants to be told, beside the desk itself: which kinds by e-mail, which in browsers, and when not."""

    mail: frozenset[str]
    push: frozenset[str]
    quiet_from: str = ""
    quiet_until: str = ""


_USUAL = frozenset({"assigned", "sent_back", "mentioned", "late", "correction"})
DEFAULT = InboxChoice(_USUAL, _USUAL, "22:00", "06:00")


def quiet_end(choice: InboxChoice, now: datetime) -> datetime | None:
    """When the quiet hours end that `now` lies in; None outside of them.

    >>> night = datetime(2026, 11, 28, 23, 30, tzinfo=VIETNAM)
    >>> quiet_end(DEFAULT, night).isoformat()
    '2026-11-29T06:00:00+07:00'
    """
    if choice.quiet_from == choice.quiet_until:
        return None
    local, begin, end = now.astimezone(VIETNAM), _clock(choice.quiet_from), _clock(choice.quiet_until)
    at = local.time()
    is_quiet = begin <= at < end if begin < end else at >= begin or at < end
    if not is_quiet:
        return None
    ends = datetime.combine(local.date(), end, VIETNAM)
    return ends if ends > local else ends + timedelta(days=1)


def deadline(day: date, hour: str) -> datetime:
    """When a planned story is to be done."""
    if hour:
        return datetime.combine(day, _clock(hour), VIETNAM)
    return datetime.combine(day + timedelta(days=1), time(), VIETNAM)


def overdue(day: date, hour: str, now: datetime) -> str:
    """ "late", "due", or "" for a planned story of which nobody has to be told yet, or any more."""
    ends = deadline(day, hour)
    begins = ends - DUE_BEFORE if hour else datetime.combine(day, _MORNING, VIETNAM)
    if now >= ends:
        return "late" if now < ends + FRESH else ""
    return "due" if now >= begins else ""


def kind_of(action: str, detail: Mapping[str, Any], actor: str) -> str:
    """The kind of entry that an entry of the audit log makes, "" for none."""
    if action == "article.unscheduled" and not (actor == "scheduler" and detail.get("reason")):
        return ""
    if action == "article.noted" and not detail.get("mentioned"):
        return ""
    if action in OF_PLANS and detail.get("assigned") is None:
        return ""
    return OF_ARTICLES.get(action) or OF_PLANS.get(action) or OF_TIPS.get(action, "")


def _clock(hour: str) -> time:
    return time.fromisoformat(hour)
