"""Taking an article on, handing it over, letting it go."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.ingest.articles.asked import Asked, needs_article
from services.ingest.articles.store import hands
from services.ingest.desk_kit.forms import Form
from services.ingest.desk_kit.pages import done
from services.ingest.kit.rights import Action
from shared.database import engine

router = APIRouter()


@router.post("/bai/{id}/nhan")
def take(request: Request, asked: Annotated[Asked, needs_article(Action.write)], form: Form) -> Response:
    hands.take(engine("ingest"), asked.id, asked.who.actor, instead_of=form.text("instead_of", 200))
    return done(request, f"/desk/bai/{asked.id}", "Bạn đã nhận bài này.")


@router.post("/bai/{id}/giao")
def hand_over(request: Request, asked: Annotated[Asked, needs_article(Action.write)], form: Form) -> Response:
    """Give it to somebody; to nobody: let it go."""
    account_id = form.number("account_id")
    if account_id is None:
        hands.let_go(engine("ingest"), asked.id, asked.who.actor)
        return done(request, f"/desk/bai/{asked.id}", "Bài nay chưa ai nhận.")
    name = hands.hand_over(engine("ingest"), asked.id, asked.who.actor, account_id)
    return done(request, f"/desk/bai/{asked.id}", f"Đã giao bài cho {name}.")
