"""Portraits at the desk: which picture of the store stands on whose author page."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from services.ingest.articles.store import pictures
from services.ingest.authors.store import authors, bylines
from services.ingest.desk_kit.forms import Form
from services.ingest.desk_kit.pages import NavItem, back, page
from services.ingest.desk_kit.session import needs
from services.ingest.kit.actors import Account
from services.ingest.kit.errors import Invalid
from services.ingest.kit.rights import Action
from services.ingest.kit.visibility import seen_by
from services.ingest.media import store as media
from services.ingest.media.tables import MediaRow
from services.ingest.portraits import store
from shared.contracts.addresses import author_path
from shared.database import engine
from shared.settings import get_settings
from shared.vietnamese.text import slug, sort_key

router = APIRouter()
_HERE = "/desk/chan-dung"
NAV = (NavItem(_HERE, "Chân dung", Action.authors, group="Tòa soạn"),)
_SHOWN = 24


@router.get("/chan-dung")
def show(
    request: Request,
    who: Annotated[Account, needs(Action.authors)],
    q: Annotated[str, Query(max_length=200)] = "",
    ten: Annotated[str, Query(max_length=store.MAX_CHARS)] = "",
) -> Response:
    source = engine("ingest")
    signed = {name for one in authors.listed(source) for name in one.pen_names}
    signed |= {one.name for one in bylines.unknown(source)}
    found = media.found(source, q=q, kind="image", only=pictures.visible(seen_by(who)), limit=_SHOWN)
    return page(
        request,
        who,
        "portraits.html",
        portraits=[(name, _thumb(row), _address(name)) for name, row in store.listed(source).items()],
        names=sorted(signed, key=sort_key),
        found=[(row.id, _thumb(row), row.caption or row.name) for row in found],
        q=q,
        chosen=ten,
    )


@router.post("/chan-dung")
def choose(who: Annotated[Account, needs(Action.authors)], form: Form) -> Response:
    name, media_id = form.text("name", store.MAX_CHARS), form.number("media_id")
    if media_id is None:
        raise Invalid.of("media_id", "Hãy chọn một ảnh trong kho.")
    store.choose(engine("ingest"), who.actor, name, media_id)
    return back(_HERE, f"Trang tác giả của {name} có chân dung sau vài giây.")


@router.post("/chan-dung/bo")
def take_away(who: Annotated[Account, needs(Action.authors)], form: Form) -> Response:
    name = form.text("name", store.MAX_CHARS)
    store.take_away(engine("ingest"), who.actor, name)
    return back(_HERE, f"Đã bỏ chân dung của {name}; ảnh vẫn còn trong kho.")


def _thumb(row: MediaRow) -> str:
    path = min(((width, path) for width, path in row.renditions if width >= 320), default=(0, row.path))[1]
    return media.MEDIA + path


def _address(name: str) -> str:
    return get_settings().site_url + author_path(slug(name))
