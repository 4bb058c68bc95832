"""API keys: made with scopes and an end, shown once, revoked at once."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.ingest.accounts.store import keys
from services.ingest.desk_kit.forms import Form
from services.ingest.desk_kit.pages import NavItem, back, page
from services.ingest.desk_kit.session import needs, needs_proof
from services.ingest.kit.actors import Account, Scope
from services.ingest.kit.errors import Invalid, NotFound
from services.ingest.kit.rights import Action
from shared.database import engine

router = APIRouter()
NAV = (NavItem("/desk/khoa", "Khóa API", Action.keys, group="Quản trị"),)
SCOPES = {
    Scope.read: "Đọc bài ở mọi trạng thái",
    Scope.draft: "Viết bài nháp, tải ảnh (gồm cả đọc)",
    Scope.publish: "Xuất bản và mọi việc với bài, ảnh, chuyên mục",
}
OPENING = "Nhận lượt xem cũ của bài (earlier_views)"


@router.get("/khoa")
def listed(request: Request, who: Annotated[Account, needs(Action.keys)]) -> Response:
    return _page(request, who)


@router.post("/khoa")
def create(request: Request, who: Annotated[Account, needs_proof(Action.keys)], form: Form) -> Response:
    """The key stands on the answer and nowhere else."""
    scope, until = form.text("scope"), form.time("expires_at")
    try:
        if scope not in SCOPES:
            raise Invalid.of("scope", "Hãy chọn quyền của khóa.")
        if until is not None and until <= datetime.now(UTC):
            raise Invalid.of("expires_at", "Ngày hết hạn đã qua.")
        more = [Scope.opening] if form.text("opening") else []
        key = _made(form.text("name"), [scope, *more], until, who)
    except Invalid as invalid:
        return _page(request, who, 422, errors=invalid.errors)
    return _page(request, who, key=key)


@router.post("/khoa/thu-hoi")
def revoke(who: Annotated[Account, needs(Action.keys)], form: Form) -> Response:
    if not keys.revoke_key(form.text("name"), by=who.actor_name, engine=engine("ingest")):
        raise NotFound("Không có khóa nào đang dùng tên này.")
    return back("/desk/khoa", "Đã thu hồi khóa.")


def _made(name: str, scopes: list[str], until: datetime | None, who: Account) -> str:
    try:
        return keys.create_key(name, scopes, expires_at=until, by=who.actor_name, engine=engine("ingest"))
    except ValueError:
        raise Invalid.of("name", "Khóa cần một tên (nhiều nhất 100 ký tự) chưa có khóa nào đang dùng.") from None


def _page(
    request: Request, who: Account, status: int = 200, *, key: str = "", errors: list[dict[str, str]] | None = None
) -> Response:
    return page(
        request,
        who,
        "keys.html",
        status,
        keys=keys.list_keys(engine("ingest")),
        scopes=SCOPES,
        opening=OPENING,
        key=key,
        errors=errors or [],
        now=datetime.now(UTC),
    )
