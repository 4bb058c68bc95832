"""Two people wrote the same article: both texts side by side, a choice for each field, nothing lost."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.ingest.articles import differences, steps
from services.ingest.articles.asked import Asked, current, needs_article, version_of
from services.ingest.articles.screen import article_form
from services.ingest.articles.screen.article_form import LABELS, Draft
from services.ingest.articles.screen.articles import save_draft
from services.ingest.articles.store import autosaves, reading
from services.ingest.desk_kit import people
from services.ingest.desk_kit.forms import Form
from services.ingest.desk_kit.pages import back, page
from services.ingest.kit.errors import NotFound, Stale
from services.ingest.kit.rights import Action
from shared.contracts.articles import ArticleState
from shared.database import engine

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that the two drafts do not have alike; `chosen` is what the form offers first."""

    name: str
    label: str
    rows: list[differences.Row]
    by_both: bool
    chosen: str
    """mine, theirs or both."""
    can_merge: bool = False


@router.get("/bai/{id}/xung-dot")
def show(request: Request, asked: Annotated[Asked, needs_article(Action.write)]) -> Response:
    steps.require_write(asked)
    sides = _sides(asked)
    if sides is None:
        return RedirectResponse(f"/desk/bai/{asked.id}", 303)
    kept, mine, theirs, found = sides
    newest = reading.history(engine("ingest"), asked.id)[0]
    return page(
        request,
        asked.who,
        "conflict.html",
        asked=asked,
        article=asked.article,
        state=found,
        kept=kept,
        clashes=_clashes(_base(asked, kept.base_version), mine, theirs),
        newest=newest,
        names=people.names(engine("ingest"), [newest["actor"]]),
    )


@router.post("/bai/{id}/xung-dot")
def settle(request: Request, asked: Annotated[Asked, needs_article(Action.write)], form: Form) -> Response:
    """Save the chosen fields on top of the version that was shown beside one's own."""
    steps.require_write(asked)
    sides = _sides(asked)
    if sides is None:
        return back(f"/desk/bai/{asked.id}", "Không còn bản viết dở nào.", "warn")
    kept, mine, theirs, found = sides
    version = form.number("version")
    if version != found.version:
        return back(f"/desk/bai/{asked.id}/xung-dot", "Lại có bản mới hơn; hãy xem lại lần nữa.", "warn")
    base = _base(asked, kept.base_version)
    chosen = theirs.plain()
    for clash in _clashes(base, mine, theirs):
        choice = form.text(f"choice_{clash.name}") or clash.chosen
        if choice == "mine":
            chosen[clash.name] = getattr(mine, clash.name)
        elif choice == "both" and clash.can_merge:
            chosen[clash.name] = differences.merged(base.body, mine.body, theirs.body)
    try:
        saved = save_draft(asked, article_form.from_autosave(chosen), found, found.version)
    except Stale:
        return back(f"/desk/bai/{asked.id}/xung-dot", "Lại có bản mới hơn; hãy xem lại lần nữa.", "warn")
    autosaves.drop(engine("ingest"), asked.who.id, article_id=asked.id)
    return back(f"/desk/bai/{asked.id}", f"Đã gộp và lưu phiên bản {saved.version}.")


def _sides(asked: Asked) -> tuple[Any, Draft, Draft, ArticleState] | None:
    """(what was kept, mine, theirs, their version); None where nothing is kept."""
    kept = autosaves.of_article(engine("ingest"), asked.who.id, asked.id)
    if kept is None:
        return None
    found = current(asked.id)
    mine = article_form.cleaned(article_form.from_autosave(kept.fields))
    return kept, mine, article_form.from_state(found), found


def _base(asked: Asked, version: int | None) -> Draft:
    """What both started from; an empty form where that is not known."""
    try:
        return article_form.from_state(version_of(asked.id, version)) if version else Draft()
    except NotFound:
        return Draft()


def _clashes(base: Draft, mine: Draft, theirs: Draft) -> list[Clash]:
    found = []
    for name, label in LABELS.items():
        own, other, before = (getattr(draft, name) for draft in (mine, theirs, base))
        if article_form.same(own, other):
            continue
        by_me, by_them = not article_form.same(own, before), not article_form.same(other, before)
        can_merge = name == "body" and by_me and by_them and differences.merged(before, own, other) is not None
        chosen = "both" if can_merge else "mine" if by_me else "theirs"
        rows = differences.paragraphs(other, own) if name == "body" else [differences.words(_shown(other), _shown(own))]
        found.append(Clash(name, label, rows, by_me and by_them, chosen, can_merge))
    return found


def _shown(value: Any) -> str:
    """A field in words."""
    if isinstance(value, str):
        return value
    lines = []
    for one in value:
        parts = one.values() if isinstance(one, dict) else one if isinstance(one, list) else [one]
        lines.append(" · ".join(part for part in parts if part))
    return "\n".join(lines)


def shown_fields(draft: Draft) -> dict[str, str]:
    """Every field but the body in words, for comparing versions."""
    return {name: _shown(getattr(draft, name)) for name in LABELS if name != "body"}
