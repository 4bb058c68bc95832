"""What the formats of news agencies have in common: versions, statuses, remarks to editors."""

from collections.abc import Iterable
from datetime import UTC

from services.ingest.exchange.importers.found import ForeignArticle, WireVersion
from shared.vietnamese.foreign_dates import read_time

_KILLS = {
    "canceled": "hãng đã hủy tin này",
    "cancelled": "hãng đã hủy tin này",
    "withheld": "hãng yêu cầu không đăng tin này",
}


def version(number: str, made_at: str) -> WireVersion | None:
    """Which version of its item this is; None where nothing says it."""
    digits = number.strip()[:18]
    try:
        at = read_time(made_at).astimezone(UTC).isoformat() if made_at else ""
    except ValueError:
        at = ""
    count = int(digits) if digits.isascii() and digits.isdigit() else 0
    return WireVersion(count, at) if count or at else None


def apply_status(found: ForeignArticle, status: str) -> None:
    """What an agency says of an item: usable, withheld, canceled; what else it says makes a draft."""
    status = status.strip().lower()
    if status in _KILLS:
        found.killed = _KILLS[status]
    elif status not in ("", "usable"):
        found.status = status


def remark(found: ForeignArticle, label: str, words: str) -> None:
    """What an agency tells editors."""
    if words := " ".join(words.split()):
        found.remarks.append(f"{label}: {words}"[:5000])


def tags(*groups: Iterable[str]) -> list[str]:
    """All of them once, without what has no words."""
    return list(dict.fromkeys(tag for group in groups for tag in group if tag))
