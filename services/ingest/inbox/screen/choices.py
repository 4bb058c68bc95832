"""How a person wants to be told."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.ingest.accounts.store.sessions import browser_name
from services.ingest.desk_kit.forms import Form, RowId
from services.ingest.desk_kit.pages import back, done, page
from services.ingest.desk_kit.session import needs
from services.ingest.inbox import rules, webpush
from services.ingest.inbox.store import browsers, choices
from services.ingest.kit.actors import Account
from services.ingest.kit.errors import NotFound
from services.ingest.kit.rights import Action
from shared import clock
from shared.database import engine, read
from shared.settings import get_settings

router = APIRouter()
_HERE = "/desk/viec/cach-bao"


@router.get("/viec/cach-bao")
def shown(request: Request, who: Annotated[Account, needs(Action.home)]) -> Response:
    with read(engine("ingest")) as connection:
        choice = choices.of(connection, who.id)
    return page(
        request, who, "inbox_choices.html", choice=choice, kinds=rules.KINDS, has_mail=bool(get_settings().smtp_host),
        refusals=choices.refusals(engine("ingest"), [who.id]), browsers=browsers.of(engine("ingest"), who.id),
        house_key=webpush.encode(webpush.public(webpush.house_key())),
    )  # fmt: skip


@router.post("/viec/cach-bao")
def choose(who: Annotated[Account, needs(Action.home)], form: Form) -> Response:
    quiet = ("", "") if not form.checked("quiet") else (form.text("quiet_from", 5), form.text("quiet_until", 5))
    choice = rules.InboxChoice(frozenset(form.many("mail")), frozenset(form.many("push")), *quiet)
    choices.choose(engine("ingest"), who.id, choice)
    return back(_HERE, "Đã lưu cách báo.")


@router.post("/viec/trinh-duyet")
def add_browser(request: Request, who: Annotated[Account, needs(Action.home)], form: Form) -> Response:
    """The browser that asks, as its push service has it."""
    named = {name: form.text(name, 2000) for name in ("endpoint", "browser_key", "auth")}
    name = browser_name(request.headers.get("user-agent", "")) or "Trình duyệt"
    browsers.add(engine("ingest"), who.id, **named, name=name, now=clock.moment())
    return done(request, _HERE, "Trình duyệt này sẽ hiện thông báo.")


@router.post("/viec/trinh-duyet/{browser_id}/bo")
def remove_browser(browser_id: RowId, who: Annotated[Account, needs(Action.home)]) -> Response:
    if not browsers.remove(engine("ingest"), browser_id, who.id):
        raise NotFound("Không có trình duyệt này.")
    return back(_HERE, "Trình duyệt ấy thôi nhận thông báo.")
