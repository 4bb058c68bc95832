"""After the click on publish: where readers see the article by now, asked of the readers' site itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from services.ingest.articles.asked import Asked, needs_article
from services.ingest.articles.store import reading, sending
from services.ingest.articles.store.sending import Public
from services.ingest.desk_kit import people
from services.ingest.desk_kit.pages import back, page
from services.ingest.kit.requests import json_answer
from services.ingest.kit.rights import Action
from shared.contracts.addresses import article_path
from shared.contracts.queues import Queue
from shared.database import engine
from shared.http_client import CallFailed, call
from shared.settings import get_settings

router = APIRouter()
_ASK_SECONDS = 2.0
_MAX_BYTES = 4_000_000
# Older stories have left the feed and the front page by right.
_NEWS_SECONDS = 86_400
# A place that lacks the article after this long is late, and says why.
_LATE_SECONDS = 3.0
_REASONS = {
    "outbox": "Sự kiện còn chờ trong hộp gửi (outbox): tiến trình gửi chưa lấy đi hoặc hàng đợi đang nghẽn.",
    "dead": "Sự kiện xử lý lỗi nhiều lần và nằm trong hộp thư chết; kỹ thuật cần xem.",
    "": "Sự kiện đã gửi; dịch vụ nhận chưa xử lý xong.",
    "away": "Trang bạn đọc không trả lời.",
    "search": "Tìm kiếm đang tạm ngừng.",
}


class Away(Exception):
    """The readers' site did not answer, or answered that it can't now."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where readers meet an article; `holds(wanted)` asks the site and raises Away."""

    name: str
    label: str
    queue: Queue
    holds: Callable[[Public], bool]
    only_news: bool = False


@router.get("/bai/{id}/len-trang")
def show(request: Request, asked: Annotated[Asked, needs_article(Action.read)]) -> Response:
    wanted = sending.public(engine("ingest"), asked.id)
    history = reading.history(engine("ingest"), asked.id)
    by = next((line.actor for line in history if wanted and line.version == wanted.version), "")
    return page(
        request,
        asked.who,
        "live.html",
        asked=asked,
        article=asked.article,
        wanted=wanted,
        by=people.names(engine("ingest"), [by])[by] if by else "",
        url=_url(wanted) if wanted else "",
        places=PLACES,
        statuses=_look(asked.id, wanted, [place.name for place in PLACES]) if wanted else [],
    )


@router.get("/bai/{id}/len-trang.json")
def look(
    asked: Annotated[Asked, needs_article(Action.read)], cho: Annotated[str, Query(max_length=60)] = ""
) -> Response:
    """{"version", "places": [{"name", "state", "seconds", "reason"}]}; state is shown, waiting, late or past."""
    wanted = sending.public(engine("ingest"), asked.id)
    names = cho.split(",") if cho else [place.name for place in PLACES]
    found = _look(asked.id, wanted, names) if wanted else []
    return json_answer({"version": wanted.version if wanted else None, "places": found})


@router.post("/bai/{id}/gui-lai")
def resend(asked: Annotated[Asked, needs_article(Action.publish)]) -> Response:
    """Send the article's present state to all who show it once more."""
    sending.resend(engine("ingest"), asked.id, asked.who.actor)
    return back(f"/desk/bai/{asked.id}/len-trang", "Đã gửi lại.")


def _look(article_id: int, wanted: Public, names: list[str]) -> list[dict[str, Any]]:
    return [_status(article_id, wanted, place) for place in PLACES if place.name in names]


def _status(article_id: int, wanted: Public, place: Destination) -> dict[str, Any]:
    reason = ""
    try:
        done = place.holds(wanted)
    except Away as away:
        done, reason = False, _REASONS[str(away)]
    seconds = max(0.0, (datetime.now(UTC) - wanted.at).total_seconds())
    told = {"name": place.name, "seconds": round(seconds, 2), "reason": ""}
    if done:
        return told | {"state": "shown"}
    if place.only_news and wanted.shown and _is_old(wanted):
        return told | {"state": "past", "reason": "Bài cũ: chỗ này chỉ có tin mới và bài được ghim."}
    if seconds < _LATE_SECONDS:
        return told | {"state": "waiting"}
    return told | {
        "state": "late",
        "reason": reason or _REASONS[sending.stuck(engine("ingest"), article_id, place.queue)],
    }


def _is_old(wanted: Public) -> bool:
    at = wanted.state.published_at
    return at is not None and (datetime.now(UTC) - at).total_seconds() > _NEWS_SECONDS


# ---------------------------------------------------------------- asking the readers' site


def _on_page(wanted: Public) -> bool:
    status, body = _get(f"/api/articles/{wanted.state.id}")
    if not wanted.shown:
        return status in (404, 410)
    return status == 200 and int(_json(body).get("version", 0)) >= wanted.version


def _in_search(wanted: Public) -> bool:
    status, body = _get(f"/api/search?q={quote(wanted.state.title[:200])}&size=20")
    if status == 503:
        raise Away("search")
    titles = {hit.get("id"): hit.get("title") for hit in _json(body).get("results", ())} if status == 200 else {}
    if not wanted.shown:
        return status == 200 and wanted.state.id not in titles
    return titles.get(wanted.state.id) == wanted.state.title


def _in_feed(wanted: Public) -> bool:
    return _is_listed("/rss.xml", wanted)


def _on_home(wanted: Public) -> bool:
    return _is_listed("/", wanted)


def _is_listed(path: str, wanted: Public) -> bool:
    status, body = _get(path)
    address = article_path(wanted.state.section_slug, wanted.state.slug, wanted.state.id).encode()
    # The id ends the address: "…-12" must not be found in "…-123".
    listed = any(not body[at : at + 1].isdigit() for at in _ends(body, address))
    return status == 200 and listed == wanted.shown


def _ends(body: bytes, wanted: bytes) -> list[int]:
    found, at = [], body.find(wanted)
    while at >= 0:
        found.append(at + len(wanted))
        at = body.find(wanted, at + 1)
    return found


PLACES = (
    Destination("page", "Trang bài", Queue.page, _on_page),
    Destination("home", "Trang nhất", Queue.page, _on_home, only_news=True),
    Destination("feed", "Nguồn tin RSS", Queue.page, _in_feed, only_news=True),
    Destination("search", "Tìm kiếm", Queue.index, _in_search),
)


def _url(wanted: Public) -> str:
    state = wanted.state
    return get_settings().site_url + article_path(state.section_slug, state.slug, state.id)


def _json(body: bytes) -> dict[str, Any]:
    try:
        read = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return read if isinstance(read, dict) else {}


def _get(path: str) -> tuple[int, bytes]:
    """(status, body). Raises Away."""
    url = get_settings().site_url + path
    headers = {"User-Agent": "toasoan-desk", "Cache-Control": "no-cache"}
    try:
        # Of a page that is too long its beginning is enough.
        answer = call("GET", url, seconds=_ASK_SECONDS, headers=headers, max_bytes=_MAX_BYTES, cut=True)
    except CallFailed:
        raise Away("away") from None
    return answer.status, answer.body
