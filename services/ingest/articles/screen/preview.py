"""An article as readers will see it, with what is not saved yet: their own page, made by their own site."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from services.ingest.articles import steps
from services.ingest.articles.asked import Asked, current, needs_article, version_of
from services.ingest.articles.screen import article_form
from services.ingest.articles.store import autosaves
from services.ingest.articles.store.submissions import as_if_saved
from services.ingest.desk_kit.asking import ask
from services.ingest.desk_kit.pages import page
from services.ingest.desk_kit.readers_page import framed, of_readers
from services.ingest.kit.errors import Invalid
from services.ingest.kit.rights import Action
from shared.contracts.articles import ArticleState
from shared.contracts.commands import PreviewArticle
from shared.database import engine

router = APIRouter()
Version = Annotated[int | None, Query(alias="phien_ban", ge=1, lt=2**62)]


@router.get("/bai/{id}/xem-truoc")
def preview(request: Request, asked: Annotated[Asked, needs_article(Action.read)], version: Version = None) -> Response:
    """The page at the width of a telephone or of a desk."""
    state, is_unsaved = _state(asked, version)
    shown: dict[str, Any] = {
        "asked": asked,
        "article": asked.article,
        "state": state,
        "is_unsaved": is_unsaved,
        "version": version,
    }
    return page(request, asked.who, "preview.html", **shown)


@router.get("/bai/{id}/xem-truoc/trang")
def preview_page(
    request: Request, asked: Annotated[Asked, needs_article(Action.read)], version: Version = None
) -> Response:
    """What stands in it: the readers' page, without scripts; while their site is away the text and pictures alone."""
    state, _ = _state(asked, version)
    answer = ask(PreviewArticle(article=state))
    if answer is not None:
        return of_readers(answer.html)
    made = page(request, asked.who, "preview_plain.html", asked=asked, article=asked.article, state=state)
    return framed(made)


def _state(asked: Asked, version: int | None) -> tuple[ArticleState, bool]:
    """A version, or else what somebody is writing, or else what the article says; and whether it is unsaved."""
    if version is not None:
        return version_of(asked.id, version), False
    found = current(asked.id)
    kept = autosaves.of_article(engine("ingest"), asked.who.id, asked.id) if steps.may_write(asked) else None
    if kept is None:
        return found, False
    try:
        sent = article_form.to_input(article_form.from_autosave(kept.fields), found)
        return as_if_saved(engine("ingest"), found, sent), True
    except Invalid:
        # Without a headline, say: the last version shows where everything will stand.
        return found, False
