"""Weather and prices at the desk: typed, or fetched from an address."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import ValidationError

from services.ingest.desk_kit.forms import Fields, Form
from services.ingest.desk_kit.pages import NavItem, back, page
from services.ingest.desk_kit.session import needs
from services.ingest.figures import store
from services.ingest.kit.actors import Account
from services.ingest.kit.errors import Invalid
from services.ingest.kit.fetching import Fetcher
from services.ingest.kit.rights import Action
from shared import clock
from shared.contracts.events import MAX_FIGURES, Figure
from shared.database import engine

router = APIRouter()
_HERE = "/desk/thoi-tiet-gia-ca"
NAV = (NavItem(_HERE, "Thời tiết, giá cả", Action.front_page, group="Tòa soạn"),)
_FREE_LINES = 3
_HOURS = {"3": "3 giờ", "12": "12 giờ", "24": "24 giờ"}


@router.get("/thoi-tiet-gia-ca")
def show(request: Request, who: Annotated[Account, needs(Action.front_page)]) -> Response:
    held = store.current(engine("ingest"))
    lines = [one.model_dump() for one in held.figures]
    lines += [{"label": "", "value": "", "note": ""}] * min(_FREE_LINES, MAX_FIGURES - len(lines))
    is_shown = bool(held.figures) and held.until is not None and held.until > clock.moment()
    return page(request, who, "figures.html", held=held, lines=lines, is_shown=is_shown, hours=_HOURS)


@router.post("/thoi-tiet-gia-ca")
def tell(who: Annotated[Account, needs(Action.front_page)], form: Form) -> Response:
    told = _figures(form)
    store.tell(engine("ingest"), who.actor, told, form.text("hours"))
    return back(_HERE, "Trang nhất hiện số liệu này sau vài giây." if told else "Trang nhất không còn hiện số liệu.")


@router.post("/thoi-tiet-gia-ca/nguon")
def fetch_from(who: Annotated[Account, needs(Action.transfer)], form: Form) -> Response:
    url = form.text("url", 2000)
    if url:
        Fetcher().check(url)
    store.fetch_from(engine("ingest"), who.actor, url)
    return back(_HERE, "Số liệu sẽ được lấy từ địa chỉ này." if url else "Từ nay số liệu được nhập tay.")


def _figures(form: Fields) -> list[Figure]:
    """The lines that say something. Raises Invalid."""
    made = []
    rows = zip(*(form.many(name) for name in ("label", "value", "note")), strict=False)
    for number, (label, value, note) in enumerate(rows, 1):
        if not (label or value or note):
            continue
        try:
            made.append(Figure(label=label, value=value, note=note))
        except ValidationError:
            raise Invalid.of("label", f"Dòng {number}: cần tên và giá trị, mỗi ô nhiều nhất 40 ký tự.") from None
    return made
