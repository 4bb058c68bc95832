"""What a page holds that could run or lead astray: seen by a parser as a browser would see it."""

import json
import random
import re
from collections.abc import Iterator
from html.parser import HTMLParser

from services.web import first_script

PAYLOAD = "\"'><x-evil onclick=ran()></x-evil></title></script><script>ran()</script><svg onload=ran()>{{7*7}}"
"""For one-line fields; breaks out of attributes, of <title> and of scripts."""

BODIES = (
    "<script>ran()</script><p>một</p>",
    "<p onclick=ran()>hai</p><img src=/x onerror=ran()>",
    '<p><a href="java\tscript:ran()">ba</a> <a href="data:text/html,x">bốn</a> <a href="//evil.example">năm</a></p>',
    "<math><mtext><table><mglyph><style><img src onerror=ran()></style></mglyph></table></mtext></math><p>sáu</p>",
    '<noscript><p title="</noscript><img src=x onerror=ran()>">bảy</p></noscript>',
    '<iframe srcdoc="<script>ran()</script>"></iframe><object data=x></object><base href="//evil.example/"><p>tám</p>',
    '<form action="//evil.example"><input name=a autofocus onfocus=ran()></form><p style="position:fixed">chín</p>',
    "<svg><animate onbegin=ran() attributeName=x dur=1s></svg><p>mười &lt;script&gt;</p>",
)

_FORBIDDEN = {"x-evil", "iframe", "object", "embed", "base", "math", "noembed", "applet", "meta-refresh"}
_ADDRESSES = {"href", "src", "action", "formaction", "poster", "data", "srcdoc", "xlink:href", "background"}
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_HARMLESS = ("http:", "https:", "mailto:", "tel:")


class _Faults(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.links: list[str] = []
        self._data: list[str] | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        # The desk's previews: a page of its own house, of which the browser runs nothing.
        is_own = found.get("src", "").startswith(("/desk/bai/", "/desk/giao-dien/"))
        is_preview = is_own and found.get("sandbox") == "allow-same-origin"
        if tag in _FORBIDDEN and not (tag == "iframe" and is_preview):
            self.faults.append(f"<{tag}>")
        if tag == "script":
            if found.get("type") == "application/ld+json":
                self._data = []
            elif not re.match(r"/(desk/)?static/", found.get("src", "")):
                self.faults.append(f"<script {found}>")
        for name, value in found.items():
            if name.startswith("on") or name in ("style", "srcdoc"):
                self.faults.append(f"{tag} {name}={value[:60]!r}")
            if name in _ADDRESSES:
                self._address(tag, name, value)

    def handle_data(self, data: str) -> None:
        if self._data is not None:
            self._data.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "script" and self._data is not None:
            try:
                json.loads("".join(self._data))
            except ValueError as error:
                self.faults.append(f"JSON-LD: {error}")
            self._data = None

    def _address(self, tag: str, name: str, value: str) -> None:
        # As browsers read it: without white space and control characters in front or within.
        plain = re.sub(r"[\x00-\x20]", "", value).lower()
        scheme = _SCHEME.match(plain)
        # `//evil.example` of an imported story is a link of its agency's site, which readers may follow.
        led_away = "evil.example" in plain and (tag, name, plain) != ("a", "href", "https://evil.example")
        if (scheme and scheme[0] not in _HARMLESS) or plain.startswith("//") or led_away:
            self.faults.append(f"{tag} {name}={value[:80]!r}")
        if tag == "a" and name == "href":
            self.links.append(value)


def faults(page: str) -> list[str]:
    """Everything in an HTML page that runs, or leads to where it must not; [] for a clean page."""
    parser = _Faults()
    # The house's own first lines, which the policy of the page knows by their hash.
    parser.feed(page.replace(first_script.ELEMENT, "", 1))
    parser.close()
    return parser.faults


def links(page: str) -> list[str]:
    """Where its <a> lead."""
    parser = _Faults()
    parser.feed(page)
    return parser.links


# ---------------------------------------------------------------- documents that no honest program writes

_TAGS = """p div h1 h2 h3 section article pre b i strong em u a img table tr td th tbody caption ul ol li blockquote
    figure figcaption aside h4 hr br span svg math mtext style script textarea select form button dd dt dl address
    template noscript title body html head iframe foreignObject annotation-xml option input xmp plaintext""".split()
_WORDS = (
    "ờ", "một", "hai ", " ", "\n", "\n\n", "&nbsp;", "&amp;", "&lt;b&gt;", "&#x202e;", "\u0323", "\ufeff", "<", ">",
    '"', "'", "&", "<!--", "-->", "<!", "<?", "</", "\x00", "\u200b", "&#0;", "<![CDATA[", "]]>", "&#x3c;script>",
)  # fmt: skip
_ATTRIBUTES = (
    'href="/a"', 'href="http://a.vn"', 'src="/media/a.jpg"', "src=x", 'title="a>b"', "onclick=ran()", "class=x",
    "colspan=2", 'width="10"', "start=3", "title='<p>'", 'href="javascript:x"', 'alt="<b>"', 'href=" /x"',
    'src=" /media/b.jpg"', "scope=col",
)  # fmt: skip


def documents(seed: int, number: int, whole: tuple[str, ...] = BODIES) -> Iterator[str]:
    """HTML of tags, ends and words in any order; now and then one of `whole` in it. The same for the same seed."""
    made = random.Random(seed)
    choice = made.choice

    def piece() -> str:
        kind = made.random()
        if kind < 0.35:
            attributes = "".join(f" {choice(_ATTRIBUTES)}" for _ in range(choice((0, 0, 0, 1, 2))))
            return f"<{choice(_TAGS)}{attributes}{choice(('>', '>', '>', '>', '/>', ''))}"
        if kind < 0.6:
            return f"</{choice(_TAGS)}>"
        return choice(_WORDS) if kind < 0.95 else choice(whole)

    for _ in range(number):
        yield "".join(piece() for _ in range(made.randrange(1, 25)))
