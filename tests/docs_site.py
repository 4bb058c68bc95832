"""`python -m tests.docs_site` builds the site of docs/ into .cache/docs/site; dead links end it.

The pages are those of docs/ and three from above it. Links to other files of the repository become plain words.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
_ABOVE = {f"{name}.md": f"{name.lower()}.md" for name in ("ARCHITECTURE", "CONTRIBUTING", "SECURITY")}
_NO_PAGES = (DOCS / "site", DOCS / "api")
_FOLDER = ROOT / ".cache" / "docs"
_FENCED = re.compile(r"^(```+).*?^\1\s*$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
_MARKER = re.compile(r"^<!-- /?[\w-]+ -->\n", re.MULTILINE)
# What the theme would fetch in a browser without ResizeObserver, and for drawings in text, which we have none of.
_FOREIGN = re.compile(r"https://unpkg\.com/[\w@./-]+")
_FETCHED = re.compile(
    r"""<(?:script|img|iframe|source)[^>]*\ssrc=["']?(?:https?:)?//|<link[^>]*\shref=["']?https?://"""
)


def pages() -> dict[Path, str]:
    """Each page's file and its path in the site."""
    found = {ROOT / name: place for name, place in _ABOVE.items()}
    for path in sorted(DOCS.rglob("*.md")):
        if not any(path.is_relative_to(folder) for folder in _NO_PAGES):
            found[path] = path.relative_to(DOCS).as_posix()
    return found


def links(text: str) -> Iterator[str]:
    """Where the links and pictures of a page lead, those to other hosts left out."""
    for _, _, target in _LINK.findall(_FENCED.sub("", text)):
        if not target.startswith(("http:", "https:", "mailto:")):
            yield target


def anchors(text: str) -> set[str]:
    """The names by which a page's headings can be linked to, as both this site and GitHub make them."""
    return {
        re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)).strip().lower().replace(" ", "-")
        for heading in _HEADING.findall(_FENCED.sub("", text))
    }


def dead_links(page: Path) -> list[str]:
    """Links of a page that lead nowhere in this repository."""
    dead = []
    for target in links(page.read_text()):
        place, _, anchor = target.partition("#")
        file = (page.parent / place).resolve() if place else page
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in anchors(file.read_text())):
            dead.append(target)
    return dead


def gather(folder: Path) -> None:
    """Copy pages and pictures into an empty folder, with links as they are there."""
    places = pages()
    for page, place in places.items():
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        text = _MARKER.sub("\n", page.read_text())
        target.write_text(_LINK.sub(partial(_moved, page=page, places=places), text))
    for picture in (*DOCS.rglob("*.svg"), *DOCS.rglob("*.png")):
        target = folder / picture.relative_to(DOCS)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(picture, target)


def _moved(link: re.Match[str], page: Path, places: dict[Path, str]) -> str:
    mark, words, target = link.groups()
    place, _, anchor = target.partition("#")
    if not place or ":" in place:
        return link[0]
    file = (page.parent / place).resolve()
    if file.is_dir() and file / "README.md" in places:
        file = file / "README.md"
    if file not in places and not mark:
        return words
    new = places.get(file) or file.relative_to(DOCS).as_posix()
    moved = os.path.relpath(new, Path(places[page]).parent)
    return f"{mark}[{words}]({moved}{'#' if anchor else ''}{anchor})"


def finish(site: Path) -> None:
    """Take away what no page needs, and look that nothing is fetched from another host."""
    for unused in (*site.rglob("*.map"), *site.glob("assets/javascripts/lunr/*.js"), site / "sitemap.xml.gz"):
        unused.unlink()
    needed = {"lunr.vi.min.js", "lunr.stemmer.support.min.js"}
    for language in site.glob("assets/javascripts/lunr/min/*.js"):
        if language.name not in needed:
            language.unlink()
    for script in site.glob("assets/javascripts/**/*.js"):
        script.write_text(_FOREIGN.sub("", script.read_text()))
    for page in site.rglob("*.html"):
        if fetched := _FETCHED.search(page.read_text()):
            raise SystemExit(f"{page}: fetched from another host: {fetched[0]}")
    for sheet in site.rglob("*.css"):
        if re.search(r"(url\(|@import)\s*['\"]?(https?:)?//", sheet.read_text()):
            raise SystemExit(f"{sheet}: fetches from another host")


def build() -> Path:
    """Where the finished site lies."""
    if dead := {page.name: found for page in pages() if (found := dead_links(page))}:
        raise SystemExit(f"dead links: {dead}")
    shutil.rmtree(_FOLDER, ignore_errors=True)
    gather(_FOLDER / "pages")
    configuration = DOCS / "site" / "mkdocs.yml"
    # The theme advertises its successor at each run.
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    # Not --quiet: what is not said is not counted, and ends nothing.
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--config-file", str(configuration)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if built.returncode:
        raise SystemExit(built.stdout + built.stderr)
    finish(_FOLDER / "site")
    return _FOLDER / "site"


if __name__ == "__main__":
    site = build()
    size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
    print(f"{site / 'index.html'}: {len(list(site.rglob('*.html')))} pages, {size / 1e6:.1f} MB")
    print(f"Look at it, with search: {sys.executable} -m http.server --directory {site} 8080")
