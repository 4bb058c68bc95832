"""The text of a printed page, as a file: one page a file."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from services.ingest.exchange.importers.found import ForeignArticle, Piece
from services.ingest.exchange.importers.text import parse_page
from services.ingest.kit.errors import Invalid
from shared.vietnamese.legacy import decode, in_unicode, legacy_name, mended
from shared.vietnamese.text import one_line

MAX_BYTES = 5_000_000


def read(path: Path) -> Iterator[tuple[str, Piece]]:
    if path.stat().st_size > MAX_BYTES:
        yield str(path), Invalid.of("body", f"Tệp dài quá {MAX_BYTES // 1_000_000} MB.")
        return
    decoded = decode(path.read_bytes())
    text, names = _in_unicode(decoded.text)
    lines = [words for line in text.splitlines() if (words := one_line(line))]
    found = ForeignArticle({}, dates=("",))
    try:
        found.fields = parse_page(text)
        found.dates = (found.fields["published_at"],)
    except ValueError as error:
        if len(lines) < 2:
            yield str(path), Invalid.of("body", str(error))
            return
        # Not as pages are printed: words that somebody may make a story of.
        found.fields = {"title": lines[0], "body": "\n".join(lines[1:]), "body_format": "text"}
        found.remarks.append(f"Đọc như văn bản thường. {error}")
    what = f"{one_line(str(found.fields['title']))}|{found.dates[0] or text}"
    # The same page again, wherever its file lies, is the same article.
    found.fields["external_id"] = f"page:{sha256(what.encode()).hexdigest()[:32]}"
    found.changes += [f"chuyển chữ từ {one}" for one in (decoded.mended, *names) if one]
    yield str(path), found


def _in_unicode(text: str) -> tuple[str, list[str]]:
    """A text whose lines may be in old encodings, each in its own."""
    usual, names, lines = legacy_name(text), dict[str, None](), []
    for line in text.splitlines():
        right, name = mended(line)
        if not name and usual and not line.isascii():
            right, name = in_unicode(line, usual), usual
        names |= {name: None} if name else {}
        lines.append(right)
    return "\n".join(lines), list(names)
