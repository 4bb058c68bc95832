"""The audit log: searched, checked against its chain, taken out as a table. Nobody can change it."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.ingest.articles.store import listing
from services.ingest.desk_kit import people
from services.ingest.desk_kit.pages import ACTION_NAMES, STATUS_NAMES, NavItem, back, page
from services.ingest.desk_kit.session import needs
from services.ingest.kit import audit, rights
from services.ingest.kit.actors import Account
from services.ingest.kit.rights import ROLE_NAMES, Action
from services.ingest.kit.tables import AuditRow
from shared.database import engine
from shared.vietnamese.dates import VIETNAM
from shared.vietnamese.text import one_line
from shared.views.export import CSV_TYPE, to_csv

router = APIRouter()
NAV = (NavItem("/desk/nhat-ky", "Nhật ký", Action.audit, group="Quản trị", key="n"),)
_PAGE = 100
_EXPORTED = 20_000
_TITLES = 500
SUBJECTS = {
    "article": "Bài", "comment": "Bình luận", "media": "Ảnh, video", "user": "Tài khoản", "section": "Chuyên mục",
    "key": "Khóa API", "feed": "Nguồn tin", "webhook": "Webhook", "royalty": "Nhuận bút", "plan": "Đề tài",
    "import": "Nhập dữ liệu", "front_page": "Trang nhất", "appearance": "Giao diện", "trending": "Đọc nhiều",
    "address_rules": "Địa chỉ cũ", "search_words": "Từ tìm kiếm", "dead_letter": "Thư chết", "author": "Tác giả",
    "tags": "Từ khóa", "portrait": "Chân dung", "figures": "Thời tiết, giá cả", "live": "Tường thuật",
    "comments": "Bình luận nhập", "tip": "Tin bạn đọc",
}  # fmt: skip
# What tells nothing of texts, plans and people's pay. Who looks after machines and may read none of those neither sees
# other lines nor can search in them.
_OF_THE_HOUSE = (
    "user", "section", "key", "webhook", "appearance", "address_rules", "search_words", "dead_letter", "tags",
)  # fmt: skip
_ACTS = ACTION_NAMES | {
    "written": "viết",
    "rejected": "từ chối",
    "kept": "giữ lại",
    "answered": "trả lời",
    "banned": "chặn người gửi",
    "ban_lifted": "bỏ chặn người gửi",
    "imported": "nhận từ tệp",
    "marked": "đánh dấu",
    "urgent": "đánh dấu tin khẩn",
    "not_urgent": "bỏ dấu tin khẩn",
    "opening_views": "nhận lượt xem cũ",
    "created": "tạo",
    "removed": "xóa",
    "logged_in": "đăng nhập",
    "disabled": "khóa",
    "enabled": "mở lại",
    "password_changed": "đổi mật khẩu",
    "password_reset": "đặt lại mật khẩu",
    "second_factor_on": "bật xác thực hai lớp",
    "second_factor_off": "tắt xác thực hai lớp",
    "passkey_added": "thêm khóa truy cập",
    "passkey_removed": "bỏ khóa truy cập",
    "secret_renewed": "đổi khóa ký",
    "handed_in": "nhận tệp",
    "merged": "gộp",
    "parted": "bỏ gộp",
    "added": "thêm",
    "adjusted": "điều chỉnh",
    "adjustment_removed": "bỏ điều chỉnh",
    "rate_set": "đặt mức",
    "rate_removed": "bỏ mức",
    "set": "đặt",
    "revoked": "thu hồi",
    "invited": "mời",
    "invitation_revoked": "thu hồi lời mời",
    "recovery_code_used": "dùng mã dự phòng",
    "sessions_ended": "kết thúc phiên",
    "resent": "gửi lại",
    "embargo": "giữ bài",
    "noted": "ghi chú",
    "rules": "sửa quy trình",
    "described": "sửa chú thích",
    "replayed": "phát lại",
    "dropped": "bỏ",
    "taken": "nhận",
    "received": "được gửi đến",
    "dismissed": "bỏ",
    "handed_over": "giao",
    "let_go": "thôi giữ",
    "signs": "gắn tên ký",
    "chosen": "chọn",
    "taken_away": "bỏ",
    "told": "đưa số mới",
    "address": "đổi địa chỉ",
}
_FIELDS = {
    "version": "phiên bản", "status": "trạng thái", "title": "tựa", "reason": "lý do", "role": "vai trò",
    "sections": "chuyên mục", "name": "tên", "article": "bài", "bytes": "byte", "total": "tổng", "until": "đến",
    "amount": "số tiền", "author": "tác giả", "kind": "thể loại", "from_month": "từ tháng", "scopes": "quyền",
    "prefix": "đầu khóa", "url": "địa chỉ", "dry_run": "chạy thử", "pinned": "ghim", "rule": "quy tắc",
    "position": "vị trí", "steps": "các bước", "approver": "người duyệt", "per_picture": "theo từng ảnh",
    "views": "lượt xem", "from": "từ", "to": "cho", "account_id": "tài khoản",
}  # fmt: skip


def act(action: str) -> str:
    """ "Bài: xuất bản" of "article.published"; what has no word stays as it is."""
    subject, _, verb = action.partition(".")
    return f"{SUBJECTS.get(subject, subject)}: {_ACTS.get(verb, verb.replace('_', ' '))}"


@router.get("/nhat-ky")
def listed(request: Request, who: Annotated[Account, needs(Action.audit)]) -> Response:
    asked, house = request.query_params, engine("ingest")
    actor, text = (one_line(asked.get(name, ""))[:200] for name in ("ai", "q"))
    is_reader = rights.may(who, Action.read)
    wanted: dict[str, Any] = {
        "actor": actor,
        "actors": people.actors(house, actor) if actor else (),
        "action": f"{asked['loai']}." if asked.get("loai") in SUBJECTS else "",
        "text": text,
        "subjects": [f"article:{one}" for one in listing.titled(house, text, _TITLES)] if text and is_reader else (),
        "since": _day(asked.get("tu", "")),
        "until": _day(asked.get("den", ""), whole=True),
        "kinds": None if is_reader else _OF_THE_HOUSE,
    }
    if asked.get("xuat") == "csv":
        return _file(audit.search(house, **wanted, limit=_EXPORTED))
    before = asked.get("truoc", "")
    page_end = int(before) if before.isascii() and before.isdigit() and len(before) < 18 else None
    found = audit.search(house, **wanted, before=page_end, limit=_PAGE + 1)
    names = people.names(house, {name for row in found for name in (row.actor, row.subject)})
    titles = listing.titles(house, {one for row in found if (one := _article(row.subject))})
    query = {name: value for name, value in asked.items() if name in ("ai", "loai", "q", "tu", "den") and value}
    return page(
        request, who, "audit.html", entries=found[:_PAGE], more=found[_PAGE - 1].id if len(found) > _PAGE else None,
        names=names, titles=titles, article_of=_article, act=act, detail=_words, asked=asked, query=query,
        subjects=SUBJECTS,
    )  # fmt: skip


@router.post("/nhat-ky/kiem-tra")
def verify(who: Annotated[Account, needs(Action.audit)]) -> Response:
    """Compute the whole chain again."""
    broken = audit.broken_at(engine("ingest"))
    if broken is None:
        number = f"{audit.length(engine('ingest')):,}".replace(",", ".")
        return back("/desk/nhat-ky", f"Nhật ký nguyên vẹn: {number} dòng nối nhau đúng.")
    return back("/desk/nhat-ky", f"Nhật ký không còn nguyên vẹn: chuỗi đứt ở dòng số {broken}.", "error")


def _file(found: list[AuditRow]) -> Response:
    rows = [(one.id, one.at, one.actor, one.action, one.subject, _detail(one.detail)) for one in found]
    content = to_csv(["Số", "Lúc", "Ai", "Việc", "Đối tượng", "Chi tiết"], rows)
    return Response(content, headers={"Content-Disposition": 'attachment; filename="nhat-ky.csv"'}, media_type=CSV_TYPE)


def _detail(detail: dict[str, Any]) -> str:
    """The detail in one line."""
    return "; ".join(
        f"{name}: {value if isinstance(value, str) else orjson.dumps(value).decode()}" for name, value in detail.items()
    )


def _words(detail: dict[str, Any]) -> str:
    """The same as people read it."""
    said = {}
    for name, value in detail.items():
        values = value if isinstance(value, list) else [value]
        said[_FIELDS.get(name, name)] = ", ".join(_word(name, one) for one in values) or "–"
    return _detail(said)


def _word(name: str, value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "–", True: "có", False: "không"}[value]
    if name in ("role", "approver"):
        return next((label for role, label in ROLE_NAMES.items() if role == value), str(value))
    return STATUS_NAMES.get(str(value), str(value)) if name == "status" else str(value)


def _article(subject: str) -> int:
    """The id in "article:12", 0 for what is no article."""
    kind, _, wanted = subject.partition(":")
    return int(wanted) if kind == "article" and wanted.isascii() and wanted.isdigit() else 0


def _day(text: str, whole: bool = False) -> datetime | None:
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=VIETNAM)
        day = day + timedelta(days=1) if whole else day
        day.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return day
