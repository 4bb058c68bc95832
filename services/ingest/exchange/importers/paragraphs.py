"""Paragraphs of texts that have none of their own marks: blank lines part them, as WordPress' classic editor keeps
them."""

import re

_BLOCKS = frozenset(
    """address article aside blockquote center dd details div dl dt fieldset figcaption figure footer form
    h1 h2 h3 h4 h5 h6 header hr iframe li main nav ol p pre section table tbody td tfoot th thead tr ul
    video audio object""".split()
)
_TAG = re.compile(r"""<(/?)([a-zA-Z][a-zA-Z0-9]*+)(?=[\s>/])(?:[^<>"']|"[^"]*+"|'[^']*+')*>""")
_BLANK = re.compile(r"\n[ \t]*\n\s*")
_BREAK = re.compile(r"<br[^<>]{0,20}>[ \t]*\n")
# Text right inside these is looked at like text at the top; in all others it is one piece.
_HOLDERS = frozenset(
    ("div", "section", "article", "main", "center", "blockquote", "header", "footer", "aside", "details", "address")
)
_ANY_MARK = re.compile(r"<(?:br|p|div|h[1-6]|ul|ol|table|blockquote|pre)[\s>/]", re.IGNORECASE)
_WRAPS = 60


def paragraphs_of(text: str) -> str:
    """A feed's text: where no mark parts it, its blank lines do."""
    return text if _ANY_MARK.search(text) or not _BLANK.search(text.strip()) else classic(text)


def classic(text: str) -> str:
    """What WordPress makes of a classic editor's text when it shows it: paragraphs from blank lines, breaks from single
    ones, beside and inside blocks; a block's own text stays as it is."""
    text = _BREAK.sub("\n", text.replace("\r\n", "\n").replace("\r", "\n"))
    parts: list[str] = []
    within: list[str] = []
    at = pieces = 0
    for tag in _TAG.finditer(text):
        if (name := tag[2].lower()) not in _BLOCKS:
            continue
        loose = text[at : tag.start()]
        parts.append(loose if pieces else _paragraphs(loose))
        parts.append(tag[0])
        at = tag.end()
        if name in ("hr",) or tag[0].endswith("/>"):
            continue
        if not tag[1]:
            within.append(name)
            pieces += name not in _HOLDERS
        elif name in within[-_WRAPS:]:
            ended = ""
            while ended != name:
                ended = within.pop()
                pieces -= ended not in _HOLDERS
    parts.append(_paragraphs(text[at:]))
    return "".join(parts)


def _paragraphs(loose: str) -> str:
    found = [part.strip() for part in _BLANK.split(loose)]
    made = [f"<p>{part.replace(chr(10), '<br>')}</p>" for part in found if part]
    return f"\n{chr(10).join(made)}\n" if made else loose
