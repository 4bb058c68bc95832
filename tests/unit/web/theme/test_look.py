"""What a newsroom chooses at the desk stands above the theme, on every page and in every file."""

import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from structlog.testing import capture_logs

from services.web import only_ones, preview, static_files
from services.web.page import Missing, Moved
from services.web.pages import errors
from services.web.theme.colours import built_in
from shared.contracts.appearance import Appearance, SiteLogo
from shared.contracts.commands import PreviewAppearance
from shared.contracts.events import AppearanceChanged
from tests.contract.web.conftest import delivered
from tests.unit.web.pages.conftest import Paper, paper
from tests.unit.web.theme.test_theme import PAGES, SEA, wearing

__all__ = ["paper"]

LOGO = SiteLogo(file="logo.png", width=600, height=150)
GREEN = {"accent": "#0a5c36", "lacquer": "#0a5c36"}
STYLE = re.compile(r'<link rel="stylesheet" href="(/giao-dien/[0-9a-f]{10}/theme\.css)">')


def choose(paper: Paper, version: int = 1, files: dict[str, bytes] | None = None, **chosen: Any) -> None:
    """The newsroom has saved this."""
    held = files or {}
    marks = {name: sha256(data).hexdigest() for name, data in held.items()}
    event = AppearanceChanged(
        version=version,
        appearance=Appearance(files=marks, **chosen),
        data={name: b64encode(data) for name, data in held.items()},
    )
    only_ones.set_appearance(paper.engine, [delivered(event, 1, version)])


def picture(form: str, width: int, height: int, colour: str = "#0a5c36") -> bytes:
    data = BytesIO()
    Image.new("RGB", (width, height), colour).save(data, form)
    return data.getvalue()


@pytest.fixture
def sea() -> Iterator[Paper]:
    """The sample paper in another theme."""
    from tests.unit.web.pages import sample

    made = Paper(wearing(SEA))
    sample.fill(made.engine)
    yield made


def test_name_and_colours_of_the_desk_are_on_every_page(paper: Paper) -> None:
    choose(paper, name="Báo Rừng", light=GREEN)
    for address in PAGES:
        made = paper.page(address)
        assert re.findall(r'class="nameplate"><a href="/">\s*([^<]+?)\s*</a>', made.body) == ["Báo Rừng"] * 2, address
        assert len(STYLE.findall(made.body)) == 1 and "appearance" in made.depends, address
    assert "<title>Báo Rừng - " in paper.page("/").body
    style = paper.page(STYLE.findall(paper.page("/").body)[0])
    assert "--accent:light-dark(#0a5c36,#f4a08f)" in style.body and style.content_type.startswith("text/css")
    assert dict(style.headers)["cache-control"].endswith("immutable")
    assert '"name":"Báo Rừng"' in paper.page("/manifest.webmanifest").body
    assert '"theme_color":"#0a5c36"' in paper.page("/manifest.webmanifest").body
    assert "<title>Báo Rừng</title>" in paper.page("/rss.xml").body
    assert STYLE.findall(errors.unavailable(None).body) and "Báo Rừng" in errors.busy().body


def test_pictures_of_the_desk_are_logo_icon_and_what_is_shared(paper: Paper) -> None:
    choose(
        paper,
        logo=LOGO,
        dark_logo=SiteLogo(file="logo-dark.png", width=600, height=150),
        files={
            "logo.png": picture("PNG", 600, 150),
            "logo-dark.png": picture("PNG", 600, 150, "#ffffff"),
            **{f"{size}.png": picture("PNG", size, size) for size in (512, 192, 180)},
            "favicon.ico": picture("ICO", 48, 48),
            "share.jpg": picture("JPEG", 1200, 630),
        },
    )
    body = paper.page("/").body
    mark = STYLE.findall(body)[0].split("/")[2]
    assert (
        f'<img class="logo on-light" src="/giao-dien/{mark}/logo.png" alt="Báo Mẫu" width="600"\nheight="150">' in body
    )
    assert f'<img class="logo on-dark" src="/giao-dien/{mark}/logo-dark.png"' in body
    assert f'<link rel="icon" href="/giao-dien/{mark}/192.png" type="image/png">' in body
    for address, size in (
        (f"/giao-dien/{mark}/logo.png", (600, 150)),
        (f"/giao-dien/{mark}/512.png", (512, 512)),
        (f"/giao-dien/{mark}/180.png", (180, 180)),
        ("/favicon.ico", (48, 48)),
        ("/anh-chia-se/bao.jpg", (1200, 630)),
    ):
        with Image.open(BytesIO(paper.page(address).data)) as shown:
            assert shown.size == size
            red, green, blue = shown.convert("RGB").resize((1, 1)).tobytes()
            assert green > 80 > max(red, blue), f"{address} is the newsroom's"
    assert f"/giao-dien/{mark}/logo-dark.png" in paper.page("/sw.js").body
    assert f"/giao-dien/{mark}/512.png" in paper.page("/kinh-te/cho-phien-muong-suong-40").body


def test_an_open_page_of_the_look_before_finds_the_one_that_came_after(paper: Paper) -> None:
    choose(paper, light=GREEN)
    before = STYLE.findall(paper.page("/").body)[0]
    choose(paper, 2, light={"accent": "#12448c"})
    with pytest.raises(Moved) as moved:
        paper.page(before)
    assert "#12448c" in paper.page(moved.value.path).body
    choose(paper, 3)
    assert not STYLE.findall(paper.page("/").body)
    with pytest.raises(Missing):
        paper.page(before)


def test_it_stands_above_a_theme_and_leaves_what_it_says_nothing_of(sea: Paper) -> None:
    theirs = static_files.files(sea.settings)
    choose(sea, dark={"accent": "#b5e48c"}, files={"192.png": picture("PNG", 192, 192)})
    body = sea.page("/").body
    assert f'src="{theirs["theme/logo.svg"].address}"' in body, "the theme's logo"
    style = sea.page(STYLE.findall(body)[0]).body
    assert "--accent:light-dark(#0a5c8a,#b5e48c)" in style
    assert f'url("{theirs["theme/waves.svg"].address}")' in style, "the theme's own rules"


def test_what_cannot_be_read_never_reaches_readers(paper: Paper) -> None:
    """The theme below may have changed since somebody checked it at the desk."""
    with capture_logs() as logs:
        choose(paper, name="Báo Rừng", light={"ink": "#dddddd"})
        body = paper.page("/").body
    assert "Báo Rừng" in body and not STYLE.findall(body)
    assert [said["event"] for said in logs] == ["colours of the desk refused"]


def test_the_desk_is_shown_the_page_and_what_cannot_be_read(sea: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview, "get_settings", lambda: sea.settings)
    preview._render.cache_clear()
    data = {"logo.png": b64encode(picture("PNG", 600, 150))}
    logo = data["logo.png"].decode()
    asked = Appearance(name="Báo Rừng", light={"soft": "#aaaaaa"}, logo=LOGO, files={"logo.png": "0"})
    query = PreviewAppearance(appearance=asked, data=data, mode="dark")
    try:
        answers = {
            page: preview.appearance(sea.engine, query.model_copy(update={"page": page}))
            for page in ("home", "article", "section")
        }
    finally:
        preview._render.cache_clear()
    for answer in answers.values():
        assert '<html data-theme="dark" lang="vi">' in answer.html and "<script" not in answer.html
        assert 'alt="Báo Rừng"' in answer.html and f'src="data:image/png;base64,{logo}"' in answer.html
        assert '"data:text/css;base64,' in answer.html and "\x00" not in answer.html
    assert '<article class="story' in answers["article"].html
    told = answers["home"]
    assert {(one.mode, one.words) for one in told.faint} == {("light", "soft")}
    assert told.light["soft"] == "#aaaaaa" and told.light.keys() == built_in()[0].keys()
    assert sea.page("/").body.count("Báo Rừng") == 0, "nothing is live"
