"""The look of the readers' site as a newsroom chooses it: seen first, then live, then put back."""

from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import Engine, select

from services.ingest.appearance import screen
from services.ingest.appearance import store as appearance
from services.ingest.events import build
from services.ingest.kit.actors import Role
from services.ingest.kit.tables import audit, outbox
from services.ingest.media import imaging
from services.ingest.media import store as media
from services.web.theme.colours import built_in
from shared.contracts.commands import AppearanceAnswer, FaintColours, PreviewAppearance
from shared.database import read
from shared.settings import get_settings
from tests.contract.ingest.base import EDITOR
from tests.contract.ingest.newsroom import Newsroom, words

LIGHT, DARK = built_in()
COLOURS = {
    f"{mode}-{name}": value for mode, known in (("light", LIGHT), ("dark", DARK)) for name, value in known.items()
}


class Site:
    """The readers' site as the desk asks it."""

    def __init__(self) -> None:
        self.asked: list[PreviewAppearance] = []
        self.faint: tuple[FaintColours, ...] = ()

    def __call__(self, query: PreviewAppearance) -> AppearanceAnswer:
        self.asked.append(query)
        chosen = query.appearance
        html = f'<link rel="stylesheet" href="/static/1/site.css">{chosen.name}' if query.page else ""
        return AppearanceAnswer(
            light=LIGHT | chosen.light, dark=DARK | chosen.dark, name="Báo Mẫu", faint=self.faint, html=html
        )


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Site:
    made = Site()
    monkeypatch.setattr(screen, "ask", made)
    return made


def told(store: Engine) -> Any:
    """What readers' stores are told."""
    with read(store) as connection:
        payload = appearance.payload(connection)
    assert payload is not None
    return build("appearance_changed", [("1", payload.version)])[("1", payload.version)]


def picture(store: Engine, tmp_path: Path, width: int, height: int) -> int:
    """One in the store of media."""
    path = tmp_path / f"{width}x{height}.png"
    Image.new("RGB", (width, height), (width % 255, height % 255, 90)).save(path)
    return int(media.keep(store, imaging.rebuild(path, get_settings().media_dir), EDITOR).id)


def test_it_is_seen_first_and_then_live_and_can_be_put_back(newsroom: Newsroom, sqlite: Engine, site: Site) -> None:
    secretary = newsroom.sign_in(Role.secretary, "Hoàng Thị Lan")
    assert "Chưa lưu lần nào" in secretary.get("/giao-dien")
    chosen = {"name": "Báo Rừng", "own_colours": "yes", **COLOURS, "light-accent": "#0A5C36"}
    frame = secretary.client.post("/desk/giao-dien/xem-truoc", data={"csrf": secretary.csrf, **chosen, "mode": "dark"})
    assert f'href="{get_settings().site_url}/static/1/site.css"' in frame.text and "Báo Rừng" in frame.text
    policy = frame.headers["content-security-policy"]
    assert "script-src" not in policy and "default-src 'none'" in policy and "frame-ancestors 'self'" in policy
    assert (site.asked[-1].page, site.asked[-1].mode) == ("home", "dark")
    with read(sqlite) as connection:
        assert appearance.payload(connection) is None, "nobody saved it"

    page = secretary.post("/giao-dien", version="0", **chosen)
    assert "Đã lưu giao diện" in page and "đang dùng" in page and "Hoàng Thị Lan" in page
    event = told(sqlite)
    assert (event.version, event.appearance.name, event.appearance.light["accent"]) == (1, "Báo Rừng", "#0a5c36")
    page = secretary.post("/giao-dien", version="1", name="Báo Biển", **COLOURS)
    assert told(sqlite).appearance.light == {}, "the box of own colours was empty"
    assert "Báo Rừng, màu riêng" in words(page)
    assert "Báo Rừng" in secretary.get("/giao-dien/xem-truoc?phien_ban=1")
    assert "Đã dùng lại" in secretary.post("/giao-dien/1/dung-lai", version="2")
    event = told(sqlite)
    assert (event.version, event.appearance.name, event.appearance.light["accent"]) == (3, "Báo Rừng", "#0a5c36")
    secretary.post("/giao-dien/9/dung-lai", 404, version="3")
    with read(sqlite) as connection:
        acts = connection.execute(select(audit.c.action).where(audit.c.subject == "appearance").order_by(audit.c.id))
        assert list(acts.scalars()) == [f"appearance.{act}" for act in ("saved", "saved", "restored")]
        queues = connection.execute(select(outbox.c.queue).where(outbox.c.kind == "appearance_changed")).scalars()
        assert set(queues) == {"page"}


def test_what_nobody_could_read_is_not_saved_and_what_was_typed_stays(
    newsroom: Newsroom, sqlite: Engine, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.faint = (FaintColours(mode="dark", words="soft", ground="paper", contrast=3.21),)
    chief = newsroom.sign_in(Role.chief)
    chosen = {"version": "0", "name": "Báo Rừng", "own_colours": "yes", **COLOURS, "dark-soft": "#555555"}
    page = chief.post("/giao-dien", 422, **chosen)
    assert "“Chữ phụ: giờ, chú thích” trên “Nền trang” khó đọc ở nền tối: tương phản 3,2" in words(page)
    assert 'value="Báo Rừng"' in page and 'name="dark-soft" value="#555555"' in page
    monkeypatch.setattr(screen, "ask", lambda _query: None)
    assert "chưa xem và kiểm tra được" in chief.post("/giao-dien", 422, **chosen)
    assert "chưa có bảng màu" in words(chief.get("/giao-dien"))
    assert "chưa trả lời" in chief.post("/giao-dien/xem-truoc", **chosen)
    chief.post("/giao-dien", 422, **{**chosen, "light-ink": "red"})
    with read(sqlite) as connection:
        assert appearance.payload(connection) is None


def test_pictures_fit_what_they_are_for_and_stay_in_the_store(
    newsroom: Newsroom, sqlite: Engine, site: Site, tmp_path: Path
) -> None:
    logo, icon = picture(sqlite, tmp_path, 2000, 400), picture(sqlite, tmp_path, 600, 600)
    admin = newsroom.sign_in(Role.admin)
    for field, media_id, said in (
        ("icon", logo, "Biểu tượng phải vuông"),
        ("share_picture", icon, "rộng ít nhất 1200"),
        ("dark_logo", logo, "phải có cả logo"),
        ("logo", 9999, "Không có ảnh số 9999"),
    ):
        assert said in admin.post("/giao-dien", 422, version="0", **{field: str(media_id)})
        assert said in admin.post("/giao-dien/xem-truoc", **{field: str(media_id)})
    page = admin.post("/giao-dien", version="0", logo=str(logo), icon=str(icon))
    assert "có logo, có biểu tượng" in words(page)
    sent = told(sqlite)
    look = sent.appearance
    assert (look.logo.file, look.logo.width, look.logo.height) == ("logo.webp", 2000, 400)
    sizes = {name: Image.open(BytesIO(data)).size for name, data in sent.data.items()}
    assert sizes.pop("logo.webp") == (750, 150), "no larger than the sharpest screen shows it"
    assert sizes == {"512.png": (512, 512), "192.png": (192, 192), "180.png": (180, 180), "favicon.ico": (48, 48)}
    assert look.files == {name: sha256(data).hexdigest() for name, data in sent.data.items()}
    admin.post("/giao-dien", version="1")
    assert "Còn bài, giao diện" in admin.post(f"/kho/{logo}/xoa", 409), "it can be put back"
    assert "Đã dùng lại" in admin.post("/giao-dien/1/dung-lai", version="2")
    assert told(sqlite).appearance == look


def test_two_who_change_it_do_not_undo_each_other_and_most_may_not(newsroom: Newsroom, site: Site) -> None:
    secretary = newsroom.sign_in(Role.secretary)
    secretary.post("/giao-dien", version="0", name="Báo Rừng")
    assert "vừa được người khác sửa" in secretary.post("/giao-dien", 409, version="0", name="Báo Biển")
    for role in (Role.reporter, Role.editor, Role.ops):
        somebody = newsroom.sign_in(role)
        somebody.get("/giao-dien", 403)
        somebody.post("/giao-dien", 403, version="1", name="x")
        somebody.post("/giao-dien/xem-truoc", 403, name="x")


def test_editors_have_a_word_for_every_colour_of_a_theme() -> None:
    assert list(screen.COLOURS) == list(LIGHT)


def test_as_many_versions_are_kept_as_anybody_would_put_back(store: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(appearance, "KEPT", 3)
    for number in range(5):
        appearance.save(store, appearance.ChosenLook(name=f"Báo {number}"), EDITOR, number)
    assert appearance.save(store, appearance.ChosenLook(name="Báo 4"), EDITOR, 5) == 5, "nothing has changed"
    assert [one.version for one in appearance.versions(store)] == [5, 4, 3]
