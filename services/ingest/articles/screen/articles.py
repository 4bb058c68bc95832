"""The editor: new, open, save."""

from functools import partial
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.ingest.articles import steps
from services.ingest.articles.asked import Asked, asked_of, current, needs_article
from services.ingest.articles.mentions import calls
from services.ingest.articles.screen import article_form
from services.ingest.articles.screen.article_form import Draft
from services.ingest.articles.store import articles as store
from services.ingest.articles.store import autosaves, listing, reading, workflow
from services.ingest.articles.store.links import titles_of
from services.ingest.articles.store.revisions import rewritten_by_others
from services.ingest.authors.store import authors
from services.ingest.desk_kit import people
from services.ingest.desk_kit.forms import Fields, Form
from services.ingest.desk_kit.pages import back, done, page, wants_html
from services.ingest.desk_kit.session import needs
from services.ingest.kit import rights
from services.ingest.kit.actors import Account
from services.ingest.kit.errors import Invalid, Stale, WrittenElsewhere
from services.ingest.kit.requests import json_answer
from services.ingest.kit.rights import Action
from services.ingest.kit.visibility import seen_by
from services.ingest.sections import store as sections
from shared.contracts.articles import ArticleState
from shared.database import engine, read
from shared.settings import get_settings

router = APIRouter()
_SAVING_MEANS = {
    "approved": "Sửa chữ thì phải duyệt lại.",
    "scheduled": "Lưu là duyệt chữ mới.",
    "published": "Lưu để chuẩn bị: bạn đọc chưa thấy.",
}
_PREPARED = "Bạn đọc chưa thấy bản này cho đến khi cập nhật bài trên trang."
_ENDED = "Bài đã đổi nên không còn được duyệt; phải duyệt lại trước khi xuất bản."


@router.get("/bai/moi")
def new(request: Request, who: Annotated[Account, needs(Action.write)], key: str = "") -> Response:
    """The form of an article that does not exist yet; `key` opens one that was not saved."""
    made = autosaves.made_of_key(engine("ingest"), who.id, key) if key else None
    if made is not None:
        return RedirectResponse(f"/desk/bai/{made}?key={quote(key)}", 303)
    kept = autosaves.of_key(engine("ingest"), who.id, key) if key else None
    draft = (
        article_form.from_autosave(kept.fields)
        if kept
        else Draft(dateline=get_settings().dateline, people=[[authors.signature(engine("ingest"), who), ""]])
    )
    return _editor(request, who, draft, kept=kept, key=key if autosaves.is_key(key) else autosaves.new_key())


@router.post("/bai/moi")
def create(request: Request, who: Annotated[Account, needs(Action.write)], form: Form) -> Response:
    """Make the draft; the same form again saves the article that it made."""
    draft, key = article_form.from_form(form), form.text("key", 40) or autosaves.new_key()
    try:
        _require_section(draft.section)
        saved = store.create_article(
            engine("ingest"),
            article_form.to_input(draft, None),
            who.actor,
            user_id=who.id,
            key=key,
            sequence=None if wants_html(request) else form.number("sequence"),
        )
    except Invalid as invalid:
        return _refused(request, who, draft, invalid, key=key)
    if saved.result == "unchanged":
        return _save(request, asked_of(who, saved.id, Action.write), form, draft, 1)
    path = f"/desk/bai/{saved.id}"
    answer = done(request, path, "Đã lưu bản nháp.", id=saved.id, version=saved.version, status=saved.status)
    if not wants_html(request):
        answer.status_code = 201
    return answer


@router.get("/bai/{id}")
def edit(request: Request, asked: Annotated[Asked, needs_article(Action.read)], key: str = "") -> Response:
    """The article in its form; what one had not saved comes back, also of the form with `key` that made it."""
    found = current(asked.id)
    draft = article_form.from_state(found)
    kept = autosaves.of_article(engine("ingest"), asked.who.id, asked.id) if steps.may_write(asked) else None
    is_behind = False
    if kept is not None:
        writing = article_form.from_autosave(kept.fields)
        if article_form.cleaned(writing) == draft:
            autosaves.drop(engine("ingest"), asked.who.id, article_id=asked.id)
            kept = None
        elif kept.base_version == found.version:
            draft = writing
        elif rewritten(asked, kept.base_version):
            return RedirectResponse(f"/desk/bai/{asked.id}/xung-dot", 303)
        else:
            is_behind = True
    own_key = kept.key if kept else autosaves.new_key()
    return _editor(
        request, asked.who, draft, asked=asked, state=found, kept=kept, key=own_key, is_behind=is_behind, was=key
    )


@router.post("/bai/{id}")
def save(request: Request, asked: Annotated[Asked, needs_article(Action.write)], form: Form) -> Response:
    """Save as the next version, if it is still the version that was read; else both are shown side by side."""
    version = form.number("version")
    if version is None:
        raise Invalid.of("version", "Thiếu số phiên bản của bài đang sửa.")
    return _save(request, asked, form, article_form.from_form(form), version)


# ---------------------------------------------------------------- for the modules beside


def save_draft(asked: Asked, draft: Draft, found: ArticleState, version: int, sequence: int | None = None) -> Any:
    """The next version, of a live article the prepared one; what was kept is forgotten with it. Raises Invalid, Stale,
    Forbidden, Conflict, and WrittenElsewhere when another window has gone on since `sequence`."""
    settle = partial(autosaves.settle, user_id=asked.who.id, key="", article_id=asked.id, sequence=sequence)
    sent = article_form.to_input(draft, found)
    return store.replace_article(engine("ingest"), asked.id, sent, asked.who.actor, version, settle, prepares=True)


def rewritten(asked: Asked, since: int | None) -> bool:
    """Whether somebody else has changed the text since that version."""
    with read(engine("ingest")) as connection:
        return rewritten_by_others(connection, asked.id, since, asked.who.actor_name)


# ---------------------------------------------------------------- how


def _save(request: Request, asked: Asked, form: Fields, draft: Draft, version: int) -> Response:
    """Save a draft that was begun at `version`."""
    steps.require_write(asked)
    found = current(asked.id)
    sequence = None if wants_html(request) else form.number("sequence")
    try:
        if draft.section != found.section_slug:
            _require_section(draft.section)
        saved = save_draft(asked, draft, found, version, sequence)
    except Invalid as invalid:
        key = form.text("key", 40) or autosaves.new_key()
        return _refused(request, asked.who, draft, invalid, asked=asked, state=found, key=key)
    except Stale:
        is_own = sequence is not None and (
            sequence != autosaves.sequence_of(engine("ingest"), asked.who.id, asked.id) or not rewritten(asked, version)
        )
        if is_own:
            raise WrittenElsewhere from None
        return _conflict(request, asked, draft, version)
    # Only an approval that ends takes an article back a step when it is saved.
    ended = saved.status != found.status
    is_prepared = asked.again().is_prepared
    if not wants_html(request):
        told = {"id": saved.id, "version": saved.version, "status": saved.status, "result": saved.result}
        return json_answer(told | {"prepared": is_prepared} | ({"ended": _ENDED} if ended else {}))
    words = "Không có gì thay đổi." if saved.result == "unchanged" else f"Đã lưu phiên bản {saved.version}."
    if is_prepared:
        words = f"{words} {_PREPARED}"
    return back(f"/desk/bai/{asked.id}", f"{words} {_ENDED}", "warn") if ended else back(f"/desk/bai/{asked.id}", words)


def _editor(
    request: Request,
    who: Account,
    draft: Draft,
    *,
    key: str,
    asked: Asked | None = None,
    state: ArticleState | None = None,
    kept: Any = None,
    is_behind: bool = False,
    was: str = "",
    errors: list[dict[str, str]] | None = None,
    status: int = 200,
) -> Response:
    writable = asked is None or steps.may_write(asked)
    history = reading.history(engine("ingest"), asked.id)[:8] if asked else []
    notes = workflow.notes(engine("ingest"), asked.id)[:20] if asked else []
    actors = {line.actor for line in history} | {note.actor for note in notes}
    actors |= {one for one in (asked.article.approved_by, asked.article.held_by) if one} if asked else set()
    last_note = next((line for line in history[:1] if line.reason), None)
    return page(
        request,
        who,
        "editor.html",
        status,
        draft=draft,
        key=key,
        kept=kept,
        is_behind=is_behind,
        was=was,
        sequence=kept.sequence if kept else 0,
        asked=asked,
        state=state,
        article=asked.article if asked else None,
        is_prepared=asked is not None and asked.is_prepared,
        writable=writable,
        why_not=steps.why_not_writable(asked) if asked and not writable else "",
        next=steps.next_of(asked) if asked else steps.Next([], may_publish=False),
        history=history,
        notes=notes,
        last_note=last_note,
        names=people.names(engine("ingest"), actors),
        sections=_sections_for(who, draft.section),
        following=_following(asked) if asked else None,
        successors=steps.successors(asked) if asked and writable else [],
        people_here=calls(steps.readers(asked)) if asked and asked.may(Action.write) else [],
        pen_names=listing.public_pen_names(engine("ingest")) if writable else [],
        kinds=article_form.KINDS,
        labels=article_form.LABELS,
        filled=[name for name, value in draft.plain().items() if value],
        all_sections=sections.listed(engine("ingest")),
        chosen_related=titles_of(engine("ingest"), seen_by(who), state.related) if state else [],
        languages=article_form.LANGUAGES,
        comments=article_form.COMMENTS,
        saving_means=_SAVING_MEANS,
        errors=errors or [],
        field_errors={one["field"].partition(".")[0]: one["message"] for one in errors or []},
    )


def _following(asked: Asked) -> Any:
    """What waits for this person beside the article that is open, None for nothing."""
    statuses = steps.waiting(asked.who)
    wanted = listing.ListFilter(statuses=statuses)
    found = listing.page(engine("ingest"), seen_by(asked.who), wanted, limit=2) if statuses else []
    return next((row for row in found if row.id != asked.id), None)


def _refused(request: Request, who: Account, draft: Draft, invalid: Invalid, **shown: Any) -> Response:
    """The form again with what is wrong; for scripts the problem itself."""
    if not wants_html(request):
        raise invalid
    return _editor(request, who, draft, errors=invalid.errors, status=422, **shown)


def _conflict(request: Request, asked: Asked, draft: Draft, version: int) -> Response:
    """Keep what was sent before anything else is shown: it is the only copy."""
    kept = autosaves.of_article(engine("ingest"), asked.who.id, asked.id)
    autosaves.keep(
        engine("ingest"),
        asked.who.id,
        kept.key if kept else autosaves.new_key(),
        draft.plain(),
        article_id=asked.id,
        base_version=version,
        sequence=kept.sequence if kept else 0,
        actor_name=asked.who.actor_name,
    )
    where = f"/desk/bai/{asked.id}/xung-dot"
    if wants_html(request):
        return RedirectResponse(where, 303)
    detail = "Bài đã được người khác lưu trong lúc bạn viết."
    return json_answer({"detail": detail, "conflict": where}, 412)


def _sections_for(who: Account, chosen: str) -> list[sections.ListedSection]:
    """Where one may put an article, and where it is."""
    allowed = rights.allowed_sections(who, Action.write)
    if allowed is not None and not allowed:
        allowed = None if who.all_sections else who.section_ids
    every = sections.listed(engine("ingest"))
    return [one for one in every if allowed is None or one.id in allowed or one.slug == chosen]


def _require_section(slug: str) -> None:
    """Raises Invalid: at the desk no section is made by naming it."""
    if all(one.slug != slug for one in sections.listed(engine("ingest"))):
        raise Invalid.of("section", "Hãy chọn chuyên mục.")
