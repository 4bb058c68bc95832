"""Clean bodies as XHTML elements, for formats that are XML."""

from html.parser import HTMLParser
from xml.etree.ElementTree import Element, TreeBuilder

_VOID = frozenset({"br", "hr", "img"})


def xhtml(body: str, root: str = "body", namespace: str = "http://www.w3.org/1999/xhtml") -> Element:
    """An element with the body inside. `body` is what services.ingest.articles.sanitise made."""
    reader = _Reader(namespace)
    reader.tree.start(reader.name(root), {})
    reader.feed(body)
    reader.close()
    while reader.open:
        reader.tree.end(reader.open.pop())
    reader.tree.end(reader.name(root))
    return reader.tree.close()


class _Reader(HTMLParser):
    def __init__(self, namespace: str) -> None:
        super().__init__(convert_charrefs=True)
        self._namespace = namespace
        self.tree = TreeBuilder()
        self.open: list[str] = []

    def name(self, tag: str) -> str:
        return f"{{{self._namespace}}}{tag}" if self._namespace else tag

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tree.start(self.name(tag), {name: value or "" for name, value in attrs})
        if tag in _VOID:
            self.tree.end(self.name(tag))
        else:
            self.open.append(self.name(tag))

    def handle_endtag(self, tag: str) -> None:
        if self.name(tag) not in self.open:
            return
        while self.open:
            closed = self.open.pop()
            self.tree.end(closed)
            if closed == self.name(tag):
                return

    def handle_data(self, data: str) -> None:
        self.tree.data(data)
