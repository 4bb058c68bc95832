"""A page that was made with a theme's templates: what the Content-Security-Policy would not let through, and what every
page of the site must keep."""

from collections.abc import Mapping
from html.parser import HTMLParser

from services.web import first_script
from services.web.page import HTML, TOKEN, Page, slot
from services.web.static_files import address
from services.web.theme.folder import TEMPLATES, ThemeFault
from shared.blocks.registry import frames
from shared.settings import Settings

_LOADED = {"img", "script", "link", "source", "video", "audio", "track", "iframe", "embed", "object", "input"}
_FRAMES = tuple(f"{origin}/" for origin in frames())
# Links that a browser only follows.
_FOLLOWED = {"canonical", "prev", "next", "alternate"}


def faults_of(page: Page, settings: Settings, templates: Mapping[str, str]) -> list[ThemeFault]:
    """What is wrong with a page; `templates` are the theme's, in which the places are looked for."""
    if page.content_type != HTML:
        return []
    looked = _Looked()
    looked.feed(page.body.replace(first_script.ELEMENT, ""))
    faults = [_fault(needle, words, templates) for needle, words in looked.found.items()]
    if page.kind in ("part", "live-fragment"):
        return faults
    if "main" not in looked.tags:
        faults.append(_missing("thiếu phần tử <main> của nội dung", templates))
    if address("site.css", settings) not in looked.styles:
        faults.append(_missing("không còn nạp site.css", templates))
    if page.kind == "article" and slot(TOKEN) not in page.body:
        faults.append(_missing("trang bài viết thiếu thẻ view-token: lượt xem sẽ không được đếm", templates))
    return faults


def _fault(needle: str, words: str, templates: Mapping[str, str]) -> ThemeFault:
    for name, text in templates.items():
        for number, line in enumerate(text.splitlines(), 1):
            if needle.lower() in line.lower():
                return ThemeFault(name, number, words)
    return ThemeFault(TEMPLATES, 0, words)


def _missing(words: str, templates: Mapping[str, str]) -> ThemeFault:
    likely = (f"{TEMPLATES}article.html", f"{TEMPLATES}base.html")
    return ThemeFault(next((name for name in likely if name in templates), TEMPLATES), 0, words)


class _Looked(HTMLParser):
    """`found`: what would not work, by a text that leads to its place."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.tags: set[str] = set()
        self.styles: set[str] = set()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attributes}
        self.tags.add(tag)
        if tag == "style":
            self.found["<style"] = "không dùng được <style> trong trang (CSP): hãy viết vào theme.css"
        if tag == "script" and "src" not in said and said.get("type") != "application/ld+json":
            self.found["<script"] = "không chạy được mã viết trong trang (CSP)"
        for name in said:
            if name == "style":
                self.found["style="] = "không dùng được style= (CSP): hãy viết vào theme.css"
            elif name.startswith("on"):
                self.found[f"{name}="] = f"không chạy được {name}= (CSP)"
        relation = said.get("rel", "").lower().split()
        if tag == "link" and "stylesheet" in relation:
            self.styles.add(said.get("href", ""))
        if tag not in _LOADED or (tag == "link" and _FOLLOWED.intersection(relation)):
            return
        for name in ("src", "href", "poster", "data"):
            url = said.get(name, "")
            if (
                url
                and not (url.startswith(("/", "data:image/")) and not url.startswith("//"))
                and not (tag == "iframe" and url.startswith(_FRAMES))
            ):
                self.found[url[:60]] = f"trang nạp tệp của nơi khác ({url[:100]}): chỉ dùng được tệp của trang này"
