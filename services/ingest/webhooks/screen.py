"""Webhooks: endpoints, what they are told, what did not arrive."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.ingest.desk_kit.forms import Form, RowId
from services.ingest.desk_kit.pages import NavItem, back, page
from services.ingest.desk_kit.session import needs
from services.ingest.kit import tries
from services.ingest.kit.actors import Account
from services.ingest.kit.errors import NotFound
from services.ingest.kit.fetching import Fetcher
from services.ingest.kit.rights import Action
from services.ingest.webhooks.store import endpoints as store
from shared.database import engine
from shared.limits import bounded

router = APIRouter()
NAV = (NavItem("/desk/webhook", "Webhook", Action.transfer, group="Quản trị"),)
_HERE = "/desk/webhook"
STATES = {"waiting": "Đang chờ", "sent": "Đã nhận", "given_up": "Bỏ, không nhận"}


@router.get("/webhook")
def listed(request: Request, who: Annotated[Account, needs(Action.transfer)]) -> Response:
    return page(request, who, "webhooks.html", hooks=store.listed(engine("ingest")), kinds=store.KINDS)


@router.post("/webhook/moi")
def add(who: Annotated[Account, needs(Action.transfer)], form: Form) -> Response:
    url = form.text("url", 2000)
    Fetcher().check(url)
    name, kinds = form.text("name"), form.many("kind")
    made = store.create(engine("ingest"), who.actor, name=name, url=url, kinds=kinds, sent=form.sent(who.id))
    return back(f"{_HERE}/{made}", "Đã thêm webhook. Hãy chép khóa ký cho bên nhận.")


@router.get("/webhook/{hook_id}")
def one(request: Request, hook_id: RowId, who: Annotated[Account, needs(Action.transfer)]) -> Response:
    found = next((hook for hook in store.listed(engine("ingest")) if hook.id == hook_id), None)
    if found is None:
        raise NotFound("Không có webhook này.")
    return page(
        request, who, "webhook.html", hook=found, kinds=store.KINDS, states=STATES,
        deliveries=store.deliveries(engine("ingest"), hook_id),
    )  # fmt: skip


@router.post("/webhook/{hook_id}")
def change(hook_id: RowId, who: Annotated[Account, needs(Action.transfer)], form: Form) -> Response:
    url = form.text("url", 2000)
    Fetcher().check(url)
    store.change(engine("ingest"), who.actor, hook_id, name=form.text("name"), url=url, kinds=form.many("kind"))
    return back(f"{_HERE}/{hook_id}", "Đã lưu webhook.")


@router.post("/webhook/{hook_id}/bat")
def enable(hook_id: RowId, who: Annotated[Account, needs(Action.transfer)]) -> Response:
    store.enable(engine("ingest"), who.actor, hook_id)
    return back(f"{_HERE}/{hook_id}", "Đã bật lại; tin đang chờ được gửi ngay.")


@router.post("/webhook/{hook_id}/tat")
def disable(hook_id: RowId, who: Annotated[Account, needs(Action.transfer)]) -> Response:
    store.disable(engine("ingest"), who.actor, hook_id, f"{who.name} tắt.")
    return back(f"{_HERE}/{hook_id}", "Đã tắt webhook.")


@router.post("/webhook/{hook_id}/khoa-moi")
def renew_secret(hook_id: RowId, who: Annotated[Account, needs(Action.transfer)]) -> Response:
    store.renew_secret(engine("ingest"), who.actor, hook_id)
    return back(f"{_HERE}/{hook_id}", "Đã đổi khóa ký; hãy chép khóa mới cho bên nhận.")


@router.post("/webhook/{hook_id}/thu")
def ping(hook_id: RowId, who: Annotated[Account, needs(Action.transfer)]) -> Response:
    tries.take(bounded(f"webhook {hook_id}", tries.OUTSIDE))
    store.ping(engine("ingest"), hook_id)
    return back(f"{_HERE}/{hook_id}", "Đã xếp một tin thử; kết quả hiện ở danh sách trong vài giây.")


@router.post("/webhook/{hook_id}/xoa")
def remove(hook_id: RowId, who: Annotated[Account, needs(Action.transfer)]) -> Response:
    store.remove(engine("ingest"), who.actor, hook_id)
    return back(_HERE, "Đã xóa webhook.")
