"""A page as a reader meets it: its words in order, its links, its data for machines."""

import json
from html.parser import HTMLParser
from typing import Any


class Reader(HTMLParser):
    """`words` of <main> (scripts and hidden text left out), `links`, `metas` by name or property, `data` (JSON-LD)."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.metas: dict[str, str] = {}
        self.rels: dict[str, str] = {}
        self.data: list[dict[str, Any]] = []
        self._text: list[str] = []
        self._in_main = self._in_data = False
        self.feed(html)
        self.close()

    @property
    def words(self) -> str:
        return " ".join("".join(self._text).split())

    def of_type(self, name: str) -> dict[str, Any]:
        """The schema.org object of this type."""
        return next(one for one in self.data if one["@type"] == name)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "meta":
            self.metas[given.get("name") or given.get("property", "")] = given.get("content", "")
        elif tag == "link" and given.get("rel") not in self.rels:
            self.rels[given.get("rel", "")] = given.get("href", "")
        elif tag == "main":
            self._in_main = True
        self._in_data = tag == "script" and given.get("type") == "application/ld+json"
        if tag in ("p", "div", "li", "figcaption", "h1", "h2", "h3", "td", "th", "dt", "dd", "option"):
            self._text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "main":
            self._in_main = False
        self._in_data = False

    def handle_data(self, data: str) -> None:
        if self._in_data:
            self.data.append(json.loads(data))
        elif self._in_main:
            self._text.append(data)
