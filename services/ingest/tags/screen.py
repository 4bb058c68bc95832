"""Tags at the desk: which are merged into which."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from services.ingest.desk_kit.forms import Form
from services.ingest.desk_kit.pages import NavItem, back, page
from services.ingest.desk_kit.session import needs
from services.ingest.kit.actors import Account
from services.ingest.kit.rights import Action
from services.ingest.tags import store
from shared.contracts.addresses import tag_path
from shared.database import engine

router = APIRouter()
_HERE = "/desk/tu-khoa"
NAV = (NavItem(_HERE, "Từ khóa", Action.tags, group="Tòa soạn"),)


@router.get("/tu-khoa")
def show(request: Request, who: Annotated[Account, needs(Action.tags)]) -> Response:
    return page(request, who, "tags.html", merges=store.listed(engine("ingest")), tag_path=tag_path)


@router.post("/tu-khoa/gop")
def merge(who: Annotated[Account, needs(Action.tags)], form: Form) -> Response:
    name, into = (form.text(field, store.MAX_CHARS) for field in ("name", "into"))
    store.merge(engine("ingest"), who.actor, name, into)
    return back(_HERE, f"Đã gộp “{name}” vào “{into}”; trang từ khóa đổi sau vài giây.")


@router.post("/tu-khoa/{slug}/tach")
def part(slug: Annotated[str, Path(max_length=80)], who: Annotated[Account, needs(Action.tags)]) -> Response:
    store.part(engine("ingest"), who.actor, slug)
    return back(_HERE, "Đã bỏ gộp; bài trở về từ khóa cũ sau vài giây.")
