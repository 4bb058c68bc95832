"""From a template to an answer: the frame of every page, navigation, flash messages, what templates can say."""

import base64
import binascii
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from services.ingest.desk_kit.session import cookie_name, csrf_token, set_cookie
from services.ingest.desk_kit.static_files import static_url
from services.ingest.kit import rights
from services.ingest.kit.actors import Account
from services.ingest.kit.requests import json_answer
from services.ingest.kit.rights import ROLE_NAMES, Action
from shared.settings import get_settings
from shared.vietnamese.dates import VIETNAM, house_time, short_date
from shared.vietnamese.text import thousands

if TYPE_CHECKING:
    from jinja2 import Environment

_FEATURES = Path(__file__).parent.parent
TEMPLATES = sorted(_FEATURES.glob("*/templates"))
"""Where pages lie, a folder a feature: no name is there twice."""
STATUS_NAMES = {
    "draft": "Bản nháp",
    "submitted": "Chờ biên tập",
    "edited": "Đã biên tập",
    "approved": "Đã duyệt",
    "scheduled": "Hẹn giờ",
    "published": "Đang xuất bản",
    "unpublished": "Đã gỡ",
    "withdrawn": "Đã rút",
}
ACTION_NAMES = {
    "saved": "lưu",
    "changed": "sửa",
    "prepared": "chuẩn bị bản sau",
    "updated": "cập nhật bài trên trang",
    "discarded": "bỏ bản chuẩn bị",
    "submitted": "gửi biên tập",
    "edited": "biên tập xong",
    "approved": "duyệt",
    "sent_back": "trả lại",
    "draft": "đưa về bản nháp",
    "scheduled": "hẹn giờ",
    "unscheduled": "bỏ hẹn giờ",
    "published": "xuất bản",
    "unpublished": "gỡ bài",
    "withdrawn": "rút bài",
    "corrected": "cải chính",
    "live_closed": "kết thúc tường thuật",
    "restored": "khôi phục",
}


@dataclass(frozen=True, slots=True)
class NavItem:
    """A link of the navigation, shown to who may do `action`; `group` is "Nội dung", "Tòa soạn" or "Quản trị".

    `key` is a letter: g then the letter goes there from anywhere.
    """

    path: str
    label: str
    action: Action
    group: str = "Nội dung"
    key: str = ""


_GROUPS = ("Nội dung", "Tòa soạn", "Quản trị")
NAV: list[NavItem] = []
"""Filled from the modules' own NAV when the app is made."""


def page(request: Request, who: Account | None, template: str, status: int = 200, **context: Any) -> Response:
    """A page from a template of a feature's folder `templates`, with the frame's own variables."""
    token = getattr(request.state, "token", "")
    flash = _flash(request)
    common = {
        "who": who,
        "path": "/desk" + request.scope["path"].removeprefix("/desk"),
        "csrf_token": csrf_token(token) if token else "",
        "nav": _nav(who),
        "flash": flash,
        "may": (lambda name, **of: rights.may(who, Action[name], **of)) if who else (lambda *_, **__: False),
    }
    html = environment().get_template(template).render(common | context)
    answer = Response(html, status, media_type="text/html; charset=utf-8")
    if flash is not None:
        set_cookie(answer, "", "tin")
    return answer


def back(path: str, message: str = "", kind: str = "ok") -> Response:
    """After a form: go to `path` (inside the desk) and say `message` there. `kind` is ok, warn or error."""
    return _saying(RedirectResponse(path, 303), message, kind)


def done(request: Request, path: str, message: str = "", kind: str = "ok", **told: Any) -> Response:
    """The same; the desk's scripts are told where to go, in "to", and whatever else they want to know."""
    if wants_html(request):
        return back(path, message, kind)
    if "x-stays" in request.headers:
        # A page that goes nowhere says it itself.
        return json_answer(told | {"said": message})
    return _saying(json_answer(told | {"to": path}), message, kind)


def _saying(answer: Response, message: str, kind: str) -> Response:
    if message:
        packed = base64.urlsafe_b64encode(orjson.dumps([kind, message[:800]])).decode()
        set_cookie(answer, packed, "tin", 60)
    return answer


def wants_html(request: Request) -> bool:
    """Whether a person's browser asks, not one of the desk's scripts."""
    return "text/html" in request.headers.get("accept", "")


@lru_cache(maxsize=1)
def environment() -> "Environment":
    """Jinja with autoescape. Loaded at the first page: it costs memory that the API alone does not need."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {
        "static": static_url,
        "new_key": partial(secrets.token_hex, 16),
        "site_name": get_settings().site_name,
        "site_url": get_settings().site_url,
        "role_names": ROLE_NAMES,
        "action_names": ACTION_NAMES,
        "status_names": STATUS_NAMES,
    }
    filters: dict[str, Callable[..., Any]] = {
        "house_time": house_time,
        "when": when,
        "age": age,
        "short_date": short_date,
        "thousands": thousands,
        "local_input": local_input,
    }
    made.filters |= filters
    return made


def when(moment: datetime | None) -> str:
    """ "17:59" today, "17:59, 09/01" this year, else "17:59, 09/01/2023"; "" for none."""
    if moment is None:
        return ""
    local, now = moment.astimezone(VIETNAM), datetime.now(VIETNAM)
    if local.date() == now.date():
        return f"{local:%H:%M}"
    return f"{local:%H:%M, %d/%m}" if local.year == now.year else f"{local:%H:%M, %d/%m/%Y}"


def age(moment: datetime) -> str:
    """How long ago: "vừa xong", "12 phút", "3 giờ", "2 ngày"."""
    minutes = int((datetime.now(UTC) - moment).total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} phút" if minutes > 0 else "vừa xong"
    return f"{minutes // 60} giờ" if minutes < 2880 else f"{minutes // 1440} ngày"


def local_input(moment: datetime | None) -> str:
    """The value of an <input type="datetime-local">."""
    return f"{moment.astimezone(VIETNAM):%Y-%m-%dT%H:%M}" if moment else ""


def _nav(who: Account | None) -> dict[str, list[NavItem]]:
    groups: dict[str, list[NavItem]] = {name: [] for name in _GROUPS}
    for item in NAV if who and not who.must_change_password else []:
        if who and rights.may(who, item.action):
            groups[item.group].append(item)
    return {name: items for name, items in groups.items() if items}


def _flash(request: Request) -> tuple[str, str] | None:
    packed = request.cookies.get(cookie_name("tin"))
    if not packed:
        return None
    try:
        kind, message = orjson.loads(base64.urlsafe_b64decode(packed))
    except (ValueError, binascii.Error, TypeError):
        return None
    return (kind if kind in ("ok", "warn", "error") else "ok", str(message)[:800])
