"""Pictures and films: upload, look for, describe, crop, see where they are used."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlalchemy import ColumnElement, Connection
from starlette.concurrency import run_in_threadpool

from services.ingest.appearance import store as appearance
from services.ingest.articles.store import pictures
from services.ingest.desk_kit import people
from services.ingest.desk_kit.forms import Form, RowId
from services.ingest.desk_kit.pages import NavItem, back, page
from services.ingest.desk_kit.session import needs
from services.ingest.kit import rights
from services.ingest.kit.actors import Account
from services.ingest.kit.costly import costly
from services.ingest.kit.errors import Conflict, Invalid, NotFound, Refused
from services.ingest.kit.requests import json_answer, json_object, stream, work
from services.ingest.kit.rights import Action
from services.ingest.kit.visibility import seen_by
from services.ingest.media import imaging, taking, uploads
from services.ingest.media import store as media
from services.ingest.media.tables import MediaRow
from services.ingest.portraits import store as portraits
from shared.database import engine
from shared.settings import get_settings

router = APIRouter()
NAV = (NavItem("/desk/kho", "Kho ảnh, video", Action.media_read, key="k"),)
_PAGE = 48
_KINDS = {"image": "Ảnh", "video": "Video", "audio": "Âm thanh", "text": "Phụ đề", "application": "Văn bản PDF"}
"""By what their types begin with."""
_SIGNS = {"image": "", "video": "▶", "audio": "♪", "text": "CC", "application": "PDF"}
_ONE_KIND = f"^({'|'.join(_KINDS)})?$"
_MAX_SIDE = 16_384
_WORDS, _CREDIT, _ALT = 2000, 300, 1000


@router.get("/kho")
def library(
    request: Request,
    who: Annotated[Account, needs(Action.media_read)],
    q: Annotated[str, Query(max_length=200)] = "",
    kind: Annotated[str, Query(pattern=_ONE_KIND)] = "",
    before: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
) -> Response:
    rows = media.found(engine("ingest"), q=q, kind=kind, before=before, only=_only(who), limit=_PAGE)
    shown = _all_shown(rows)
    next_before = rows[-1].id if len(rows) == _PAGE else None
    chosen = {"q": q, "kind": kind}
    choice: dict[str, Any] = {"chosen": chosen, "limits": uploads.limits_in_words(), "kinds": _KINDS}
    return page(request, who, "library.html", rows=shown, next_before=next_before, **choice)


@router.get("/kho/tim.json")
def search(
    who: Annotated[Account, needs(Action.media_read)],
    q: Annotated[str, Query(max_length=200)] = "",
    kind: Annotated[str, Query(pattern=_ONE_KIND)] = "image",
    before: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
) -> Response:
    """For the editor's picker: {"media": […], "before"}, the newest first; "before" asks for older ones, if any."""
    rows = media.found(engine("ingest"), q=q, kind=kind, before=before, only=_only(who), limit=_PAGE)
    next_before = rows[-1].id if len(rows) == _PAGE else None
    return json_answer({"media": _all_shown(rows), "before": next_before})


@router.post("/kho/tai-len")
async def start_upload(request: Request, who: Annotated[Account, needs(Action.media_write)]) -> Response:
    """{"name", "size"} → {"id", "offset", "piece"}: an upload that can go on after a break."""
    fields = await json_object(request)
    name, size = fields.get("name"), fields.get("size")
    if not isinstance(name, str) or not isinstance(size, int) or isinstance(size, bool):
        raise Invalid.of("size", "Thiếu tên hoặc cỡ của tệp.")
    await run_in_threadpool(uploads.take_try, who.actor_name)
    upload_id = await run_in_threadpool(uploads.start, who.id, name, size)
    return json_answer({"id": upload_id, "offset": 0, "piece": uploads.PIECE_BYTES}, 201)


@router.get("/kho/tai-len/{upload_id}")
def upload_offset(upload_id: str, who: Annotated[Account, needs(Action.media_write)]) -> Response:
    """Where to go on."""
    return json_answer({"id": upload_id, "offset": uploads.offset(who.id, upload_id), "piece": uploads.PIECE_BYTES})


@router.patch("/kho/tai-len/{upload_id}")
async def append_upload(
    request: Request, upload_id: str, who: Annotated[Account, needs(Action.media_write)]
) -> Response:
    """One piece, at the place that the header Upload-Offset says; the last one answers with the file's media."""
    place = request.headers.get("upload-offset", "")
    if not place.isascii() or not place.isdigit() or len(place) > 12:
        raise Invalid.of("Upload-Offset", "Thiếu Upload-Offset.")
    here, complete = await uploads.append(who.id, upload_id, int(place), stream(request))
    if not complete:
        return json_answer({"id": upload_id, "offset": here})
    size = (_side(request, "x-width"), _side(request, "x-height"))
    return json_answer({"media": await costly(who.actor_name, _finish, who, upload_id, size)}, 201)


@router.delete("/kho/tai-len/{upload_id}")
def cancel_upload(upload_id: str, who: Annotated[Account, needs(Action.media_write)]) -> Response:
    uploads.drop(who.id, upload_id)
    return Response(status_code=204)


@router.get("/kho/{media_id}")
def one(request: Request, media_id: RowId, who: Annotated[Account, needs(Action.media_read)]) -> Response:
    row = _one(who, media_id)
    poster, source = (_other(who, wanted) for wanted in (row.poster_id, row.derived_from))
    return page(
        request,
        who,
        "media.html",
        row=row,
        shown=_shown(row),
        kind=_kind(row),
        kinds=_KINDS,
        poster=_shown(poster) if poster else None,
        source=_shown(source) if source else None,
        may_remove=rights.may(who, Action.media_remove, owner=row.created_by),
        uses=pictures.uses(engine("ingest"), seen_by(who), row.path),
        by=people.names(engine("ingest"), [row.created_by])[row.created_by],
    )


@router.post("/kho/{media_id}")
def describe(media_id: RowId, who: Annotated[Account, needs(Action.media_write)], form: Form) -> Response:
    _one(who, media_id)
    poster_id = form.number("poster_id")
    if poster_id is not None:
        _one(who, poster_id)
    focus = (form.share("focus_x"), form.share("focus_y")) if form.text("focus_x") else None
    media.describe(
        engine("ingest"),
        media_id,
        who.actor,
        caption=form.prose("caption", _WORDS),
        credit=form.text("credit", _CREDIT),
        alt=form.text("alt", _ALT),
        focus=focus,
        poster_id=poster_id,
    )
    return back(f"/desk/kho/{media_id}", "Đã lưu.")


@router.post("/kho/{media_id}/xoa")
def remove(media_id: RowId, who: Annotated[Account, needs(Action.media_remove)]) -> Response:
    rights.require(who, Action.media_remove, owner=_one(who, media_id).created_by)
    media.remove(engine("ingest"), media_id, who.actor, _is_used)
    return back("/desk/kho", "Đã xóa tệp cùng các cỡ của nó.")


@router.post("/kho/{media_id}/cat")
async def crop(media_id: RowId, who: Annotated[Account, needs(Action.media_write)], form: Form) -> Response:
    """A new picture of a part of this one; this one stays, and so do the articles that show it."""
    row = await run_in_threadpool(_one, who, media_id)
    if not row.type.startswith("image/"):
        raise Conflict("Chỉ cắt được ảnh.")
    left, top, right, bottom = (form.share(side) for side in ("left", "top", "right", "bottom"))
    if right - left < 0.02 or bottom - top < 0.02:
        raise Invalid.of("right", "Phần cắt quá nhỏ.")
    await run_in_threadpool(uploads.take_try, who.actor_name)
    folder = get_settings().media_dir
    rebuilt = await costly(who.actor_name, imaging.rebuild, folder / row.path, folder, (left, top, right, bottom))
    origin = media.Origin(row.name, derived_from=row.id)
    words = {"caption": row.caption, "credit": row.credit, "alt": row.alt}
    made = await work(media.keep, rebuilt, who.actor, origin, **words)
    return back(f"/desk/kho/{made.id}", "Đã cắt thành ảnh mới; ảnh gốc vẫn còn.")


def _is_used(connection: Connection, path: str) -> bool:
    return any(feature.is_used(connection, path) for feature in (pictures, appearance, portraits))


def _finish(who: Account, upload_id: str, size: tuple[int, int]) -> dict[str, Any]:
    path, name = uploads.finished(who.id, upload_id)
    try:
        row = taking.take(path, name, who.actor, size)
    except Refused:
        uploads.drop(who.id, upload_id)
        raise
    uploads.drop(who.id, upload_id)
    return _all_shown([row])[0]


_THUMB_WIDTH = 320


def _all_shown(rows: Sequence[MediaRow]) -> list[dict[str, Any]]:
    """Files with the pictures that stand for them."""
    posters = media.posters(engine("ingest"), rows)
    return [_shown(row, posters.get(row.poster_id or 0)) for row in rows]


def _shown(row: MediaRow, poster: MediaRow | None = None) -> dict[str, Any]:
    """A file as templates and scripts show it; `poster` stands for a film or a document."""
    picture = row if row.type.startswith("image/") else poster
    return {
        "id": row.id,
        "url": media.MEDIA + row.path,
        "thumb": _thumb(picture) if picture else "",
        "poster": {"url": media.MEDIA + poster.path, "alt": poster.alt or poster.caption} if poster else None,
        "type": row.type,
        "sign": _SIGNS[_kind(row)],
        "width": row.width,
        "height": row.height,
        "bytes": row.bytes,
        "name": row.name,
        "caption": row.caption,
        "credit": row.credit,
        "alt": row.alt,
        "focus": [row.focus_x, row.focus_y],
    }


def _thumb(row: MediaRow) -> str:
    copies = sorted((width, path) for width, path in row.renditions)
    return media.MEDIA + next((path for width, path in copies if width >= _THUMB_WIDTH), row.path)


def _kind(row: Any) -> str:
    return str(row.type).partition("/")[0]


def _side(request: Request, header: str) -> int:
    """Pixels that the browser has measured of a film; 0 where it does not say."""
    said = request.headers.get(header, "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 6 and int(said) <= _MAX_SIDE else 0


def _only(who: Account) -> ColumnElement[bool]:
    return pictures.visible(seen_by(who))


def _one(who: Account, media_id: int) -> MediaRow:
    """The row of a file that one may see. Raises NotFound."""
    if not 0 < media_id < 2**31:
        raise NotFound("Không có tệp này trong kho.")
    return media.one(engine("ingest"), media_id, _only(who))


def _other(who: Account, media_id: int | None) -> MediaRow | None:
    """A file that belongs to another one; None where there is none that one may see."""
    try:
        return _one(who, media_id) if media_id else None
    except NotFound:
        return None
