"""A paper's own look: what is good is on every page, what is broken never reaches readers."""

import json
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from PIL import Image
from structlog.testing import capture_logs

from services.web import static_files
from services.web.render import FOLDER as TEMPLATES
from services.web.render import make_renderer
from services.web.theme import current, making
from services.web.theme.looking import faults_of
from services.web.theme.packed import archive_in
from services.web.theme.trying import tried
from shared import telemetry
from shared.settings import Settings, get_settings
from tests.conftest import forget_settings
from tests.unit.web.pages.conftest import Paper, paper
from tests.unit.web.theme.folders import MINIMAL, written
from toasoan.cli import cli

__all__ = ["paper"]

SEA = Path(__file__).resolve().parents[4] / "themes" / "bien"
STORY = "/kinh-te/cho-phien-muong-suong-40"
PAGES = ("/", "/thoi-su", STORY, "/doc-nhieu", "/anh", "/gioi-thieu", "/ngay", "/ngoai-tuyen")


def wearing(theme: Path) -> Settings:
    return get_settings().model_copy(update={"theme_dir": theme})


@pytest.fixture
def untried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A theme that is in use although nobody tried its templates on pages."""

    def use(templates: dict[str, str]) -> None:
        files = MINIMAL | {f"templates/{name}": text for name, text in templates.items()}
        data = making.archive({name: text.encode() for name, text in files.items()})
        monkeypatch.setattr(current, "on_trial", current.unpacked(data))

    yield use


# ---------------------------------------------------------------- a good one


def test_a_second_paper_is_made_by_its_folder_alone(paper: Paper) -> None:
    theirs = Paper(wearing(SEA).model_copy(update={"site_name": "Báo Biển"}))
    files = static_files.files(theirs.settings)
    known = {file.address for file in files.values()}
    with capture_logs() as logs:
        bodies = {address: theirs.page(address) for address in PAGES}
    assert logs == []
    for address, page in bodies.items():
        assert page.body != paper.page(address).body
        assert re.findall(r'<link rel="stylesheet" href="(.+)">', page.body) == [
            files["site.css"].address,
            files["theme.css"].address,
        ]
        assert set(re.findall(r'"(/static/[^"]+)"', page.body)) <= known
        assert f'src="{files["theme/logo.svg"].address}" alt="Báo Biển" width="435"\nheight="88"' in page.body
        assert "Giao diện “Biển”" in page.body, "its own block of the foot"
        assert 'as="font"' not in page.body, "it asks for none"
        assert '<meta name="theme-color" content="#0b151c" media="(prefers-color-scheme: dark)">' in page.body
        assert faults_of(page, theirs.settings, {}) == []
    style = files["theme.css"].data.decode()
    assert f'url("{files["theme/waves.svg"].address}")' in style
    assert "--accent:light-dark(#0a5c8a,#6cc4f0)" in style


def test_icons_and_the_shared_picture_are_the_themes(paper: Paper) -> None:
    theirs = Paper(wearing(SEA))
    ours, files = static_files.files(paper.settings), static_files.files(theirs.settings)
    for name, size in (("icons/512.png", 512), ("icons/192.png", 192), ("icons/180.png", 180), ("favicon.ico", 48)):
        assert files[name].address != ours[name].address
        with Image.open(BytesIO(files[name].data)) as icon:
            assert icon.size == (size, size)
    manifest = theirs.page("/manifest.webmanifest").body
    assert files["icons/192.png"].address in manifest and '"theme_color":"#0b3d63"' in manifest
    assert files["icons/192.png"].address in theirs.page("/rss.xml").body
    with Image.open(BytesIO(theirs.page("/anh-chia-se/bao.jpg").data)) as shared:
        assert shared.size == (1200, 630)
        assert shared.convert("RGB").crop((10, 10, 11, 11)).tobytes()[2] > 80, "its blue, not our red"
    kept = theirs.page("/sw.js").body
    for name in ("theme.css", "theme/logo.svg", "theme/logo-dark.svg"):
        assert files[name].address in kept
    assert files["headline.woff2"].address not in kept


def test_a_good_theme_is_tried_once_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = written(tmp_path / "theme", {**MINIMAL, "static/hoa.svg": (SEA / "static/waves.svg").read_bytes()})
    assert current.theme_of(wearing(place)).name == "Thử"
    forget_settings()
    monkeypatch.setattr("services.web.theme.trying.tried", lambda _files: pytest.fail("tried again"))
    assert current.theme_of(wearing(place)).static.keys() == {"theme.css", "theme/hoa.svg"}


def test_the_trial_makes_a_page_of_every_template() -> None:
    """One more of ours, which no page of the trial needs, would be an override that nobody tried."""
    own = {f"templates/{path.name}": f'{{% extends "built-in/{path.name}" %}}'.encode() for path in TEMPLATES.iterdir()}
    # Macros are imported by name: they are not inherited.
    del own["templates/macros.html"]
    assert tried({"theme.toml": b'name = "x"', **own})


# ---------------------------------------------------------------- the last good one


def test_a_broken_theme_is_refused_and_the_last_good_one_stays(tmp_path: Path) -> None:
    place = written(tmp_path / "theme", {**MINIMAL, "templates/footer.html": "<footer>Chân trang riêng</footer>"})
    assert "Chân trang riêng" in Paper(wearing(place)).page("/gioi-thieu").body
    for broken in ({"theme.css": "a { b }"}, {"theme.css": "", "templates/footer.html": "<p>\n{{ khong_co }}"}):
        written(place, broken)
        forget_settings()
        with capture_logs() as logs:
            assert "Chân trang riêng" in Paper(wearing(place)).page("/gioi-thieu").body
        told = [said["fault"] for said in logs if said["event"] == "theme refused"]
        assert told and told[0].startswith(("theme.css, dòng 1: ", "templates/footer.html, dòng 2: "))
        assert telemetry.theme_refused._value.get() == 1
    written(place, {"templates/footer.html": "<footer>Chân trang mới</footer>"})
    forget_settings()
    assert "Chân trang mới" in Paper(wearing(place)).page("/gioi-thieu").body
    assert telemetry.theme_refused._value.get() == 0


@pytest.mark.parametrize("kept", [None, b"PK no archive"])
def test_a_folder_that_is_not_there_is_said_and_the_paper_has_our_look(paper: Paper, kept: bytes | None) -> None:
    settings = wearing(Path("/khong/co"))
    if kept is not None:
        archive_in(settings.data_dir).parent.mkdir()
        archive_in(settings.data_dir).write_bytes(kept)
    with capture_logs() as logs:
        assert Paper(settings).page("/").body == paper.page("/").body
    assert [said["fault"] for said in logs if "fault" in said] == [
        "/khong/co: không đọc được thư mục giao diện (No such file or directory)"
    ]


def test_the_command_says_what_is_wrong_or_that_all_is_well(tmp_path: Path) -> None:
    place = written(tmp_path / "theme", {"theme.toml": 'name = "x"\n[light]\nink = "#777777"'})
    answer = CliRunner().invoke(cli, ["theme", "check", str(place)])
    assert answer.exit_code == 1 and "theme.toml, dòng 3: chữ màu “ink” trên màu “paper”" in answer.stdout
    told = json.loads(CliRunner().invoke(cli, ["theme", "check", str(tmp_path / "none"), "--json"]).stdout)
    assert told["good"] is False and told["faults"][0]["file"].endswith("none")
    answer = CliRunner().invoke(cli, ["theme", "check", str(SEA)])
    assert (answer.exit_code, answer.stdout) == (0, "Giao diện này dùng được: mọi trang mẫu đều hiện đúng.\n")


# ---------------------------------------------------------------- at run time


@pytest.mark.parametrize(
    ("broken", "line"),
    [
        ("<footer>Chân trang riêng\n\n{{ khong_co }}</footer>", 3),
        ("<footer>\n{{ 1 // 0 }}</footer>", 2),
        ('{% include "khong_co.html" %}', 1),
        ("\n{{ settings.database_url }}", 2),
        ("{{ absolute.args }}", 1),
    ],
)
def test_an_own_template_that_breaks_on_some_page_takes_it_not_down(
    paper: Paper, untried: Any, broken: str, line: int
) -> None:
    untried({"footer.html": broken})
    theirs = Paper(paper.settings)
    with capture_logs() as logs:
        made = theirs.page("/gioi-thieu").body
    assert "Chân trang riêng" not in made and "Back To Top" in made
    assert [said["at"] for said in logs] == [f"templates/footer.html:{line}"]


def test_pages_without_a_database_have_the_theme_too(untried: Any) -> None:
    untried({"logo.html": "Tên riêng"})
    body = make_renderer(get_settings())("unavailable.html", number=503, name="x", words="y")
    assert "Tên riêng" in body and "theme.css" in body
