"""Addresses of the former site: the newsroom's rules, whom they led, and what readers ask for in vain."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.ingest.desk_kit.asking import ask
from services.ingest.desk_kit.forms import Form, RowId
from services.ingest.desk_kit.pages import NavItem, back, page
from services.ingest.desk_kit.session import needs
from services.ingest.former_addresses import store
from services.ingest.kit.actors import Account
from services.ingest.kit.rights import Action
from shared.address_rules import MAX_PATTERN_CHARS, MAX_TARGET_CHARS
from shared.contracts.commands import AddressUseAnswer, ListAddressUse
from shared.database import engine

router = APIRouter()
_HERE = "/desk/dia-chi-cu"
NAV = (NavItem(_HERE, "Địa chỉ cũ", Action.former_addresses, group="Tòa soạn"),)
_LOST_SHOWN = 100


@router.get("/dia-chi-cu")
def show(request: Request, who: Annotated[Account, needs(Action.former_addresses)], tu: str = "") -> Response:
    """`tu` fills in the form of a new rule: an address of the list of those that were not found."""
    use: AddressUseAnswer | None = ask(ListAddressUse(size=_LOST_SHOWN))
    rules = store.listed(engine("ingest"))
    return page(request, who, "former_addresses.html", rules=rules, use=use, begin=tu[:MAX_PATTERN_CHARS])


@router.post("/dia-chi-cu/moi")
def add(who: Annotated[Account, needs(Action.former_addresses)], form: Form) -> Response:
    store.add(engine("ingest"), who.actor, *_typed(form))
    return back(_HERE, "Đã thêm mẫu địa chỉ; bạn đọc được chuyển sau vài giây.")


@router.post("/dia-chi-cu/{rule_id}")
def change(rule_id: RowId, who: Annotated[Account, needs(Action.former_addresses)], form: Form) -> Response:
    store.change(engine("ingest"), who.actor, rule_id, *_typed(form))
    return back(_HERE, "Đã lưu mẫu địa chỉ.")


@router.post("/dia-chi-cu/{rule_id}/xoa")
def remove(rule_id: RowId, who: Annotated[Account, needs(Action.former_addresses)]) -> Response:
    store.remove(engine("ingest"), who.actor, rule_id)
    return back(_HERE, "Đã xóa mẫu địa chỉ.")


def _typed(form: Form) -> tuple[str, str]:
    return form.text("pattern", MAX_PATTERN_CHARS), form.text("target", MAX_TARGET_CHARS)
