"""Changing a month: adjustments while it is open, approval once it is over, nothing after that."""

from datetime import UTC, date, datetime

from sqlalchemy import Connection, Engine, delete, insert, select

from services.ingest.articles.tables import articles
from services.ingest.kit import audit
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Conflict, Invalid, NotFound
from services.ingest.kit.once import Sent, making
from services.ingest.royalties.store.rates import MOST, current_month, month_of
from services.ingest.royalties.store.sheet import Sheet, as_rows, sheet_in
from services.ingest.royalties.tables import RoyaltyAdjustmentRow, royalty_adjustments, royalty_sheets
from shared.database import AdvisoryLock, take_lock, write
from shared.records import record
from shared.vietnamese.dates import vietnam_day
from shared.vietnamese.text import one_line, slug

_NOT_HERE = "Không có khoản điều chỉnh này."


def adjust(
    engine: Engine,
    actor: Actor,
    month: str,
    *,
    author: str,
    amount: int,
    reason: str,
    article_id: int | None = None,
    sent: Sent | None = None,
) -> int:
    """Add to what somebody gets, or take away from it; returns the adjustment's id. Raises Invalid, Conflict."""
    month_of(month)
    name = one_line(author)
    if not slug(name) or len(name) > 200:
        raise Invalid.of("author", "Hãy ghi tên tác giả.")
    if not amount or abs(amount) > MOST:
        raise Invalid.of("amount", "Số tiền phải khác 0 và không quá một tỷ đồng.")
    if len(reason) < 3:
        raise Invalid.of("reason", "Hãy ghi lý do điều chỉnh.")
    row = {
        "month": month, "author_slug": slug(name), "author_name": name, "article_id": article_id, "amount": amount,
        "reason": reason, "by": actor.name, "at": datetime.now(UTC),
    }  # fmt: skip

    def work(connection: Connection) -> int:
        _require_open(connection, month)
        known = select(articles.c.id).where(articles.c.id == article_id)
        if article_id is not None and connection.execute(known).first() is None:
            raise Invalid.of("article_id", "Không có bài mang mã này.")
        made = insert(royalty_adjustments).values(row).returning(royalty_adjustments.c.id)
        adjustment = int(connection.execute(made).scalar_one())
        detail = {"author": name, "amount": amount, "reason": reason}
        audit.append(connection, actor.name, "royalty.adjusted", f"royalties:{month}", detail)
        return adjustment

    return making(engine, sent, work)


def take_back(engine: Engine, actor: Actor, adjustment: int) -> str:
    """Remove an adjustment of an open month; returns the month. Raises NotFound, Conflict."""
    mine = royalty_adjustments.c.id == adjustment
    with write(engine) as connection:
        row = record(connection.execute(select(royalty_adjustments).where(mine)), RoyaltyAdjustmentRow)
        if row is None:
            raise NotFound(_NOT_HERE)
        _require_open(connection, row.month)
        if not connection.execute(delete(royalty_adjustments).where(mine)).rowcount:
            raise NotFound(_NOT_HERE)
        detail = {"author": row.author_name, "amount": row.amount, "reason": row.reason}
        audit.append(connection, actor.name, "royalty.adjustment_removed", f"royalties:{row.month}", detail)
    return row.month


def approve(engine: Engine, actor: Actor, month: str, total: int, today: date | None = None) -> Sheet:
    """Approve a month that is over, as the approver saw it: `total` is what stood on the page.

    Raises Invalid, Conflict (approved already, not over yet, works without a rate, or the sum has changed).
    """
    if month_of(month) >= current_month(today or vietnam_day(datetime.now(UTC))):
        raise Conflict("Tháng chưa hết, chưa duyệt được.")
    with write(engine) as connection:
        _require_open(connection, month)
        found = sheet_in(connection, month)
        if found.missing:
            raise Conflict("Còn tác phẩm chưa có mức nhuận bút; hãy bổ sung biểu mức trước khi duyệt.")
        if found.total != total:
            raise Conflict("Bảng đã thay đổi từ khi bạn mở trang; hãy xem lại rồi duyệt.")
        row = {
            "month": month, "lines": as_rows(found), "total": found.total, "approved_by": actor.name,
            "approved_at": datetime.now(UTC),
        }  # fmt: skip
        connection.execute(insert(royalty_sheets).values(row))
        audit.append(connection, actor.name, "royalty.approved", f"royalties:{month}", {"total": found.total})
        return sheet_in(connection, month)


def _require_open(connection: Connection, month: str) -> None:
    """Raises Conflict for an approved month. Who changes a month and who approves it wait for each other."""
    take_lock(connection, AdvisoryLock.royalties)
    if connection.execute(select(royalty_sheets.c.month).where(royalty_sheets.c.month == month)).first() is not None:
        raise Conflict(f"Bảng nhuận bút tháng {month[5:]}/{month[:4]} đã duyệt, không sửa được nữa.")
