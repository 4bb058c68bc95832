"""What an article may become, and when: its next status, its times, and what holds it back whoever asks.

Nothing here reads or writes a store. Raises the kinds of services.ingest.kit.errors.Refused.
"""

from datetime import datetime
from typing import Any

from services.ingest.articles.input import ArticleInput
from services.ingest.articles.rules import UNFINISHED
from services.ingest.articles.sanitise import to_text
from services.ingest.articles.versions import Current
from services.ingest.kit.errors import Conflict, Invalid
from shared.vietnamese.dates import house_time


def wanted_status(sent: ArticleInput, before: Current | None) -> str | None:
    """Where the sender wants the article, None: where it is; "scheduled" is published at a future time."""
    now = before.state.status if before else "draft"
    wanted = "published" if sent.status == "scheduled" else sent.status
    if now == "withdrawn":
        raise Conflict("Bài đã rút, không sửa được.")
    if wanted == "withdrawn" or (wanted == "unpublished" and now != "unpublished"):
        raise Invalid.of("status", "Gỡ hoặc rút bài bằng lệnh riêng: /unpublish, /withdraw.")
    if now == "published" and wanted in UNFINISHED:
        raise Conflict("Bài đang xuất bản; muốn đưa về bản nháp, hãy gỡ bài trước.", "status")
    return wanted


def asked_for(wanted: str | None, before: Current | None) -> str:
    """The status that is wanted, for `times_of`."""
    status = wanted or (before.state.status if before else "draft")
    return "published" if status == "scheduled" else status


def times_of(before: Current | None, wanted: str, at: datetime | None, now: datetime) -> dict[str, Any]:
    """Status and times that follow from what is wanted and when."""
    state = before.state if before else None
    at = at or (state.published_at if state else None)
    first = state.first_published_at if state else None
    if wanted != "published":
        return {"status": wanted, "published_at": at, "first_published_at": first}
    if at is not None and at > now:
        if state is not None and state.status == "published":
            raise Invalid.of("published_at", "Bài đang xuất bản, không hẹn giờ được.")
        return {"status": "scheduled", "published_at": at, "first_published_at": first}
    at = at or now
    return {"status": "published", "published_at": at, "first_published_at": first or at}


def action_of(before: Current | None, status: str, *, approves: bool) -> str:
    """What the history calls the step to a status."""
    if before is not None and before.state.status == status:
        return "changed"
    if status == "approved" and approves:
        return "approved"
    return {"published": "published", "scheduled": "scheduled"}.get(status, "saved")


def require_no_embargo(before: Current | None, times: dict[str, Any], now: datetime) -> None:
    """An article that readers see already stays: an embargo is for what is not out yet."""
    until = before.row.embargo_until if before else None
    if until is None or (before and before.state.status == "published"):
        return
    goes_out = max(now, times["published_at"]) if times["status"] == "scheduled" else now
    if goes_out < until:
        raise Conflict(f"Bài bị giữ lại (embargo) đến {house_time(until)}, chưa xuất bản được trước giờ đó.")


def require_text(body: str, images: int, video_url: str) -> None:
    """Raises Invalid for an article that shows nothing."""
    if not (to_text(body).strip() or images or video_url):
        raise Invalid.of("body", "Bài trống, chưa xuất bản được.")
