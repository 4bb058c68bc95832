"""Remote feeds: where they are, how they fare."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.ingest.desk_kit.forms import Fields, Form, RowId
from services.ingest.desk_kit.pages import NavItem, back, page
from services.ingest.desk_kit.session import needs
from services.ingest.feeds import store
from services.ingest.kit import tries
from services.ingest.kit.actors import Account
from services.ingest.kit.fetching import Fetcher
from services.ingest.kit.rights import Action
from services.ingest.sections import store as sections
from shared.database import engine
from shared.limits import bounded

router = APIRouter()
NAV = (NavItem("/desk/nguon-tin", "Nguồn tin", Action.transfer, group="Quản trị"),)
_HERE = "/desk/nguon-tin"


@router.get("/nguon-tin")
def listed(request: Request, who: Annotated[Account, needs(Action.transfer)]) -> Response:
    known = sections.listed(engine("ingest"))
    return page(request, who, "feeds.html", feeds=store.listed(engine("ingest")), sections=known)


@router.post("/nguon-tin/moi")
def add(who: Annotated[Account, needs(Action.transfer)], form: Form) -> Response:
    _save(who, None, form)
    return back(_HERE, "Đã thêm nguồn tin; lần lấy đầu tiên bắt đầu ngay.")


@router.post("/nguon-tin/{feed_id}")
def change(feed_id: RowId, who: Annotated[Account, needs(Action.transfer)], form: Form) -> Response:
    _save(who, feed_id, form)
    return back(_HERE, "Đã lưu nguồn tin.")


@router.post("/nguon-tin/{feed_id}/lay-ngay")
def poll_now(feed_id: RowId, who: Annotated[Account, needs(Action.transfer)]) -> Response:
    tries.take(bounded(f"feed {feed_id}", tries.OUTSIDE))
    store.poll_now(engine("ingest"), feed_id)
    return back(_HERE, "Nguồn tin sẽ được lấy trong vài giây.")


@router.post("/nguon-tin/{feed_id}/xoa")
def remove(feed_id: RowId, who: Annotated[Account, needs(Action.transfer)]) -> Response:
    store.remove(engine("ingest"), who.actor, feed_id)
    return back(_HERE, "Đã xóa nguồn tin; các bản nháp đã lấy vẫn còn.")


def _save(who: Account, feed_id: int | None, form: Fields) -> None:
    """Raises FetchRefused for an address that would never be fetched: better said now than at every poll."""
    url = form.text("url", 2000)
    Fetcher().check(url)
    store.save(
        engine("ingest"),
        who.actor,
        feed_id,
        name=form.text("name"),
        url=url,
        section=form.text("section"),
        minutes=form.number("minutes") or 0,
        enabled=form.checked("enabled"),
        sent=form.sent(who.id),
    )
