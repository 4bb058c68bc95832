"""What became of an article: every version, two of them side by side, an older one restored, the public copies."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from services.ingest.articles import differences, steps
from services.ingest.articles.asked import Asked, needs_article, version_of
from services.ingest.articles.screen import article_form
from services.ingest.articles.screen.article_form import LABELS
from services.ingest.articles.screen.conflict import shown_fields
from services.ingest.articles.store import reading, workflow
from services.ingest.desk_kit import people
from services.ingest.desk_kit.forms import Form
from services.ingest.desk_kit.pages import back, page
from services.ingest.kit.costly import costly
from services.ingest.kit.errors import Invalid
from services.ingest.kit.rights import Action
from shared.database import engine
from shared.settings import get_settings
from shared.vietnamese.dates import iso

router = APIRouter()


@router.get("/bai/{id}/phien-ban")
def versions(request: Request, asked: Annotated[Asked, needs_article(Action.read)]) -> Response:
    history = reading.history(engine("ingest"), asked.id)
    return page(
        request,
        asked.who,
        "versions.html",
        asked=asked,
        article=asked.article,
        history=history,
        shown=_shown(asked),
        copies=reading.public_copies(engine("ingest"), asked.id),
        writable=steps.may_write(asked),
        names=people.names(engine("ingest"), {line.actor for line in history}),
    )


@router.get("/bai/{id}/so-sanh")
async def compare(
    request: Request,
    asked: Annotated[Asked, needs_article(Action.read)],
    one: Annotated[int, Query(alias="cu", ge=1, lt=2**62)],
    other: Annotated[int | None, Query(alias="moi", ge=1, lt=2**62)] = None,
) -> Response:
    """Two versions side by side, the older one left; without the second the one that the article stands at."""
    first, last = sorted((one, other or asked.article.version))
    older, newer = (
        await run_in_threadpool(version_of, asked.id, first),
        await run_in_threadpool(version_of, asked.id, last),
    )
    left, right = article_form.from_state(older), article_form.from_state(newer)
    before, after = shown_fields(left), shown_fields(right)
    changed = [name for name in before if before[name] != after[name]]
    questions = [("words", before[name], after[name]) for name in changed]
    found = await costly(asked.who.actor_name, differences.answers, [*questions, ("paragraphs", left.body, right.body)])
    return await run_in_threadpool(
        page,
        request,
        asked.who,
        "compare.html",
        asked=asked,
        article=asked.article,
        older=older,
        newer=newer,
        shown=_shown(asked),
        changed={LABELS[name]: row for name, row in zip(changed, found.given, strict=False)},
        rows=found.given[-1],
        whole=found.whole,
    )


@router.post("/bai/{id}/khoi-phuc")
def restore(request: Request, asked: Annotated[Asked, needs_article(Action.write)], form: Form) -> Response:
    """Make an older version the newest one; nothing is lost by it."""
    steps.require_write(asked)
    version, expected = form.number("restore"), form.number("version")
    if version is None or expected is None:
        raise Invalid.of("restore", "Hãy chọn phiên bản.")
    saved = workflow.restore(engine("ingest"), asked.id, version, asked.who.actor, if_version=expected)
    said = f"Đã khôi phục phiên bản {version} thành phiên bản {saved.version}."
    if (now := asked.again()).is_prepared:
        public = now.article.public_version
        said += f" Bạn đọc vẫn thấy bản {public} cho đến khi cập nhật bài trên trang."
    if saved.status != asked.article.status:
        return back(f"/desk/bai/{asked.id}", f"{said} Bài không còn được duyệt; phải duyệt lại.", "warn")
    return back(f"/desk/bai/{asked.id}", said)


@router.get("/bai/{id}/ban-luu.json")
def export_copies(asked: Annotated[Asked, needs_article(Action.export_copies)]) -> Response:
    """All that was ever public of the article, with from–to times, as a file."""
    copies = [_copy(one) for one in reading.public_copies(engine("ingest"), asked.id)]
    content = {"paper": get_settings().site_name, "article": asked.id, "copies": copies}
    return Response(
        orjson.dumps(content, option=orjson.OPT_INDENT_2),
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="ban-luu-{asked.id}.json"'},
    )


def _shown(asked: Asked) -> int | None:
    """The version that readers see now."""
    return asked.article.public_version if asked.article.status == "published" else None


def _copy(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "version": one["version"],
        "from": iso(one["from"]),
        "to": iso(one["to"]) if one["to"] else None,
        "article": one["state"],
    }
