"""What an article may become, who may make it that, and when: nothing here reads or writes a store.

Raises the kinds of services.ingest.kit.errors.Refused.
"""

from datetime import datetime
from typing import Any

from services.ingest.articles.input import ArticleInput
from services.ingest.articles.sanitise import to_text
from services.ingest.articles.versions import Current
from services.ingest.kit.actors import Actor, Scope
from services.ingest.kit.errors import Conflict, Forbidden, Invalid
from services.ingest.sections.store import STEPS
from shared.vietnamese.dates import house_time

UNFINISHED = ("draft", *STEPS)
"""The statuses on the way to readers, in their order."""


def wanted_status(sent: ArticleInput, before: Current | None) -> str:
    """Where the sender wants the article; "scheduled" is published at a future time."""
    now = before.state.status if before else "draft"
    wanted = sent.status or now
    if now == "withdrawn":
        raise Conflict("Bài đã rút, không sửa được.")
    if wanted == "scheduled":
        wanted = "published"
    if wanted == "withdrawn" or (wanted == "unpublished" and now != "unpublished"):
        raise Invalid.of("status", "Gỡ hoặc rút bài bằng lệnh riêng: /unpublish, /withdraw.")
    if now == "published" and wanted in UNFINISHED:
        raise Conflict("Bài đang xuất bản; muốn đưa về bản nháp, hãy gỡ bài trước.", "status")
    return wanted


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


def action_of(before: Current | None, status: str) -> str:
    """What the history calls the step to a status."""
    if before is not None and before.state.status == status:
        return "changed"
    return {"published": "published", "scheduled": "scheduled"}.get(status, "saved")


def require(actor: Actor, scope: Scope) -> None:
    """Raises Forbidden."""
    if not actor.may(scope):
        what = {Scope.read: "đọc bài", Scope.draft: "viết bài", Scope.publish: "xuất bản"}[scope]
        raise Forbidden(f"Khóa này không có quyền {what}.")


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
