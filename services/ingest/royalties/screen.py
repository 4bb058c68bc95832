"""Royalties: a month's sheet, its adjustments and approval; the rates."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from services.ingest.accounts.store import directory
from services.ingest.authors.store import authors
from services.ingest.desk_kit import people
from services.ingest.desk_kit.forms import Form, RowId
from services.ingest.desk_kit.pages import NavItem, back, page
from services.ingest.desk_kit.session import needs
from services.ingest.kit import rights
from services.ingest.kit.actors import Account
from services.ingest.kit.errors import Invalid
from services.ingest.kit.rights import Action, Reach
from services.ingest.royalties.store import ledger, rates
from services.ingest.royalties.store.sheet import sheet, tables
from shared.database import engine
from shared.vietnamese.dates import vietnam_day
from shared.vietnamese.matching import name_key
from shared.views.export import XLSX_TYPE, to_xlsx

router = APIRouter()
NAV = (NavItem("/desk/nhuan-but", "Nhuận bút", Action.royalties_read, group="Tòa soạn", key="r"),)
_HERE = "/desk/nhuan-but"
_LINES = 200


@router.get("/nhuan-but")
def month(
    request: Request,
    who: Annotated[Account, needs(Action.royalties_read)],
    trang: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """The sums of a month, and page `trang` of its lines."""
    wanted = request.query_params.get("thang", "") or _last_month()
    own = authors.keys_of(engine("ingest"), who.id)
    found = sheet(engine("ingest"), wanted)
    found = found.only(own) if _only_own(who) else found
    if request.query_params.get("xuat") == "xlsx":
        name = f'attachment; filename="nhuan-but-{wanted}.xlsx"'
        return Response(to_xlsx(tables(found)), headers={"Content-Disposition": name}, media_type=XLSX_TYPE)
    this_month = rates.current_month(vietnam_day(datetime.now(UTC)))
    actors = {line.by for line in found.lines if line.by} | ({found.approved_by} - {""})
    first = (trang - 1) * _LINES
    return page(
        request, who, "royalties.html", sheet=found, month=wanted, is_over=wanted < this_month, kinds=rates.KINDS,
        lines=found.lines[first : first + _LINES], page=trang, pages=-(-len(found.lines) // _LINES),
        role_name=rates.role_name, names=people.names(engine("ingest"), actors), own=_only_own(who), own_names=own,
        account_of=_account_of(), accounts=_accounts(who),
    )  # fmt: skip


@router.post("/nhuan-but/{month}/nguoi-nhan")
def link(month: str, who: Annotated[Account, needs(Action.royalties)], form: Form) -> Response:
    """Say whose account a name in bylines is."""
    authors.give_account(engine("ingest"), who.actor, form.text("author", 200), form.number("account_id"))
    return back(f"{_HERE}?thang={rates.month_of(month)}", "Đã ghi người nhận.")


@router.post("/nhuan-but/{month}/dieu-chinh")
def adjust(month: str, who: Annotated[Account, needs(Action.royalties)], form: Form) -> Response:
    amount = form.amount("amount")
    if amount is None:
        raise Invalid.of("amount", "Hãy ghi số tiền.")
    ledger.adjust(
        engine("ingest"),
        who.actor,
        month,
        author=form.text("author", 200),
        amount=amount,
        reason=form.text("reason", 500),
        article_id=form.number("article_id"),
        sent=form.sent(who.id),
    )
    return back(f"{_HERE}?thang={month}", "Đã ghi khoản điều chỉnh.")


@router.post("/nhuan-but/dieu-chinh/{adjustment}/bo")
def take_back(adjustment: RowId, who: Annotated[Account, needs(Action.royalties)]) -> Response:
    month = ledger.take_back(engine("ingest"), who.actor, adjustment)
    return back(f"{_HERE}?thang={month}", "Đã bỏ khoản điều chỉnh.")


@router.post("/nhuan-but/{month}/duyet")
def approve(month: str, who: Annotated[Account, needs(Action.royalties_approve)], form: Form) -> Response:
    found = ledger.approve(engine("ingest"), who.actor, month, form.amount("total") or 0)
    total = f"{found.total:,}".replace(",", ".")
    return back(f"{_HERE}?thang={month}", f"Đã duyệt bảng nhuận bút: {total} đồng. Bảng không sửa được nữa.")


@router.get("/nhuan-but/muc")
def rates_page(request: Request, who: Annotated[Account, needs(Action.royalties)]) -> Response:
    found = rates.listed(engine("ingest"))
    roles = sorted({rate.role for rate in found} | {"", "tin", "bai", "anh", "video", "bien tap"})
    this_month = rates.current_month(vietnam_day(datetime.now(UTC)))
    return page(
        request, who, "rates.html", rates=found, kinds=rates.KINDS, roles=roles, this_month=this_month,
        role_name=rates.role_name,
    )  # fmt: skip


@router.post("/nhuan-but/muc")
def set_rate(who: Annotated[Account, needs(Action.royalties_approve)], form: Form) -> Response:
    amount = form.amount("amount")
    if amount is None:
        raise Invalid.of("amount", "Hãy ghi mức tiền.")
    rates.set_rate(
        engine("ingest"),
        who.actor,
        kind=form.text("kind"),
        role=form.text("role", 50),
        from_month=form.text("from_month"),
        amount=amount,
        per_picture=form.checked("per_picture"),
    )
    return back(f"{_HERE}/muc", "Đã đặt mức nhuận bút.")


@router.post("/nhuan-but/muc/{rate_id}/bo")
def remove_rate(rate_id: RowId, who: Annotated[Account, needs(Action.royalties_approve)]) -> Response:
    rates.remove(engine("ingest"), who.actor, rate_id)
    return back(f"{_HERE}/muc", "Đã bỏ mức nhuận bút.")


def _only_own(who: Account) -> bool:
    return rights.reach(who, Action.royalties_read) < Reach.all


def _accounts(who: Account) -> list[directory.ListedAccount]:
    """Whom a name can be, for who may say so."""
    if not rights.may(who, Action.royalties):
        return []
    return [one for one in directory.listed(engine("ingest")) if one.disabled_at is None]


def _account_of() -> Callable[[str], int | None]:
    """Whose account a name is."""
    known = authors.accounts_by_key(engine("ingest"))
    return lambda name: known.get(name_key(name))


def _last_month() -> str:
    """Royalties are worked on after their month: the one before this."""
    today = vietnam_day(datetime.now(UTC))
    year, month = (today.year - 1, 12) if today.month == 1 else (today.year, today.month - 1)
    return f"{year:04}-{month:02}"
