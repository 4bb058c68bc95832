"""Who may do what at the desk: one table, asked by every endpoint, shown to people on the page of roles.

A reach says on which articles: `own` those one has made, `section` those of one's sections and
one's own, `all` every one. Actions without an article are allowed with any reach but `none`.
"""

from enum import IntEnum, StrEnum

from services.ingest.kit.actors import Account, Actor, Role, Scope
from services.ingest.kit.errors import Forbidden


class Reach(IntEnum):
    none = 0
    own = 1
    section = 2
    all = 3


class Action(StrEnum):
    """What an endpoint does; the value is what people read."""

    self = "Xem và sửa tài khoản của mình"
    home = "Xem bàn làm việc"
    read = "Đọc bài chưa xuất bản"
    write = "Viết và sửa bài"
    live_write = "Viết cập nhật cho bài tường thuật trực tiếp"
    submit = "Gửi bài cho ban biên tập"
    edit = "Biên tập bài đã gửi, trả lại phóng viên, chuẩn bị bản sau của bài đang xuất bản"
    approve = "Duyệt bài"
    publish = "Xuất bản, hẹn giờ, gỡ bài, cập nhật bài đang xuất bản"
    withdraw = "Rút bài, đăng cải chính"
    export_copies = "Xuất bản lưu của những gì đã công khai"
    media_read = "Xem kho ảnh và video"
    media_write = "Tải lên, cắt và mô tả ảnh, video"
    media_remove = "Xóa ảnh, video mà không bài nào dùng"
    front_page = "Sắp xếp trang nhất"
    appearance = "Sửa giao diện trang bạn đọc"
    former_addresses = "Sửa mẫu địa chỉ của trang cũ"
    search_words = "Sửa từ đồng nghĩa và bài đứng đầu khi bạn đọc tìm"
    tags = "Gộp từ khóa"
    moderate = "Duyệt bình luận"
    tips = "Xem, nhận và bỏ tin bạn đọc gửi"
    statistics = "Xem số liệu bạn đọc"
    plan_read = "Xem lịch đề tài"
    plan = "Sửa lịch đề tài"
    authors = "Sửa danh sách tác giả, tên ký của ai"
    royalties_read = "Xem bảng nhuận bút"
    royalties = "Chấm nhuận bút"
    royalties_approve = "Duyệt bảng nhuận bút, sửa biểu mức"
    transfer = "Nhập, xuất dữ liệu; nguồn tin và webhook"
    opening = "Nhận lượt xem cũ của bài đưa từ nơi khác về"
    audit = "Xem nhật ký"
    sections = "Sửa chuyên mục và quy trình"
    users = "Quản lý tài khoản"
    keys = "Quản lý khóa API"
    ops_read = "Xem vận hành"
    ops_change = "Phát lại hoặc bỏ thư chết"


ROLE_NAMES = {
    Role.reporter: "Phóng viên",
    Role.editor: "Biên tập viên",
    Role.secretary: "Thư ký tòa soạn",
    Role.chief: "Tổng biên tập",
    Role.admin: "Quản trị",
    Role.ops: "Kỹ thuật",
}
_ORDER = (Role.reporter, Role.editor, Role.secretary, Role.chief, Role.admin, Role.ops)
_REACH = {"-": Reach.none, "own": Reach.own, "section": Reach.section, "all": Reach.all}


def _row(words: str) -> dict[Role, Reach]:
    return dict(zip(_ORDER, (_REACH[word] for word in words.split()), strict=True))


RIGHTS: dict[Action, dict[Role, Reach]] = {
    #                              reporter  editor  secretary  chief  admin  ops
    Action.self: _row("             all       all     all        all    all    all"),
    Action.home: _row("             all       all     all        all    all    all"),
    Action.read: _row("             section   section all        all    all    -"),
    Action.write: _row("            own       section all        all    all    -"),
    Action.live_write: _row("       section   section all        all    all    -"),
    Action.submit: _row("           own       section all        all    all    -"),
    Action.edit: _row("             -         section all        all    all    -"),
    Action.approve: _row("          -         -       all        all    all    -"),
    Action.publish: _row("          -         -       all        all    all    -"),
    Action.withdraw: _row("         -         -       all        all    all    -"),
    Action.export_copies: _row("    -         -       all        all    all    all"),
    Action.media_read: _row("       all       all     all        all    all    all"),
    Action.media_write: _row("      all       all     all        all    all    -"),
    Action.media_remove: _row("     own       own     all        all    all    -"),
    Action.front_page: _row("       -         -       all        all    all    -"),
    Action.appearance: _row("       -         -       all        all    all    -"),
    Action.former_addresses: _row(" -         -       all        all    all    -"),
    Action.search_words: _row("     -         all     all        all    all    -"),
    Action.tags: _row("             -         -       all        all    all    -"),
    Action.moderate: _row("         -         section all        all    all    -"),
    Action.tips: _row("             -         -       all        all    all    -"),
    Action.statistics: _row("       all       all     all        all    all    all"),
    Action.plan_read: _row("        all       all     all        all    all    all"),
    Action.plan: _row("             own       section all        all    all    -"),
    Action.authors: _row("          -         -       all        all    all    -"),
    Action.royalties_read: _row("   own       own     all        all    all    -"),
    Action.royalties: _row("        -         -       all        all    all    -"),
    Action.royalties_approve: _row("-         -       -          all    all    -"),
    Action.transfer: _row("         -         -       -          -      all    -"),
    Action.opening: _row("          -         -       -          -      all    -"),
    Action.audit: _row("            -         -       -          all    all    all"),
    Action.sections: _row("         -         -       -          all    all    -"),
    Action.users: _row("            -         -       -          -      all    -"),
    Action.keys: _row("             -         -       -          -      all    -"),
    Action.ops_read: _row("         -         -       -          all    all    all"),
    Action.ops_change: _row("       -         -       -          -      all    all"),
}
# What the scopes of a program's key open, of what is done to articles.
SCOPES = {
    Action.read: Scope.read,
    Action.write: Scope.draft,
    Action.live_write: Scope.draft,
    Action.submit: Scope.draft,
    Action.edit: Scope.draft,
    Action.approve: Scope.publish,
    Action.publish: Scope.publish,
    Action.withdraw: Scope.publish,
    Action.opening: Scope.opening,
}
_SEAL = "Bạn không có quyền làm việc này."


def reach(account: Account, action: Action) -> Reach:
    """How far an account's right to do something goes."""
    return RIGHTS[action][account.role]


def may(account: Account, action: Action, *, section_id: int | None = None, owner: str | None = None) -> bool:
    """Whether an account may do something at all, or to the article of that section and maker ("user:…")."""
    how_far = reach(account, action)
    if section_id is None and owner is None:
        return how_far > Reach.none
    if how_far in (Reach.none, Reach.all):
        return how_far is Reach.all
    is_own = owner == account.actor_name
    return is_own or (how_far is Reach.section and section_id is not None and account.works_at(section_id))


def actor_may(actor: Actor, action: Action, *, section_id: int | None = None, owner: str | None = None) -> bool:
    """`may` for whoever changes an article: a person by the role, a program by its scopes."""
    if actor.account is not None:
        return may(actor.account, action, section_id=section_id, owner=owner)
    return actor.may(SCOPES[action])


def require(account: Account, action: Action, *, section_id: int | None = None, owner: str | None = None) -> None:
    """Raises Forbidden where `may` says no."""
    if not may(account, action, section_id=section_id, owner=owner):
        raise Forbidden(_SEAL)


def allowed_sections(account: Account, action: Action) -> frozenset[int] | None:
    """The sections whose articles an account may do something with; None means all of them.

    With reach `own` or `none` there is no such section: what is one's own has to be looked for by its maker.
    """
    how_far = reach(account, action)
    if how_far is Reach.all or (how_far is Reach.section and account.all_sections):
        return None
    return account.section_ids if how_far is Reach.section else frozenset()
