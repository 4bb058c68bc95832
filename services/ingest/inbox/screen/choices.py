"""How a person wants to be told."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.ingest.desk_kit.forms import Form
from services.ingest.desk_kit.pages import back, page
from services.ingest.desk_kit.session import needs
from services.ingest.inbox import rules
from services.ingest.inbox.store import choices
from services.ingest.kit.actors import Account
from services.ingest.kit.rights import Action
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
        refusals=choices.refusals(engine("ingest"), [who.id]),
    )  # fmt: skip


@router.post("/viec/cach-bao")
def choose(who: Annotated[Account, needs(Action.home)], form: Form) -> Response:
    quiet = ("", "") if not form.checked("quiet") else (form.text("quiet_from", 5), form.text("quiet_until", 5))
    choices.choose(engine("ingest"), who.id, rules.InboxChoice(frozenset(form.many("mail")), *quiet))
    return back(_HERE, "Đã lưu cách báo.")
