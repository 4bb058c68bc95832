"""The look of the readers' site: name, colours, pictures, seen in the readers' own pages before anything is live."""

import re
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from services.ingest.appearance import store
from services.ingest.appearance.store import PICTURES, ChosenLook
from services.ingest.desk_kit import people
from services.ingest.desk_kit.asking import ask
from services.ingest.desk_kit.forms import Fields, Form, RowId
from services.ingest.desk_kit.pages import NavItem, back, page
from services.ingest.desk_kit.readers_page import framed, of_readers
from services.ingest.desk_kit.session import needs
from services.ingest.kit.actors import Account
from services.ingest.kit.errors import Invalid, NotFound
from services.ingest.kit.rights import Action
from services.ingest.media import store as media
from shared.contracts.appearance import MAX_NAME_CHARS
from shared.contracts.commands import AppearanceAnswer, FaintColours, PreviewAppearance
from shared.database import engine

router = APIRouter()
_HERE = "/desk/giao-dien"
NAV = (NavItem(_HERE, "Giao diện", Action.appearance, group="Tòa soạn"),)
Chooser = Annotated[Account, needs(Action.appearance)]
Version = Annotated[int | None, Query(alias="phien_ban", ge=1, lt=2**62)]
COLOURS = {
    "paper": "Nền trang",
    "sheet": "Nền ô nhập, thực đơn",
    "tint": "Nền khung, chân trang",
    "line": "Đường kẻ",
    "ink": "Chữ",
    "soft": "Chữ phụ: giờ, chú thích",
    "accent": "Liên kết, nút",
    "on-accent": "Chữ trên nút",
    "lacquer": "Dải đầu trang",
    "gold": "Nét trang trí",
    "mark": "Nền từ tìm thấy",
    "night": "Nền dải ảnh, video",
    "on-night": "Chữ trên dải ảnh, video",
    "night-accent": "Liên kết trên dải ảnh, video",
    "on-night-accent": "Chữ trên nút của dải ảnh, video",
}
"""What editors call the colours of themes."""
_PICTURE_WORDS = {
    "logo": ("Logo", "Đứng thay tên báo ở đầu trang. Ảnh PNG hoặc WebP nền trong suốt, cao ít nhất 100 điểm ảnh."),
    "dark_logo": ("Logo cho nền tối", "Để trống thì nền tối cũng dùng logo trên."),
    "icon": ("Biểu tượng (favicon)", "Ảnh vuông, mỗi cạnh ít nhất 512 điểm ảnh."),
    "share_picture": ("Ảnh chia sẻ", "Của những trang không có ảnh riêng. Ít nhất 1200 × 630 điểm ảnh."),
}
_MODES = {"light": "nền sáng", "dark": "nền tối"}
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_PAGES = {"home": "Trang nhất", "article": "Bài mới nhất", "section": "Chuyên mục"}
_AWAY = "Trang bạn đọc chưa trả lời, nên chưa xem và kiểm tra được màu. Chưa có gì thay đổi; hãy thử lại sau ít phút."


@router.get("/giao-dien")
def show(request: Request, who: Chooser) -> Response:
    held = store.current(engine("ingest"))
    return _page(request, who, held.chosen, held.version)


@router.post("/giao-dien")
def save(request: Request, who: Chooser, form: Form) -> Response:
    version = form.number("version") or 0
    chosen = _chosen(form)
    try:
        _refuse_unreadable(chosen)
        store.save(engine("ingest"), chosen, who.actor, version)
    except Invalid as fault:
        return _page(request, who, chosen, version, fault.errors)
    return back(_HERE, "Đã lưu giao diện; bạn đọc thấy sau vài giây.")


@router.post("/giao-dien/{look_id}/dung-lai")
def put_back(look_id: RowId, who: Chooser, form: Form) -> Response:
    """Make an earlier version live again, as a new one."""
    chosen = store.version(engine("ingest"), look_id).chosen
    _refuse_unreadable(chosen)
    store.save(engine("ingest"), chosen, who.actor, form.number("version") or 0, act="restored")
    return back(_HERE, "Đã dùng lại giao diện này; bạn đọc thấy sau vài giây.")


@router.get("/giao-dien/xem-truoc")
def preview(request: Request, who: Chooser, version: Version = None) -> Response:
    """A page as readers see it, or as a version that is kept had it."""
    held = store.version(engine("ingest"), version) if version else store.current(engine("ingest"))
    return _preview(request, who, held.chosen, Fields([]))


@router.post("/giao-dien/xem-truoc")
def preview_unsaved(request: Request, who: Chooser, form: Form) -> Response:
    """The same as the form has it, which nobody has saved."""
    try:
        return _preview(request, who, _chosen(form), form)
    except Invalid as fault:
        return _said(request, who, fault.errors[0]["message"])


def _page(
    request: Request, who: Account, chosen: ChosenLook, version: int, errors: list[dict[str, str]] | None = None
) -> Response:
    shown = {name: _picture(media_id) for name, media_id in chosen.pictures()}
    # Whatever is wrong with a picture, the form shows the colours.
    answer = _asked(ChosenLook(light=chosen.light, dark=chosen.dark))
    kept = store.versions(engine("ingest"))
    return page(
        request,
        who,
        "appearance.html",
        422 if errors else 200,
        chosen=chosen,
        version=version,
        errors=errors or [],
        answer=answer,
        colours=COLOURS,
        modes=_MODES,
        pages=_PAGES,
        pictures=[(name, *words, shown.get(name, "")) for name, words in _PICTURE_WORDS.items()],
        kept=kept,
        names=people.names(engine("ingest"), [one.saved_by for one in kept]),
        limit=MAX_NAME_CHARS,
    )


def _preview(request: Request, who: Account, chosen: ChosenLook, form: Fields) -> Response:
    which, mode = form.text("page"), form.text("mode")
    answer = _asked(chosen, which if which in _PAGES else "home", mode if mode in _MODES else "light")
    return of_readers(answer.html) if answer else _said(request, who, _AWAY)


def _said(request: Request, who: Account, words: str) -> Response:
    """In the place of the page."""
    return framed(page(request, who, "appearance_said.html", words=words))


def _asked(chosen: ChosenLook, which: str = "", mode: str = "light") -> AppearanceAnswer | None:
    """What the readers' site says of it. Raises Invalid."""
    look, data = store.appearance(engine("ingest"), chosen)
    asked = {"appearance": look, "data": data, "page": which, "mode": mode}
    return ask(PreviewAppearance.model_validate(asked))


def _refuse_unreadable(chosen: ChosenLook) -> None:
    """Raises Invalid where words could not be read on their ground, or where nobody can tell."""
    answer = _asked(chosen)
    if answer is None:
        raise Invalid.of("", _AWAY)
    faults = [*map(_in_words, answer.faint), *answer.faults]
    if faults:
        raise Invalid([{"field": "colours", "message": words} for words in faults])


def _in_words(pair: FaintColours) -> str:
    words, ground = (COLOURS.get(name, name) for name in (pair.words, pair.ground))
    told = f"{pair.contrast:.1f}".replace(".", ",")
    return f"“{words}” trên “{ground}” khó đọc ở {_MODES[pair.mode]}: tương phản {told}, cần ít nhất 4,5."


def _chosen(form: Fields) -> ChosenLook:
    """Raises Invalid."""
    own = form.checked("own_colours")
    light, dark = ({name: _colour(form, f"{mode}-{name}") for name in COLOURS} if own else {} for mode in _MODES)
    return ChosenLook(
        name=form.text("name", MAX_NAME_CHARS),
        light=light,
        dark=dark,
        **{name: form.number(name) for name in PICTURES},
    )


def _colour(form: Fields, name: str) -> str:
    value = form.text(name).lower()
    if not _COLOUR.fullmatch(value):
        raise Invalid.of(name, "Màu phải viết như #1b1612.")
    return value


def _picture(media_id: int) -> str:
    """The address of a small copy; "" where there is no such picture."""
    try:
        row = media.one(engine("ingest"), media_id)
    except NotFound:
        return ""
    small = sorted((width, path) for width, path in row.renditions if width >= 320 and path.endswith(".webp"))
    path: str = small[0][1] if small else row.path
    return media.MEDIA + path
