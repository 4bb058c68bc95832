"""A running site's look: a broken theme is said to whoever runs it, what the newsroom chooses is there at once."""

import re
from pathlib import Path

from services.web import only_ones, store
from shared.contracts.appearance import Appearance
from shared.contracts.events import AppearanceChanged
from tests.contract.web.conftest import Site, delivered, published, state
from tests.wait import until


def test_a_site_with_a_broken_theme_serves_and_says_so(tmp_path: Path, site: Site) -> None:
    theme = tmp_path / "theme"
    theme.mkdir()
    (theme / "theme.toml").write_text('name = "x"\n\n[light]\nink = "grey"\n')
    assert site.process
    site.process.terminate()
    site.process.wait(20)
    site.start(TOASOAN_THEME_DIR=str(theme))
    page = site.get("/")
    assert page.status_code == 200 and "theme.css" not in page.text
    assert "\ntheme_refused 1.0\n" in site.get("/metrics").text
    assert site.get("/healthz").text.endswith("\ntheme refused\n")
    assert "theme refused" in site.log and "theme.toml, dòng 4: màu “ink”" in site.log


def test_what_the_newsroom_chooses_is_on_finished_pages_at_once(site: Site) -> None:
    site.tell(store.publish, published(state(1)))
    pages = ("/", "/thoi-su/bai-so-1-1", "/khong-co", "/manifest.webmanifest")
    assert all("Báo Mẫu" in site.get(path).text for path in pages), "finished before"

    def choose(version: int, **chosen: object) -> None:
        event = AppearanceChanged(version=version, appearance=Appearance.model_validate(chosen))
        site.tell(only_ones.set_appearance, delivered(event, 1, version))

    choose(1, name="Báo Rừng", light={"accent": "#0a5c36"})
    for path in pages:
        site.until(path, "Báo Rừng", 404 if path == "/khong-co" else 200)
    (style,) = re.findall(r'href="(/giao-dien/[^"]+)"', site.get("/").text)
    answer = site.get(style)
    assert answer.status_code == 200 and "--accent:light-dark(#0a5c36," in answer.text
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert site.get("/favicon.ico").headers["cache-control"] == "public, max-age=86400"
    choose(2, name="Báo Rừng", light={"accent": "#12448c"})
    until(lambda: style not in site.get("/").text, 20, "the page has the new style")
    # Whoever still has the page of before asks for its style once more.
    until(lambda: "#12448c" in site.get(style, follow_redirects=True).text, 20, "the old address leads on")
    choose(1, name="Báo Cũ")
    choose(3)
    for path in pages:
        site.until(path, "Báo Mẫu", 404 if path == "/khong-co" else 200)
    until(lambda: site.get(style).status_code == 404, 20, "the style is gone")
