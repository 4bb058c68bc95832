"""Two people wrote the same article: both texts side by side, a choice for each field, nothing lost."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from services.ingest.articles import differences, steps
from services.ingest.articles.asked import Asked, current, needs_article, version_of
from services.ingest.articles.screen import article_form
from services.ingest.articles.screen.article_form import LABELS, Draft
from services.ingest.articles.screen.articles import save_draft
from services.ingest.articles.store import articles, autosaves, reading
from services.ingest.desk_kit import people
from services.ingest.desk_kit.forms import Form
from services.ingest.desk_kit.pages import back, page
from services.ingest.kit.costly import costly
from services.ingest.kit.errors import NotFound, Refused, Stale
from services.ingest.kit.requests import work
from services.ingest.kit.rights import Action
from shared.contracts.articles import ArticleState
from shared.database import engine
from shared.telemetry import log

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
    merged: str | None = None
    """A body with both sides' changes, where they do not collide."""

    @property
    def can_merge(self) -> bool:
        return self.merged is not None


@router.get("/bai/{id}/xung-dot")
async def show(request: Request, asked: Annotated[Asked, needs_article(Action.write)]) -> Response:
    steps.require_write(asked)
    sides = await run_in_threadpool(_sides, asked)
    if sides is None:
        return RedirectResponse(f"/desk/bai/{asked.id}", 303)
    kept, mine, theirs, found = sides
    base = await run_in_threadpool(_base, asked, kept.base_version)
    clashes, whole = await costly(asked.who.actor_name, _clashes, base, mine, theirs)
    newest = (await work(reading.history, asked.id))[0]
    names = await work(people.names, [newest.actor])
    return await run_in_threadpool(
        page,
        request,
        asked.who,
        "conflict.html",
        asked=asked,
        article=asked.article,
        state=found,
        kept=kept,
        clashes=clashes,
        whole=whole,
        newest=newest,
        names=names,
    )


@router.post("/bai/{id}/xung-dot")
async def settle(request: Request, asked: Annotated[Asked, needs_article(Action.write)], form: Form) -> Response:
    """Save the chosen fields on top of the version that was shown beside one's own."""
    steps.require_write(asked)
    sides = await run_in_threadpool(_sides, asked)
    if sides is None:
        return back(f"/desk/bai/{asked.id}", "Không còn bản viết dở nào.", "warn")
    kept, mine, theirs, found = sides
    version = form.number("version")
    if version != found.version:
        return back(f"/desk/bai/{asked.id}/xung-dot", "Lại có bản mới hơn; hãy xem lại lần nữa.", "warn")
    base = await run_in_threadpool(_base, asked, kept.base_version)
    clashes, _ = await costly(asked.who.actor_name, _clashes, base, mine, theirs)
    choices = {clash.name: form.text(f"choice_{clash.name}") or clash.chosen for clash in clashes}
    chosen = _put_together(clashes, choices, mine, theirs)
    try:
        saved = await run_in_threadpool(save_draft, asked, chosen, found, found.version)
    except Stale:
        return back(f"/desk/bai/{asked.id}/xung-dot", "Lại có bản mới hơn; hãy xem lại lần nữa.", "warn")
    return back(f"/desk/bai/{asked.id}", f"Đã gộp và lưu phiên bản {saved.version}.")


async def prepare_again(asked: Asked, base: ArticleState, prepared: ArticleState) -> bool:
    """Prepare on top of what readers see by now what was prepared from `base`. False where both changed the same place,
    or somebody else was first: then it stays in the history alone."""
    found = await run_in_threadpool(current, asked.id)
    mine, theirs = article_form.from_state(prepared), article_form.from_state(found)
    clashes, _ = await costly(asked.who.actor_name, _clashes, article_form.from_state(base), mine, theirs)
    if any(clash.by_both and not clash.can_merge for clash in clashes):
        return False
    chosen = _put_together(clashes, {clash.name: clash.chosen for clash in clashes}, mine, theirs)
    sent = article_form.to_input(chosen, found)
    try:
        await work(articles.replace_article, asked.id, sent, asked.who.actor, found.version, prepares=True)
    except Refused as refused:
        log.warning("prepared version not carried on", article_id=asked.id, reason=refused.detail)
        return False
    return True


def _put_together(clashes: list[Clash], choices: dict[str, str], mine: Draft, theirs: Draft) -> Draft:
    chosen = theirs.plain()
    for clash in clashes:
        if choices[clash.name] == "mine":
            chosen[clash.name] = getattr(mine, clash.name)
        elif choices[clash.name] == "both" and clash.can_merge:
            chosen[clash.name] = clash.merged
    return article_form.from_autosave(chosen)


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


def _clashes(base: Draft, mine: Draft, theirs: Draft) -> tuple[list[Clash], bool]:
    """Where the drafts differ, and whether their texts could be compared."""
    differing = [name for name in LABELS if not article_form.same(getattr(mine, name), getattr(theirs, name))]
    questions: list[differences.Question] = [
        ("words", _shown(getattr(theirs, name)), _shown(getattr(mine, name))) for name in differing if name != "body"
    ]
    if "body" in differing:
        questions += [("paragraphs", theirs.body, mine.body), ("merged", base.body, mine.body, theirs.body)]
    answers = differences.answers(questions)
    given = iter(answers.given)
    found = []
    for name in [name for name in differing if name != "body"]:
        found.append(_clash(name, base, mine, theirs, [next(given)]))
    if "body" in differing:
        rows, merged = given
        found.append(_clash("body", base, mine, theirs, rows, merged))
    return sorted(found, key=lambda clash: list(LABELS).index(clash.name)), answers.whole


def _clash(
    name: str, base: Draft, mine: Draft, theirs: Draft, rows: list[differences.Row], merged: str | None = None
) -> Clash:
    own, other, before = (getattr(draft, name) for draft in (mine, theirs, base))
    by_me, by_them = not article_form.same(own, before), not article_form.same(other, before)
    both = by_me and by_them
    chosen = "both" if both and merged is not None else "mine" if by_me else "theirs"
    return Clash(name, LABELS[name], rows, both, chosen, merged if both else None)


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
