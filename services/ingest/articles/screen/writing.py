"""What the editor's scripts ask while somebody writes: keep this, what is there now, who else is here."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from services.ingest.articles import steps
from services.ingest.articles.asked import Asked, asked_of, current, needs_article, version_of
from services.ingest.articles.screen import article_form
from services.ingest.articles.screen.articles import rewritten
from services.ingest.articles.store import autosaves
from services.ingest.desk_kit import presence
from services.ingest.desk_kit.forms import Fields, Form
from services.ingest.desk_kit.pages import back
from services.ingest.desk_kit.session import needs
from services.ingest.kit.actors import Account
from services.ingest.kit.errors import Invalid
from services.ingest.kit.requests import json_answer
from services.ingest.kit.rights import Action
from shared.database import engine

router = APIRouter()
# Who has not said for this long that they are editing is not.
PRESENCE_SECONDS = 20
Version = Annotated[int, Query(ge=1, lt=2**62)]


@router.post("/bai/luu-tam")
def keep_new(who: Annotated[Account, needs(Action.write)], form: Form) -> Response:
    """Keep what is being written of a new article."""
    return json_answer({"sequence": _keep(who, form, None)})


@router.get("/bai/dang-viet")
def writing_new(who: Annotated[Account, needs(Action.write)], key: str) -> Response:
    """What is kept of a new article; the article, where another window has saved it."""
    known = autosaves.made_of_key(engine("ingest"), who.id, key)
    if known is not None:
        asked = asked_of(who, known, Action.write)
        return json_answer({"id": known} | _writing(asked, 1))
    kept = autosaves.of_key(engine("ingest"), who.id, key)
    return json_answer({"sequence": kept.sequence if kept else 0, "draft": kept.fields if kept else None})


@router.post("/bai/bo-luu-tam")
def drop(who: Annotated[Account, needs(Action.write)], form: Form) -> Response:
    """Forget what was not saved."""
    autosaves.drop(engine("ingest"), who.id, key=form.text("key", 40))
    return back(form.text("back") if form.text("back").startswith("/desk/") else "/desk/", "Đã bỏ phần viết dở.")


@router.post("/bai/{id}/luu-tam")
def keep(request: Request, asked: Annotated[Asked, needs_article(Action.write)], form: Form) -> Response:
    """Keep what is being written."""
    steps.require_write(asked)
    sequence = _keep(asked.who, form, asked.id)
    return json_answer(_presence(asked, form.number("version")) | {"sequence": sequence})


@router.get("/bai/{id}/dang-viet")
def writing(asked: Annotated[Asked, needs_article(Action.write)], version: Version) -> Response:
    """What a window that was opened at `version` goes on from, after something happened elsewhere."""
    return json_answer(_writing(asked, version))


@router.post("/bai/{id}/dang-sua")
def editing(asked: Annotated[Asked, needs_article(Action.write)], form: Form) -> Response:
    """Say that one has the article open; who else has, and whether one is behind what happened elsewhere."""
    return json_answer(_presence(asked, form.number("version")))


@router.post("/bai/{id}/roi-bai")
def leave(asked: Annotated[Asked, needs_article(Action.write)]) -> Response:
    """The window is closing: the others need not wait."""
    presence.leave(f"article:{asked.id}", str(asked.who.id))
    return Response(status_code=204)


# ---------------------------------------------------------------- how


def _keep(who: Account, form: Fields, article_id: int | None) -> int:
    key = form.text("key", 40)
    if not autosaves.is_key(key):
        raise Invalid.of("key", "Thiếu mã của bản viết dở.")
    return autosaves.keep(
        engine("ingest"),
        who.id,
        key,
        article_form.from_form(form).plain(),
        article_id=article_id,
        base_version=form.number("version"),
        sequence=form.number("sequence") or 0,
        actor_name=who.actor_name,
    )


def _writing(asked: Asked, version: int) -> dict[str, Any]:
    """{"version", "sequence", "status", "draft"}, and in "rest" {"base", "draft"} what was kept before one's own last
    version and is not in it. Where somebody else rewrote the article: what one wrote, at the version it began from."""
    found = current(asked.id)
    kept = autosaves.of_article(engine("ingest"), asked.who.id, asked.id)
    told: dict[str, Any] = {"sequence": kept.sequence if kept else 0, "status": found.status, "version": found.version}
    base = kept.base_version if kept else version
    if base == found.version:
        return told | {"draft": kept.fields if kept else article_form.from_state(found).plain()}
    if rewritten(asked, base):
        begun = article_form.from_state(version_of(asked.id, base)).plain()
        return told | {"version": base, "draft": kept.fields if kept else begun}
    told["draft"] = article_form.from_state(found).plain()
    if kept:
        begun = article_form.from_state(version_of(asked.id, base)).plain()
        told["rest"] = {"base": begun, "draft": kept.fields}
    return told


def _presence(asked: Asked, version: int | None) -> dict[str, Any]:
    """{"others", "version", "status", "sequence", "rewritten": somebody else changed the text since `version`}."""
    mine, article = str(asked.who.id), asked.article
    here = presence.be_here(f"article:{asked.id}", mine, asked.who.name, PRESENCE_SECONDS)
    others = sorted(name for who, name in here.items() if who != mine)
    is_rewritten = version is not None and version < article.version and rewritten(asked, version)
    told = {"others": others, "version": article.version, "status": article.status, "rewritten": is_rewritten}
    told["prepared"] = asked.is_prepared
    return told | {"sequence": autosaves.sequence_of(engine("ingest"), asked.who.id, asked.id)}
