"""A site whose theme is broken: readers have pages, whoever runs it is told."""

from pathlib import Path

from tests.contract.web.conftest import Site


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
