"""A theme that is broken, costs, or asks others for anything is refused, with its file and line."""

import os
from pathlib import Path

import pytest

from services.web.theme import colours, folder, making
from services.web.theme.folder import ThemeRefused
from services.web.theme.trying import tried
from tests.unit.web.theme.folders import MINIMAL, written


def refused(place: Path) -> list[tuple[str, int, str]]:
    """What is wrong with a folder, as far as no page has to be made for it."""
    with pytest.raises(ThemeRefused) as caught:
        making.archive(folder.read(place))
    return [(fault.file, fault.line, fault.words) for fault in caught.value.faults]


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


FONT = (Path(making.__file__).parents[1] / "static" / "headline.woff2").read_bytes()
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
        ("static/a.woff2", b"<html>", "không phải là phông chữ WOFF2"),
        ("static/a.woff2", FONT[:-1], "hỏng"),
        ("static/a.woff2", FONT[:3000] + bytes(100) + FONT[3100:], "hỏng"),
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
    for number in range(120):
        (place / "static" / f"{number}.svg").unlink()
    for number in range(600):
        (place / f"{number}.md").touch()
    with pytest.raises(ThemeRefused, match="hơn 500 tệp và thư mục"):
        folder.read(place)


def test_templates_that_break_pages_are_refused_with_their_line() -> None:
    files = {
        "theme.toml": 'name = "x"',
        "templates/footer.html": "<footer>\n\n{{ khong_co }}</footer>",
        "templates/archive.html": '{% extends "built-in/archive.html" %}\n{% block main %}{{ 1 // 0 }}{% endblock %}',
        "templates/search.html": "{{ settings.secret_key }}",
        # What ours set, and other templates ask for, it does not.
        "templates/message.html": '\n{% extends "base.html" %}',
        "templates/khong-co.html": "",
    }
    with pytest.raises(ThemeRefused) as caught:
        tried({name: text.encode() for name, text in files.items()})
    places = {(fault.file, fault.line) for fault in caught.value.faults}
    assert places == {("templates/footer.html", 3), ("templates/archive.html", 2)} | {
        ("templates/search.html", 1),
        ("templates/message.html", 2),
    }


def test_templates_that_the_site_would_not_let_through_are_refused_with_their_line() -> None:
    files = {
        "theme.toml": 'name = "x"',
        "templates/footer.html": '<footer>\n<p style="color: red">\n<img src="https://evil.example/a.png" alt="">\n'
        "<a href='/' onclick='x()'>\n<script>x()</script></footer>",
        "templates/article.html": '{% extends "built-in/article.html" %}\n{% block head %}{% endblock %}',
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
