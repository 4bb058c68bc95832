"""A paper's own look: what is good is on every page, what is broken never reaches readers."""

import json
import os
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
from services.web.theme import colours, current, folder, making
from services.web.theme.folder import ThemeRefused
from services.web.theme.looking import faults_of
from services.web.theme.packed import archive_in
from services.web.theme.trying import tried
from shared import telemetry
from shared.settings import Settings, get_settings
from tests.conftest import forget_settings
from tests.unit.web.pages.conftest import Paper, paper
from toasoan.cli import cli

__all__ = ["paper"]

SEA = Path(__file__).resolve().parents[4] / "themes" / "bien"
STORY = "/kinh-te/cho-phien-muong-suong-40"
PAGES = ("/", "/thoi-su", STORY, "/doc-nhieu", "/anh", "/gioi-thieu", "/ngay", "/ngoai-tuyen")
MINIMAL = {"theme.toml": 'name = "Thử"\n'}


def written(place: Path, files: dict[str, str | bytes]) -> Path:
    """A theme's folder with these files."""
    for name, content in files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return place


def refused(place: Path) -> list[tuple[str, int, str]]:
    """What is wrong with a folder, as far as no page has to be made for it."""
    with pytest.raises(ThemeRefused) as caught:
        making.archive(folder.read(place))
    return [(fault.file, fault.line, fault.words) for fault in caught.value.faults]


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
        assert shared.getpixel((10, 10))[2] > 80, "its blue, not our red"
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


# ---------------------------------------------------------------- broken ones


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ('@import "//evil.example/x.css";', "@import"),
        ("@import url(static/x.css);", "@import"),
        ("a { background: url(https://evil.example/a.png) }", "evil.example"),
        ('a { background: url("//evil.example/a.png") }', "evil.example"),
        ("a { background: u\\72l(//evil.example) }", "evil.example"),
        ("@media screen { a[value^=x] { --y: url(//evil.example) } }", "evil.example"),
        ('a { background: image-set("//evil.example/a.png" 1x) }', "image-set"),
        ("a { background: url(static/khong-co.svg) }", "khong-co.svg"),
        ("a { background: url(static/../../../etc/passwd) }", "passwd"),
        ("@font-face { src: url(data:font/woff2;base64,AA) }", "data:"),
        ("a { color red }", "CSS viết chưa đúng"),
        ("a { color: red } }", "CSS viết chưa đúng"),
        ("a { background: url(un closed }", "CSS viết chưa đúng"),
        ("@media print { :root { --ink: #eee } }", "--ink"),
        ("@media screen { b { color: grey; background: white } }", "3,9"),
        (".x { background-color: var(--accent); color: var(--ink) }", "nền sáng"),
        ("@namespace url(http://evil.example);", "@namespace"),
        ("a { b: " + "(" * 5000 + " }", "lồng nhau"),
    ],
)
def test_a_style_sheet_that_asks_others_or_is_broken_is_refused_with_its_line(
    tmp_path: Path, rule: str, told: str
) -> None:
    place = written(tmp_path, {**MINIMAL, "theme.css": f"a {{ color: red }}\n/* x\n */\n{rule}\nb {{ c: d }}\n"})
    faults = refused(place)
    assert {(file, line) for file, line, _ in faults} == {("theme.css", 4)}
    assert any(told in words for _, _, words in faults)


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ('name = "x"\nname = "y"', 2, "TOML"),
        ('name = "x"\n[light]\nink = "#999999"', 3, "“ink” trên màu “paper” khó đọc ở nền sáng"),
        ('name = "x"\n[light]\n\n[dark]\npaper = "#f0f0f0"', 5, "khó đọc ở nền tối"),
        ('name = "x"\n[dark]\nthem = "#999999"', 3, "không có màu “them”"),
        ('name = "x"\n[dark]\nink = "red; } body { display: none"', 3, "phải viết như"),
        ('name = "x"\nlogo = "a.svg"', 2, "không có mục “logo”"),
        ('name = "x"\nfonts = ["static/a.woff2"]', 2, "không có phông chữ “static/a.woff2”"),
        ("fonts = []", 0, "“name”"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused_with_their_line(
    tmp_path: Path, text: str, line: int, told: str
) -> None:
    faults = refused(written(tmp_path, {"theme.toml": text}))
    assert (faults[0][0], faults[0][1]) == ("theme.toml", line)
    assert told in faults[0][2]


def test_contrast_is_that_of_wcag() -> None:
    light, dark = colours.built_in()
    assert light["ink"] == "#1b1612" and dark["ink"] == "#f1eae0" and len(light) == 15
    assert list(colours.faint(light)) == list(colours.faint(dark)) == []


SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">\n{}</svg>'


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("static/logo.svg", SVG.format("<script>1</script>"), "<script>"),
        ("static/logo.svg", SVG.format('<g onload="x()"/>'), "onload="),
        ("static/logo.svg", SVG.format('<image href="https://evil.example/"/>'), "evil.example"),
        ("static/logo.svg", '<!DOCTYPE svg [<!ENTITY a "a">]>' + SVG.format("&a;"), "DTD"),
        ("static/logo.svg", SVG.format("<g>"), "dòng 2: SVG viết chưa đúng"),
        ("static/logo.svg", '<svg xmlns="http://www.w3.org/2000/svg"/>', "rộng và cao"),
        ("static/logo.png", b"\x89PNG\r\n\x1a\nno", "không mở được"),
        ("static/icon.png", b"GIF89a", "không mở được"),
        ("static/a.woff2", b"<html>", "WOFF2"),
        ("static/a.js", "alert(1)", "không thuộc về giao diện"),
        ("static/a.html", "x", "không thuộc về giao diện"),
        ("theme.js", "x", "không thuộc về giao diện"),
        ("static/hình.svg", SVG, "không dấu"),
        ("static/logo.svg", b"x" * 200_001, "lớn hơn 200 KB"),
        ("templates/footer.html", "a\n\n{% if %}", "dòng 3: mẫu viết chưa đúng"),
        ("templates/footer.html", b"a\n\xff", "dòng 2: tệp không viết bằng UTF-8"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_refused(
    tmp_path: Path, name: str, content: str | bytes, told: str
) -> None:
    with pytest.raises(ThemeRefused) as caught:
        making.archive(folder.read(written(tmp_path, {**MINIMAL, name: content})))
    assert str(caught.value).startswith(name)
    assert told in str(caught.value)


def test_nothing_from_outside_the_folder_is_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.svg"
    secret.write_text(SVG)
    place = written(tmp_path / "theme", {**MINIMAL, "static/a.svg": SVG.format("")})
    (place / "static" / "b.svg").symlink_to("a.svg")
    assert len(folder.read(place)) == 3
    link = place / "static" / "logo.svg"
    link.symlink_to(secret)
    with pytest.raises(ThemeRefused, match=r"static/logo\.svg: .*dẫn ra ngoài"):
        folder.read(place)
    link.unlink()
    os.mkfifo(link)
    with pytest.raises(ThemeRefused, match="không phải là một tệp"):
        folder.read(place)
    link.unlink()
    for number in range(120):
        (place / "static" / f"{number}.svg").write_text("")
    with pytest.raises(ThemeRefused, match="hơn 100 tệp"):
        folder.read(place)


def test_templates_that_break_pages_are_refused_with_their_line() -> None:
    files = {
        "theme.toml": 'name = "x"',
        "templates/footer.html": "<footer>\n\n{{ khong_co }}</footer>",
        "templates/archive.html": '{% extends "built-in/archive.html" %}\n{% block main %}{{ 1 // 0 }}{% endblock %}',
        "templates/search.html": "{{ settings.secret_key }}",
        "templates/khong-co.html": "",
    }
    with pytest.raises(ThemeRefused) as caught:
        tried({name: text.encode() for name, text in files.items()})
    places = {(fault.file, fault.line) for fault in caught.value.faults}
    assert places == {("templates/footer.html", 3), ("templates/archive.html", 2), ("templates/search.html", 1)}


def test_templates_that_the_site_would_not_let_through_are_refused_with_their_line() -> None:
    files = {
        "theme.toml": 'name = "x"',
        "templates/footer.html": '<footer>\n<p style="color: red">\n<img src="https://evil.example/a.png" alt="">\n'
        "<a href='/' onclick='x()'>\n<script>x()</script></footer>",
        "templates/article.html": '{% extends "base.html" %}\n{% block main %}{{ story.state.title }}{% endblock %}',
        "templates/khac.html": "",
    }
    with pytest.raises(ThemeRefused) as caught:
        tried({name: text.encode() for name, text in files.items()})
    told = {(fault.file, fault.line): fault.words for fault in caught.value.faults}
    for line in (2, 3, 4, 5):
        assert told.pop(("templates/footer.html", line))
    assert "view-token" in told.pop(("templates/article.html", 0))
    assert told == {}


def test_a_template_that_no_page_uses_is_said() -> None:
    with pytest.raises(ThemeRefused, match=r"templates/foter\.html: không trang nào dùng"):
        tried({"theme.toml": b'name = "x"', "templates/foter.html": b""})


@pytest.mark.parametrize(
    "endless",
    [
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% for a in range(99) %}{% set x = 'x' * 999999999 %}{{ x }}{% endfor %}",
    ],
)
def test_a_template_without_end_is_refused_within_bounds(endless: str) -> None:
    with pytest.raises(ThemeRefused, match=r"templates/footer\.html, dòng 2: dựng trang / tốn"):
        tried({"theme.toml": b'name = "x"', "templates/footer.html": f"<footer>\n{endless}</footer>".encode()})


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
