"""Authors at the desk: people with their pen names and accounts, and the names in bylines that nobody has claimed."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.ingest.accounts.store import directory
from services.ingest.authors.store import authors, bylines
from services.ingest.desk_kit.forms import Form, RowId
from services.ingest.desk_kit.pages import NavItem, back, page
from services.ingest.desk_kit.session import needs
from services.ingest.kit.actors import Account
from services.ingest.kit.rights import Action
from shared.database import engine

router = APIRouter()
_HERE = "/desk/tac-gia"
NAV = (NavItem(_HERE, "Tác giả", Action.authors, group="Tòa soạn"),)


@router.get("/tac-gia")
def listed(request: Request, who: Annotated[Account, needs(Action.authors)]) -> Response:
    known = authors.listed(engine("ingest"))
    unknown = bylines.unknown(engine("ingest"))
    return page(
        request,
        who,
        "authors.html",
        authors=known,
        counts=bylines.counts(engine("ingest")),
        unknown=[(one, authors.suggested(one.name, known)) for one in unknown],
        accounts=[one for one in directory.listed(engine("ingest")) if one.disabled_at is None],
    )


@router.post("/tac-gia")
def add(who: Annotated[Account, needs(Action.authors)], form: Form) -> Response:
    """A new person, who signs with that name."""
    name = form.text("name", 200)
    authors.add(engine("ingest"), who.actor, name, form.number("account_id"), form.sent(who.id))
    return back(_HERE, f"Đã thêm tác giả {name}.")


@router.post("/tac-gia/ten-ky")
def sign(who: Annotated[Account, needs(Action.authors)], form: Form) -> Response:
    """Say whose a pen name is; without an author: nobody's."""
    name, author_id = form.text("name", 200), form.number("author_id")
    if author_id is None:
        authors.let_go(engine("ingest"), who.actor, name)
        return back(_HERE, f"Tên ký “{name}” nay chưa gắn với ai.")
    authors.sign(engine("ingest"), who.actor, name, author_id, told=form.checked("told"))
    return back(_HERE, f"Đã gắn tên ký “{name}”.")


@router.post("/tac-gia/{author_id}")
def change(author_id: RowId, who: Annotated[Account, needs(Action.authors)], form: Form) -> Response:
    """An author's own name and account."""
    authors.change(engine("ingest"), who.actor, author_id, form.text("name", 200), form.number("account_id"))
    return back(_HERE, "Đã lưu tác giả.")
